// SPDX-License-Identifier: Apache-2.0
// Instructions as skep writes them: decimal, one spelling for one encoding, and what is printed always assembles to the
// same bytes. What check() refuses is written as its bytes in the order of the file, with the reason:
//
//     r0 = *(u32 *)(r1 + 4)
//     if w1 s> 5 goto +3 <out>
//     .insn 0x8500000001000000  # …
#pragma once

#include <span>
#include <string>

#include "isa/insn.hpp"
#include "isa/names.hpp"

namespace skep::isa {

// How many slots the instruction at `pc` takes: 2 where a 64-bit immediate starts and is not the last slot, else 1.
std::size_t slots_at(std::span<const Insn> program, std::size_t pc);

// The instruction at `pc`, one line without its end. A 64-bit immediate is one text for two slots.
std::string print(std::span<const Insn> program, std::size_t pc, const Names& names = no_names);

// All of it, a line each, indented by two, with subprograms and labels at column 0 where `names` has them.
std::string print_program(std::span<const Insn> program, const Names& names = no_names);

}  // namespace skep::isa
