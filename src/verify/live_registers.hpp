// SPDX-License-Identifier: Apache-2.0
// Which registers may be read before they are written, from each instruction on: what the rest of a path can depend on.
// States that differ elsewhere only are equal.
//
// Backward data flow inside each subprogram. A call reads the arguments its callee has (all five where that is not
// known, and of subprograms) and loses r0 to r5; exit reads r0. r10 is left out: it is always there.
#pragma once

#include "verify/flow.hpp"

namespace skep::verify {

// The registers an instruction reads and writes, a bit each.
struct Uses {
  uint16_t reads = 0, writes = 0;
};
Uses register_uses(const isa::Insn& insn, isa::Op op, std::optional<Callee> callee);

// Fills At::live.
void find_live_registers(const Inputs& in, Flow& flow);

}  // namespace skep::verify
