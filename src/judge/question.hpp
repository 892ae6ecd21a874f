// SPDX-License-Identifier: Apache-2.0
// One line of `skep batch`, understood: what is asked about which programs, maps and inputs. Plain data.
//
// docs/reference/batch.md is the reference of the text form. Everything in a line is read and checked here, also what
// cannot be answered yet; a member or word that nobody knows is an error, never ignored.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "engine/kernel/kernel.hpp"
#include "facts/target.hpp"
#include "judge/object_input.hpp"
#include "judge/trial.hpp"
#include "module/module.hpp"

namespace skep::judge {

// clang-format off
#define SKEP_BATCH_ASKS(X) X(verify) X(witness) X(interp) X(checked) X(jit) X(jit_noproof) X(kernel) X(ops)
// What bpf(2) offers on maps, by our words; `run` puts a run of a program between them.
//    name          operands
#define SKEP_BATCH_OPS(X)                \
  X(  update,       "MAP,K,V,FLAGS"    ) \
  X(  lookup,       "MAP,K"            ) \
  X(  delete_,      "MAP,K"            ) \
  X(  lookup_delete,"MAP,K"            ) \
  X(  next,         "MAP,K|null"       ) \
  X(  keys,         "MAP"              ) \
  X(  push,         "MAP,V,FLAGS"      ) \
  X(  pop,          "MAP"              ) \
  X(  peek,         "MAP"              ) \
  X(  batch_lookup, "MAP,N"            ) \
  X(  batch_update, "MAP,[[K,V]],FLAGS") \
  X(  batch_delete, "MAP,[K]"          ) \
  X(  freeze,       "MAP"              ) \
  X(  consume,      "MAP"              ) \
  X(  run,          "PROG,{…}"         )
// clang-format on
enum class Ask : uint8_t {
#define X(name) name,
  SKEP_BATCH_ASKS(X)
#undef X
};
std::string_view name(Ask ask);

enum class OpKind : uint8_t {
#define X(name, operands) name,
  SKEP_BATCH_OPS(X)
#undef X
};

struct Op {
  OpKind kind = OpKind::lookup;
  uint32_t map = 0;
  std::optional<Buffer> key = {};  // of `next`: nothing means the first
  Buffer value = {};
  std::vector<std::pair<Buffer, Buffer>> many = {};  // batch_update, and the keys of batch_delete
  uint64_t flags = 0;
  uint32_t count = 0;
  RunInput run = {};
};

struct Question {
  std::string id = "null";  // as JSON text, given back unchanged
  bool hello = false;
  std::vector<Ask> asks = {};  // in the order given, each once
  std::shared_ptr<const module::Module> module = {};
  kernel::WrittenTypes written = {};  // btf, func_info and line_info as they were given
  facts::Target target = {};
  uint32_t log = 0;
  kernel::Foreseen foreseen = kernel::Foreseen::nothing;  // by skep's own verdict, where that was asked first
  std::size_t judged = SIZE_MAX;                          // how many programs, from the first, the verdict is about
  std::vector<RunInput> runs = {};
  std::vector<Op> ops = {};
  bool on_user = true, on_kernel = false;     // where `ops` go
  std::vector<std::string> unavailable = {};  // what the line asks for that is not there yet, in words

  // Of the first run, that a raw program is verified for.
  uint64_t memory_bytes() const { return runs.empty() || !runs[0].mem ? 0 : runs[0].mem->size(); }
};

// An error in a line, with the id of the line where one could be read ("null" as JSON text where not).
struct BadLine {
  std::string id;
  Error error;
};
std::expected<Question, BadLine> read_question(std::string_view line, OpenObject open);

// Every member of every object, every executor and operation: what the reference must name.
std::vector<std::string> every_word();

}  // namespace skep::judge
