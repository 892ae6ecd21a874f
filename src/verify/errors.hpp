// SPDX-License-Identifier: Apache-2.0
// Why a program is refused: the words of Linux's log (a form of our own that says the same), then ours.
#pragma once

#include "base/error.hpp"

namespace skep::verify {

// clang-format off
// V01xx: control flow
#define SKEP_FLOW_REJECTIONS(X)                                                                                    \
  X(TooLong, "SKEP-V0100", "too-long", E2BIG, (uint64_t, count)(uint64_t, most),                                   \
    "",                                                                                                            \
    "the program has {count} instructions; at most {most} are allowed", "split it: tail calls or global functions")
// clang-format on
SKEP_FLOW_REJECTIONS(SKEP_REJECTION)

}  // namespace skep::verify
