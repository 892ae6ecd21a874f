// SPDX-License-Identifier: Apache-2.0
// What the walk knows at an instruction, over all paths that came there. Paths that ended because an earlier one had
// covered them are not among them: what they knew was no more.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "verify/verify.hpp"

namespace skep::verify {

// Before each instruction, for people; empty where no path came.
struct Known {
  struct Register {
    unsigned number = 0;
    std::string text;  // "0 to 255"
    bool operator==(const Register&) const = default;
  };
  uint64_t visits = 0;
  std::vector<Register> registers;  // ascending; those of which something is known
  std::string text() const;         // "r1: the context; r2: 0 to 255"
};
std::vector<Known> known_states(const Question& question);

// A register, its low half, or the 8 bytes of stack that begin `at` bytes below r10.
struct Place {
  enum class Kind : uint8_t { whole, low_half, stack };
  Kind kind = Kind::whole;
  uint32_t at = 0;
};
struct Asked {
  uint32_t insn;
  Place place;
};
// What each place holds after its instruction: where that jumps, on the paths that fall through; where it calls a
// function of the program, on the paths that come back. In Linux's words for kinds, numbers as ranges:
//
//     "= ctx"   "= map_value_or_null(counts)+8"   "= pkt+14 reaches 20"   "= fp-16"   "= 5"   "= scalar"
//     "in [0, 248] bits (0x0; 0xf8)"   "unwritten"   "differs by path"; empty: no path came there
std::vector<std::string> known_after(const Question& question, std::span<const Asked> asked);

}  // namespace skep::verify
