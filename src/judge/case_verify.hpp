// SPDX-License-Identifier: Apache-2.0
// Verdicts on the programs of a case file: skep's, and that of the running kernel where it is a 6.18 that this process
// may ask. Private to src/judge.
#pragma once

#include <map>
#include <vector>

#include "engine/kernel/kernel.hpp"
#include "judge/case.hpp"

namespace skep::judge {

class CaseVerdicts {
 public:
  explicit CaseVerdicts(const CaseFile& file) : file_(file) {}

  // What is not as the case says; both judges must agree with it, and with one another.
  std::vector<Failure> ask(const CaseProg& prog);
  // What is known where the program's facts stand, in their order; empty where no path came.
  std::vector<std::string> known(const CaseProg& prog) const;

  std::size_t asked() const { return asked_; }
  std::size_t asked_kernel() const { return asked_kernel_; }

 private:
  const kernel::Loaded& loaded(const CaseProg& prog);
  void compare_with_kernel(const CaseProg& prog, bool rejected, std::string_view words, uint32_t insn,
                           const std::string& place, std::vector<Failure>& out);

  const CaseFile& file_;
  std::map<std::string, kernel::Loaded> loads_;  // by licence and capabilities
  std::size_t asked_ = 0, asked_kernel_ = 0;
};

}  // namespace skep::judge
