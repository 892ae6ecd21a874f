// SPDX-License-Identifier: Apache-2.0
// A run that did not reach its exit, in words and with the place in program and source.
#pragma once

#include "engine/user/engine.hpp"

namespace skep::api {

struct Stop {
  Error error;              // Faulted, or OverLimit
  std::string insn = {};    // the instruction's text
  uint32_t line = 0;        // of the source; 0: not known
  std::string source = {};  // that line
};

// The fault of an outcome of one of the loaded programs.
Stop stop_of(const user::Loaded& loaded, const vm::Fault& fault, uint64_t max_insns);

// A program that is not accepted, and so does not run.
struct Refusal {
  std::shared_ptr<const module::Module> module;
  std::size_t prog;
  verify::Verdict verdict;
};
// The verifier's words with the place, as other errors have it.
Error error_of(Refusal refusal);

// interp, checked; what else is a word says that it is not available yet.
Result<user::Executor> executor_by_name(std::string_view name);

}  // namespace skep::api
