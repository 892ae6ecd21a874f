// SPDX-License-Identifier: Apache-2.0
// Names that a module does not have, and declarations that do not read.
#pragma once

#include "base/error.hpp"

namespace skep::module {

// clang-format off
#define SKEP_MODULE_DIAGNOSTICS(X)                                                                                 \
  X(NoSuchMap, "SKEP-M0001", "no-such-map", ENOENT, (std::string, name)(std::string, known)(std::string, suggestion), \
    "no map '{name}'; this object has {known}{suggestion}", "")                                                    \
  X(NoSuchProgram, "SKEP-M0002", "no-such-program", ENOENT, (std::string, name)(std::string, known)(std::string, suggestion), \
    "no program '{name}'; this object has {known}{suggestion}", "")                                                \
  X(NothingMatches, "SKEP-M0003", "nothing-matches", ENOENT, (std::string, glob)(std::string, known),              \
    "no program matches '{glob}'; this object has {known}", "* stands for anything, ? for one character")          \
  X(NoSuchVariable, "SKEP-M0004", "no-such-variable", ENOENT, (std::string, name)(std::string, known)(std::string, suggestion), \
    "no global variable '{name}'; this object has {known}{suggestion}", "")                                        \
  X(TextExpected, "SKEP-M0010", "text-expected", EINVAL, (std::string, expected)(std::string, found),              \
    "{expected} is expected, not '{found}'", "write NAME: TYPE and then WORD=VALUE")                               \
  X(UnknownOption, "SKEP-M0011", "unknown-option", EINVAL, (std::string, what)(std::string, word)(std::string, known), \
    "a {what} declaration has no '{word}'; it has {known}", "")                                                    \
  X(OptionTwice, "SKEP-M0012", "option-twice", EINVAL, (std::string, word),                                        \
    "'{word}' is said twice", "say it once")                                                                       \
  X(NotANumber, "SKEP-M0013", "not-a-number", EINVAL, (std::string, found)(std::string, most),                     \
    "a number from 0 to {most} is expected, not '{found}'", "")                                                    \
  X(NotHex, "SKEP-M0014", "not-hex", EINVAL, (std::string, found),                                                 \
    "KEY:VALUE in hex is expected, two digits a byte, not '{found}'", "write init=00000000:2a00")                  \
  X(UnclosedQuote, "SKEP-M0015", "unclosed-quote", EINVAL, (std::string, found),                                   \
    "the quote that opens in '{found}' is never closed", "")
// clang-format on
SKEP_MODULE_DIAGNOSTICS(SKEP_DIAGNOSTIC)

}  // namespace skep::module
