// SPDX-License-Identifier: Apache-2.0
// Where the effort of a verdict goes: how often each source line was walked.
#pragma once

#include <vector>

#include "verify/verify.hpp"

namespace skep::verify {

struct Hot {
  uint32_t insn;       // the first of the line
  uint64_t processed;  // instructions of the line that were walked
};
struct Profile {
  uint64_t processed = 0;
  std::vector<Hot> lines;  // most first; instructions without a line stand for themselves
};
Profile profile(const Question& question);

}  // namespace skep::verify
