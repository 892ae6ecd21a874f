// SPDX-License-Identifier: Apache-2.0
// Where an instruction may lead, by its opcode byte alone. Linux asks that before it asks whether the byte is an
// operation, and of operations whose other fields are wrong, so isa::Op would answer a different question.
#pragma once

#include "isa/insn.hpp"

namespace skep::verify {

// RFC 9669 section 3: the low three bits are the class; of jumps, the high four the operation.
constexpr bool is_jump(const isa::Insn& i) { return (i.code & 7) == 5 || (i.code & 7) == 6; }
constexpr bool is_call(const isa::Insn& i) { return is_jump(i) && (i.code & 0xf0) == 0x80; }
constexpr bool is_exit(const isa::Insn& i) { return is_jump(i) && (i.code & 0xf0) == 0x90; }
constexpr bool is_goto(const isa::Insn& i) { return i.code == 0x05 || i.code == 0x06; }
constexpr bool moves_on(const isa::Insn& i) { return is_jump(i) && !is_call(i) && !is_exit(i); }  // by off or imm
constexpr int64_t distance(const isa::Insn& i) { return i.code == 0x06 ? i.imm : i.off; }
constexpr int64_t jump_target(const isa::Insn& i, uint32_t at) { return int64_t{at} + 1 + distance(i); }
constexpr uint32_t after(const isa::Insn& i, uint32_t at) { return at + (i.code == 0x18 ? 2 : 1); }

// Loads: MEM and MEMSX are the modes that mean something.
constexpr bool is_ldx(const isa::Insn& i) { return (i.code & 7) == 1; }
constexpr bool reads_memory(const isa::Insn& i) { return (i.code & 0xe0) == 0x60 || (i.code & 0xe0) == 0x80; }
// The class of constants, modes ABS and IND.
constexpr bool loads_packet(const isa::Insn& i) {
  return (i.code & 7) == 0 && ((i.code & 0xe0) == 0x20 || (i.code & 0xe0) == 0x40);
}

constexpr bool is_helper_call(const isa::Insn& i) { return i.code == 0x85 && i.src() == 0; }
constexpr bool is_subprogram_call(const isa::Insn& i) { return i.code == 0x85 && i.src() == 1; }
constexpr bool is_kfunc_call(const isa::Insn& i) { return i.code == 0x85 && i.src() == 2; }
constexpr bool is_function_reference(const isa::Insn& i) { return i.code == 0x18 && i.src() == 4; }
constexpr bool names_subprogram(const isa::Insn& i) { return is_subprogram_call(i) || is_function_reference(i); }
constexpr int64_t callee_start(const isa::Insn& i, uint32_t at) { return int64_t{at} + 1 + i.imm; }

}  // namespace skep::verify
