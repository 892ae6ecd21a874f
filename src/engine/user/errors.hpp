// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

namespace skep::user {

// clang-format off
#define SKEP_USER_DIAGNOSTICS(X)                                                                                   \
  X(CoreNotApplied, "SKEP-E0002", "core-not-applied", ENOTSUP, (std::string, program)(std::size_t, count),            \
    "program '{program}' has {count} CO-RE relocations, and nobody said for whose types",                          \
    "open it for a target: --btf FILE")                                     \
  X(NoSuchLane, "SKEP-E0003", "no-such-lane", EINVAL, (unsigned, cpu)(unsigned, lanes),                            \
    "cpu {cpu} was asked for; there are {lanes} lanes", "use a number below {lanes}, or --lanes")                  \
  X(InitialContent, "SKEP-E0004", "initial-content", EINVAL, (std::string, what), "{what}", "")                    \
  X(NotVerified, "SKEP-E0005", "not-verified", EPERM, (std::string, program),                                      \
    "program '{program}' was loaded without being verified", "load it verified, or say run_unchecked")             \
  X(Unsuited, "SKEP-E0006", "unsuited", EINVAL, (std::string, found)(std::string, expected),                       \
    "the program is given {found}; it was verified for {expected}", "")                                            \
  X(MapDiffers, "SKEP-E0007", "map-differs", EINVAL, (std::string, map),                                           \
    "map '{map}', which is shared, is not as the program's object defines it", "give it the same sizes, flags and constants")
// clang-format on
SKEP_USER_DIAGNOSTICS(SKEP_DIAGNOSTIC)

}  // namespace skep::user
