// SPDX-License-Identifier: Apache-2.0
// The one path that was refused, as a formula over what the program read on it: which inputs lead to the refused
// instruction, and which of these break the rule there. An input that does both is a witness, once a run has shown it.
//
// Followed are registers, stack, context, packet bytes, values of maps and what a few helpers answer; pointers are a
// region and a distance. Bytes at distances that are not known, and whatever else a call answers or writes, are
// unknowns of the formula: conditions on them are left to the run.
#pragma once

#include <map>
#include <string>

#include "verify/explain.hpp"
#include "verify/formula.hpp"

namespace skep::verify {

// What an input of the formula is in the world outside.
struct Input {
  enum class Kind : uint8_t {
    context_field,  // `at` is its offset; of a context that is bytes: of one of them
    packet_byte,    // `at` bytes behind data
    packet_length,  // data_end - data
    value_byte,     // `at` in the value that lookup number `of` finds
    global_byte,    // `at` in the one value of map number `of`
    found,          // whether lookup number `of` finds something
    clock,          // bpf_ktime_get_ns()
    random_number,  // the `of`-th bpf_get_prandom_u32()
    processor,      // bpf_get_smp_processor_id()
  };
  Kind kind;
  uint32_t of = 0, at = 0;
  uint32_t insn = 0;  // that read it first
};

struct Lookup {
  uint32_t map = 0, insn = 0;
  std::vector<Node> key;  // empty: it cannot be told
  Node found = 0;         // 1 or 0
};

// What the refused instruction does that the rule forbids.
struct Deed {
  enum class Kind : uint8_t { reaches, accesses, answers };  // reaches: being there is enough
  Kind kind = Kind::reaches;
  Node offset = 0, size = 0;           // accesses: so many bytes there …
  std::string region = {};             // … of "`table`", "the packet", "the stack"
  int64_t begin = 0;                   // which has the bytes from here …
  Node end = 0;                        // … to here
  std::optional<uint32_t> value = {};  // reaches: the lookup that must find nothing
  Node number = 0;                     // answers
};

struct PathFormula {
  Formula formula;
  std::vector<Input> inputs;
  std::vector<Lookup> lookups;
  std::vector<Condition> way;                 // to the refused instruction
  std::vector<std::vector<Condition>> goals;  // each breaks the rule
  Deed deed;
  std::optional<std::pair<std::string, Node>> named;  // the variable that is wrong, as in C, and what it is
};

// Nothing where the path does what is not followed (callbacks, functions verified by themselves), or rests on an
// address.
std::optional<PathFormula> path_formula(const Question& question, const Rejection& rejection);

// Whether the context of such programs can be given as bytes: all that they read of it are numbers.
bool context_is_bytes(facts::ProgType type);

}  // namespace skep::verify
