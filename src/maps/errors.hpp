// SPDX-License-Identifier: Apache-2.0
// Why a map is not made. The errno is what bpf(2) answers to the same attributes.
#pragma once

#include "base/error.hpp"
#include "facts/map_types.hpp"

namespace skep::maps {

// clang-format off
#define SKEP_MAPS_DIAGNOSTICS(X)                                                                                     \
  X(NotAvailable, "SKEP-P0001", "not-available", EINVAL, (facts::MapType, type),                                   \
    "maps of type {type} are not available in the user engine yet", "")                                              \
  X(ZeroSize, "SKEP-P0002", "map-zero-size", EINVAL, (std::string_view, field),                                      \
    "{field} is 0; a map needs at least 1", "set {field}")                                                           \
  X(WrongSize, "SKEP-P0003", "map-wrong-size", EINVAL,                                                               \
    (std::string_view, field)(uint32_t, found)(facts::MapType, type)(uint32_t, expected),                          \
    "{field} is {found}; maps of type {type} have {expected}", "set {field} to {expected}")                          \
  X(UnknownFlags, "SKEP-P0004", "map-unknown-flags", EINVAL, (std::string, flags)(facts::MapType, type),           \
    "flags {flags} mean nothing for maps of type {type}", "remove them")                                             \
  X(FlagsContradict, "SKEP-P0005", "map-flags-contradict", EINVAL, (std::string_view, one)(std::string_view, other), \
    "{one} and {other} are both set; a map takes one of them", "remove one")                                         \
  X(ExtraSet, "SKEP-P0006", "map-extra-set", EINVAL, (uint64_t, found)(facts::MapType, type),                      \
    "map_extra is {found}; it means nothing for maps of type {type}", "set it to 0")                                 \
  X(TooLarge, "SKEP-P0007", "map-too-large", E2BIG,                                                                  \
    (std::string_view, field)(uint64_t, found)(uint64_t, limit),                                                     \
    "{field} is {found}; at most {limit} is possible", "make it smaller")                                            \
  X(OutOfMemory, "SKEP-P0008", "map-out-of-memory", ENOMEM, (uint64_t, bytes),                                       \
    "the map needs {bytes} bytes, more than this machine has", "lower max_entries or the size of a value")
// clang-format on
SKEP_MAPS_DIAGNOSTICS(SKEP_DIAGNOSTIC)

}  // namespace skep::maps
