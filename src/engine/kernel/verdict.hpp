// SPDX-License-Identifier: Apache-2.0
// What the kernel said about a program, told apart by what it did, because an errno alone says little:
//
//     accepted   a descriptor came back
//     rejected   the verifier wrote why
//     attr       EINVAL and the like with nothing written: refused before verification, for its attributes
//     unknown    nothing written, and the reason lies in the machine (EPERM, ENOMEM …) or something needed was not
//     there
//
// The verifier's words are taken from its log as Linux 5.4 to 7.3 write it: the last line that is no figure is the
// reason; the instruction is the one the reason names, else the last one that was walked before it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace skep::kernel {

enum class Outcome : uint8_t { accepted, rejected, attr, unknown };
std::string_view name(Outcome o);

struct Effort {
  uint64_t processed = 0, states = 0, peak_states = 0, max_states_per_insn = 0;
  uint64_t stack_depth = 0;  // the sum over subprograms, as veristat counts it
  uint64_t time_us = 0;      // the JIT of subprograms included
  bool operator==(const Effort&) const = default;
};

struct Verdict {
  Outcome outcome = Outcome::unknown;
  int err = 0;  // negative where it is not accepted
  std::string message = {};
  std::optional<uint32_t> insn = {};
  std::optional<Effort> effort = {};  // where the verifier came to walk the program
  std::string log = {};
};

// `err` is 0 or the negative errno of the load, `log` what the kernel wrote.
Verdict verdict_of(int err, std::string log);

// "EINVAL"; 524, which no C library knows, is ENOTSUPP.
std::string errno_name(int err);

}  // namespace skep::kernel
