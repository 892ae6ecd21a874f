// SPDX-License-Identifier: Apache-2.0
// Where the effort of a verdict goes: how often each source line was walked, and what is known at each instruction.
#pragma once

#include <string>
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

// What is known before each instruction, over all paths that came there; empty where none did.
struct Known {
  uint64_t visits = 0;
  std::string text;  // "r1: the context; r2: 0 to 255"
};
std::vector<Known> known_states(const Question& question);

}  // namespace skep::verify
