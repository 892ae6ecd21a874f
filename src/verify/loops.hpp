// SPDX-License-Identifier: Apache-2.0
// Loops of each subprogram, calls stepped over (the last part of analyse(), flow.hpp).
#pragma once

#include <span>

#include "verify/flow.hpp"

namespace skep::verify {

// Fills At::loop with the strongly connected components, by Tarjan's algorithm, numbered from 1 as they are completed.
// A component of one instruction counts where it jumps to itself.
void find_loops(std::span<const isa::Insn> insns, Flow& flow);

}  // namespace skep::verify
