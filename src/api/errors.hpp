// SPDX-License-Identifier: Apache-2.0
// What can go wrong between a request and its answer.
#pragma once

#include "base/error.hpp"

namespace skep::api {

// clang-format off
#define SKEP_API_DIAGNOSTICS(X)                                                                                        \
  X(Faulted, "SKEP-A0001", "fault", EFAULT, (std::string, kind)(std::string, what),                                    \
    "{kind}: {what}", "")                                                                                              \
  X(Interrupted, "SKEP-A0002", "interrupted", EINTR, (uint64_t, packets),                                              \
    "interrupted after {packets} packets; nothing was written", "")                                                    \
  X(ChooseProgram, "SKEP-A0003", "choose-program", EINVAL, (std::string, programs),                                    \
    "which program? there are {programs}", "name one: --program NAME")                                                 \
  X(UnknownProgramType, "SKEP-A0004", "unknown-section", EINVAL, (std::string, section)(std::string, suggestion),      \
    "section '{section}' tells no program type{suggestion}", "say which: --type xdp")                                  \
  X(NoPackets, "SKEP-A0005", "no-packets", ENOTSUP, (std::string, type)(std::string, known),                           \
    "programs of type {type} are given no packets; {known} are", "")                                                   \
  X(PartOfInstruction, "SKEP-A0006", "part-of-instruction", EINVAL, (std::size_t, size),                               \
    "{size} bytes; a raw program is a multiple of 8 bytes, and not empty", "skep asm makes one from text")             \
  X(NotAvailable, "SKEP-A0007", "not-available", ENOTSUP, (std::string, what)(std::string, instead),                   \
    "{what} is not available yet", "{instead}")                                                                        \
  X(OverLimit, "SKEP-A0008", "limit", ELOOP, (uint64_t, most),                                                         \
    "it did not reach its exit within {most} instructions", "raise --max-insns")                                       \
  X(ValueSize, "SKEP-A0009", "value-size", EINVAL, (std::string, found)(uint32_t, size),                               \
    "{found} was given; the value has {size} bytes", "without BTF a value is a number, or hex of that many bytes")        \
  X(UpdateRefused, "SKEP-A0010", "update-refused", EINVAL, (std::string, err)(uint32_t, entries),                       \
    "the map refuses it: {err}; its max_entries is {entries}", "")                                                     \
  X(CannotFill, "SKEP-A0011", "cannot-fill", ENOTSUP, (std::string, type),                                             \
    "a map of type {type} takes no content from outside", "")                                                          \
  X(TooManyLanes, "SKEP-A0012", "too-many-lanes", E2BIG, (std::size_t, found)(std::size_t, lanes),                     \
    "the element has values of {found} lanes; there are {lanes}", "use --lanes {found}")                               \
  X(NothingToVerify, "SKEP-A0013", "nothing-to-verify", ENOENT, (std::string, paths),                                  \
    "no objects (.o) and no sources (.bpf.c) in {paths}", "")                                                          \
  X(UnreadableFolder, "SKEP-A0014", "unreadable-folder", EACCES, (std::string, path)(std::string, reason),            \
    "the folder {path} cannot be read: {reason}", "")                                                                  \
  X(WritesItsInput, "SKEP-A0015", "writes-its-input", EINVAL, (std::string, path),                                     \
    "{path} is the capture that is read, too", "name another file")
// clang-format on
SKEP_API_DIAGNOSTICS(SKEP_DIAGNOSTIC)

}  // namespace skep::api
