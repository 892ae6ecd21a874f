// SPDX-License-Identifier: Apache-2.0
// Raw programs: nothing but 8-byte instructions, little endian.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/stop.hpp"
#include "base/bytes.hpp"
#include "facts/target.hpp"
#include "isa/insn.hpp"

namespace skep::api {

// Text in any of the spellings of isa/assemble.hpp; helpers have names, maps have not.
Result<Buffer> assemble(std::string_view text);

// The bytes as instructions: not empty, a multiple of 8. Whether they mean anything is not asked.
Result<std::vector<isa::Insn>> instructions(Bytes bytes);

struct ExecOptions {
  facts::Target target = {};
  std::string executor = "interp";  // checked, where nothing is verified
  uint64_t max_insns = 1'000'000'000;
  std::optional<Buffer> memory = {};  // what r1 points to; r2 is its length
};
struct ExecReport {
  uint64_t r0 = 0;
  std::optional<Stop> stop = {};        // it did not reach its exit
  std::optional<Refusal> refused = {};  // it was not begun
};
// Verifies it for memory of that size, and runs it.
Result<ExecReport> exec(std::vector<isa::Insn> program, const ExecOptions& options);
// The same of a program that nobody verified: every access is checked while it runs.
Result<ExecReport> exec_unchecked(std::vector<isa::Insn> program, const ExecOptions& options);

}  // namespace skep::api
