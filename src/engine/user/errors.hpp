// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

namespace skep::user {

// clang-format off
#define SKEP_USER_DIAGNOSTICS(X)                                                                                   \
  X(NotAvailable, "SKEP-E0001", "not-available", ENOTSUP, (std::string, what)(std::string, instead),               \
    "{what} is not available yet", "{instead}")                                                                    \
  X(CoreNotApplied, "SKEP-E0002", "core-not-applied", ENOTSUP, (std::string, program)(std::size_t, count),            \
    "program '{program}' has {count} CO-RE relocations, and nobody said for whose types",                          \
    "open it for a target: --btf FILE")                                     \
  X(NoSuchLane, "SKEP-E0003", "no-such-lane", EINVAL, (unsigned, cpu)(unsigned, lanes),                            \
    "cpu {cpu} was asked for; there are {lanes} lanes", "use a number below {lanes}, or --lanes")                  \
  X(InitialContent, "SKEP-E0004", "initial-content", EINVAL, (std::string, what), "{what}", "")
// clang-format on
SKEP_USER_DIAGNOSTICS(SKEP_DIAGNOSTIC)

}  // namespace skep::user
