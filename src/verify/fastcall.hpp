// SPDX-License-Identifier: Apache-2.0
// Spills around calls that leave r1 to r5 alone. Compilers keep those registers on the stack across every call; where
// the callee is a fastcall they need not, and Linux takes the spills out again:
//
//     *(u64 *)(r10 - 16) = r1            the lowest slots of the function, each used by such pairs alone,
//     *(u64 *)(r10 - 8)  = r2            in mirror order around the call
//     call get_smp_processor_id
//     r2 = *(u64 *)(r10 - 8)
//     r1 = *(u64 *)(r10 - 16)
//
// Those bytes then do not count for the depth of the stack. Surprises: the pairs are looked for around every call whose
// arguments are known; one around a call that is no fastcall keeps the bytes of its whole subprogram.
#pragma once

#include "verify/flow.hpp"

namespace skep::verify {

// Sets Mark::fastcall, Subprogram::fastcall_offset and keeps_fastcall.
void find_fastcalls(const Inputs& in, Flow& flow);

}  // namespace skep::verify
