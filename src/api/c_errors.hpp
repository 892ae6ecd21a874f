// SPDX-License-Identifier: Apache-2.0
// What can be wrong about a call of the C API.
#pragma once

#include "base/error.hpp"

namespace skep::c_api {

inline constexpr int enotsupp = 524;  // Linux's, which its user headers lack

// clang-format off
#define SKEP_C_DIAGNOSTICS(X)                                                                                          \
  X(NewerOptions, "SKEP-A0101", "newer-options", E2BIG, (std::size_t, size)(std::size_t, known),                       \
    "the options have {size} bytes, of which this skep knows {known}, and what follows is not zero",                   \
    "use a newer libskep, or leave what is new zero")                                                                  \
  X(OptionsSize, "SKEP-A0102", "options-size", EINVAL, (std::size_t, size),                                            \
    "the options' size is {size}", "set it to sizeof the struct")                                                      \
  X(AlreadyLoaded, "SKEP-A0103", "already-loaded", EBUSY, (std::string, what),                                         \
    "{what}: the object is loaded already", "change it between open and load")                                         \
  X(NotLoaded, "SKEP-A0104", "not-loaded", ENOENT, (std::string, program),                                             \
    "program '{program}' is not loaded", "skep_object_load() loads programs whose autoload is set")                    \
  X(NoType, "SKEP-A0105", "no-program-type", EINVAL, (std::string, program)(std::string, section),                     \
    "section '{section}' tells no type of program '{program}'", "say which: skep_program_set_type()")                  \
  X(NotANumberOf, "SKEP-A0106", "unknown-number", EINVAL, (uint32_t, number)(std::string, what),                       \
    "{number} is no {what}", "<linux/bpf.h> has those there are")                                                      \
  X(NotGlobalData, "SKEP-A0107", "not-global-data", EINVAL, (std::string, map),                                        \
    "map '{map}' is no global data", "use skep_map_lookup() and skep_map_update()")                                    \
  X(UsesMap, "SKEP-A0108", "uses-map", EINVAL, (std::string, program)(std::string, map),                               \
    "program '{program}' uses map '{map}', which is not to be made", "skep_program_set_autoload() it off, too")        \
  X(SlotOf, "SKEP-A0109", "slot-not-loaded", EINVAL, (std::string, map)(uint32_t, slot)(std::string, what),            \
    "element {slot} of map '{map}' is to be {what}, which is not to be loaded", "")                                    \
  X(CutAway, "SKEP-A0110", "cut-away", EINVAL, (std::string, variable)(std::size_t, size),                             \
    "variable '{variable}' is past the end of its section, which was made {size} bytes large", "")                     \
  X(WaitsFor, "SKEP-A0111", "waits-for", enotsupp, (std::string, what)(std::string, capability),                       \
    "{what} is not supported yet: it waits for {capability}", "")                                                      \
  X(NullArgument, "SKEP-A0112", "null-argument", EINVAL, (std::string, what), "{what} is NULL", "")                    \
  X(NoRoom, "SKEP-A0113", "no-room", ENOSPC, (std::string, what)(std::size_t, size)(std::size_t, room),                \
    "the {what} afterwards has {size} bytes; there is room for {room}", "")                                            \
  X(TakesNo, "SKEP-A0114", "takes-no", EINVAL, (std::string, type)(std::string, what),                                 \
    "programs of type {type} take no {what}", "")                                                                      \
  X(TakesContext, "SKEP-A0115", "takes-context", enotsupp, (std::string, type),                                        \
    "a program of type {type} cannot be run alone yet: it waits for contexts of that type", "")                        \
  X(NotMade, "SKEP-A0117", "not-made", EBADF, (std::string, map), "map '{map}' is not made yet", "load its object first") \
  X(NotAProgArray, "SKEP-A0116", "not-a-prog-array", EINVAL, (std::string, map)(std::string, type),                    \
    "map '{map}' is of type {type}; programs go into a prog_array", "")
// clang-format on
SKEP_C_DIAGNOSTICS(SKEP_DIAGNOSTIC)

}  // namespace skep::c_api
