// SPDX-License-Identifier: Apache-2.0
// What can be wrong with the packet and the context that somebody gives a program.
#pragma once

#include "base/error.hpp"

namespace skep::context {

// clang-format off
#define SKEP_CONTEXT_DIAGNOSTICS(X)                                                                                 \
  X(FrameTooShort, "SKEP-C0001", "frame-too-short", EINVAL, (std::size_t, size)(std::string, who)(std::size_t, least), \
    "the packet has {size} bytes; {who} needs at least {least}", "give the whole frame, from its Ethernet header")    \
  X(FrameTooLong, "SKEP-C0002", "frame-too-long", EINVAL, (std::size_t, size)(std::string, who)(std::size_t, most), \
    "the packet has {size} bytes; {who} takes at most {most}", "")                                                  \
  X(UnknownField, "SKEP-C0003", "unknown-field", EINVAL, (std::string, field)(std::string, context)(std::string, suggestion), \
    "{context} has no field '{field}'{suggestion}", "")                                                             \
  X(PacketDecides, "SKEP-C0004", "packet-decides", EINVAL, (std::string, field),                                    \
    "'{field}' cannot be set: it follows from the packet", "change the packet")                                     \
  X(FieldTooSmall, "SKEP-C0005", "field-too-small", ERANGE, (std::string, field)(uint64_t, value)(unsigned, bits),  \
    "{value} does not fit '{field}', which has {bits} bits", "")                                                    \
  X(ContextTooLong, "SKEP-C0006", "context-too-long", E2BIG, (std::string, context)(std::size_t, size),             \
    "bytes behind the {size} bytes of {context} are not 0", "cut them off")                                         \
  X(NotTaken, "SKEP-C0007", "not-taken", EINVAL, (std::size_t, offset)(std::string, field)(std::string, taken),     \
    "byte {offset} of the context ({field}) is not 0; a test run takes {taken}", "set it by its name, or leave it 0") \
  X(OutOfPlace, "SKEP-C0008", "out-of-place", EINVAL, (std::string, field)(uint64_t, value)(std::string, expected), \
    "'{field}' is {value}; expected {expected}", "")
// clang-format on
SKEP_CONTEXT_DIAGNOSTICS(SKEP_DIAGNOSTIC)

}  // namespace skep::context
