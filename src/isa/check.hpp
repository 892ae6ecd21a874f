// SPDX-License-Identifier: Apache-2.0
// Is this the encoding of an instruction? Fields only: RFC 9669 defines division by zero and large shifts, and whether
// r10 may be written or where a jump leads is asked by the verifier, which has Linux's own order of asking. Linux
// itself accepts non-zero reserved fields on paths never taken, so these questions serve the assembler, the printer
// and runs without a verifier.
#pragma once

#include <span>

#include "base/error.hpp"
#include "isa/insn.hpp"

namespace skep::isa {

// One slot. Of a 64-bit immediate (isa::is_ld_imm64) this is the first half.
Result<void> check(const Insn& insn);
// Its second half: code, registers and off are 0, and so is imm where the first half leaves it no meaning.
Result<void> check_high(const Insn& first, const Insn& second);
// Every slot; the place of an error is "insn N".
Result<void> check(std::span<const Insn> program);

}  // namespace skep::isa
