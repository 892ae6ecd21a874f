// SPDX-License-Identifier: Apache-2.0
// Words that name nothing Linux 6.18 has, and targets that do not exist.
#pragma once

#include "base/error.hpp"

namespace skep::facts {

// clang-format off
#define SKEP_FACTS_DIAGNOSTICS(X)                                                                                  \
  X(UnknownProgType, "SKEP-F0001", "unknown-prog-type", EINVAL, (std::string, name)(std::string, suggestion),      \
    "Linux has no program type '{name}'{suggestion}", "the names are Linux's in lower case: xdp, sched_cls, …")    \
  X(UnknownAttachType, "SKEP-F0002", "unknown-attach-type", EINVAL, (std::string, name)(std::string, suggestion),  \
    "Linux has no attach type '{name}'{suggestion}", "the names are Linux's in lower case: cgroup_inet4_connect, …") \
  X(UnknownMapType, "SKEP-F0003", "unknown-map-type", EINVAL, (std::string, name)(std::string, suggestion),        \
    "Linux has no map type '{name}'{suggestion}", "the names are Linux's in lower case: array, percpu_hash, …")    \
  X(UnknownHelper, "SKEP-F0004", "unknown-helper", EINVAL, (std::string, name)(std::string, suggestion),           \
    "Linux has no helper function '{name}'{suggestion}", "")                                                       \
  X(UnknownTarget, "SKEP-F0005", "unknown-target", EINVAL, (std::string, name),                                    \
    "no target '{name}' is known; the kernels known are linux-6.18 to linux-6.18.44",                              \
    "write linux-6.18, linux-6.18.N or linux-6.18+caps=NAME,NAME")                                                 \
  X(UnknownTargetOption, "SKEP-F0006", "unknown-target-option", EINVAL, (std::string, option),                     \
    "a target has no option '{option}'; it has caps=NAME,NAME, nojit and mitigations=off",                        \
    "write linux-6.18+caps=bpf,net_admin or linux-6.18+nojit")                                                    \
  X(UnknownCapability, "SKEP-F0007", "unknown-capability", EINVAL, (std::string, name)(std::string, known),        \
    "'{name}' is no capability that matters to BPF; there are {known}", "write caps=bpf,net_admin, caps=all or caps=none") \
  X(UnknownFlag, "SKEP-F0008", "unknown-flag", EINVAL, (std::string, name)(std::string, known),                    \
    "'{name}' is no flag; there are {known}", "name them in a list or joined by commas, or write a number")
// clang-format on
SKEP_FACTS_DIAGNOSTICS(SKEP_DIAGNOSTIC)

}  // namespace skep::facts
