// SPDX-License-Identifier: Apache-2.0
// A verdict as Linux's log has it, at level 1 (the path that was refused) or 2 (every path): for eyes and scripts that
// read those. Instruction, last line and counts are the kernel's; what is said of registers is what changed.
//
//     0: (b7) r0 = 2                        ; R0=2
//     1: (95) exit
//     processed 2 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
#pragma once

#include <string>

#include "verify/verify.hpp"

namespace skep::verify {

enum class LogLevel : uint8_t { one, two };

std::string kernel_log(const Question& question, LogLevel level);

// One instruction as the kernel's log and bpftool print it: "if r0 > 0x5 goto pc+1".
std::string kernel_text(const module::ProgDef& prog, uint32_t insn, const facts::Target& target);

}  // namespace skep::verify
