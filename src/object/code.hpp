// SPDX-License-Identifier: Apache-2.0
// The functions of an object, and programs put together from them: the program's own code first, behind it every
// subprogram it uses, each once, in the order in which a walk meets the first call (libbpf's order); at last its
// exception callback with what that uses, unless it is there.
//
//     section xdp    prog: call R_BPF_64_32 helper, call .text+0x30      ->  prog | helper | inner | other
//     section .text  helper: … call inner      inner: …    other: …
//
// An entry is a global function in any code section but .text; functions of .text, and local ones anywhere, are
// subprograms. Where that leaves no entry and .text has one function, that one is the program.
#pragma once

#include <map>

#include "object/core.hpp"
#include "object/maps.hpp"

namespace skep::object {

struct Function {
  std::string_view name;
  uint32_t section;
  uint32_t begin, end;  // in instructions of the section
  SymbolBinding binding;
  bool is_hidden = false;
};

class Handlers;

class Code {
 public:
  static Result<Code> read(const Object& object);

  const std::vector<Function>& entries() const { return entries_; }  // by section and place
  const Function* function_at(uint32_t section, uint64_t insn) const;
  using ByPlace = std::map<std::pair<uint32_t, uint64_t>, Function>;  // section and instruction
  const ByPlace& functions() const { return functions_; }

 private:
  ByPlace functions_;
  std::vector<Function> entries_;
};

// What all programs of an object take together, in bytes; a hostile file could ask for any amount.
class Budget {
 public:
  Result<void> spend(uint64_t bytes);

 private:
  static constexpr uint64_t most = uint64_t{1} << 28;
  uint64_t spent_ = 0;
};

// What programs are linked from. Without `core` the target's types are not known, and CO-RE relocations are counted.
struct Parts {
  const Object& object;
  const Types& types;
  const Code& code;
  const Maps& maps;
  const Handlers& handlers;
  Core* core;
};

// Code, subprograms, lines and externs; what the section's name says is left to open().
Result<module::ProgDef> link(const Function& entry, const Parts& parts, Budget& budget);

}  // namespace skep::object
