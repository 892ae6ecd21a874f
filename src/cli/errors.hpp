// SPDX-License-Identifier: Apache-2.0
// What can be wrong with a command line.
#pragma once

#include "base/error.hpp"

namespace skep::cli {

// clang-format off
#define SKEP_CLI_DIAGNOSTICS(X)                                                                                       \
  X(UnknownCommand, "SKEP-U0001", "unknown-command", EINVAL, (std::string, found)(std::string, known)(std::string, suggestion), \
    "no command '{found}'; there are {known}{suggestion}", "")                                                        \
  X(UnknownOption, "SKEP-U0002", "unknown-option", EINVAL, (std::string, found)(std::string, verb)(std::string, suggestion), \
    "no option '{found}'{suggestion}", "skep {verb} --help lists them")                                               \
  X(TooManyArguments, "SKEP-U0003", "too-many-arguments", EINVAL, (std::string, found)(std::string, usage),           \
    "'{found}' is one argument too many", "usage: {usage}")                                                           \
  X(MissingArgument, "SKEP-U0004", "missing-argument", EINVAL, (std::string, what)(std::string, usage),               \
    "{what} is missing", "usage: {usage}")                                                                            \
  X(MissingValue, "SKEP-U0005", "missing-value", EINVAL, (std::string, value),                                        \
    "{value} must follow", "")                                                                                        \
  X(GivenTwice, "SKEP-U0006", "given-twice", EINVAL, , "it is given more than once", "say it once")                   \
  X(NotANumber, "SKEP-U0007", "not-a-number", EINVAL, (std::string, found),                                           \
    "'{found}' is not a number", "write it in decimal, or in hex as 0x…")                                             \
  X(NotAChoice, "SKEP-U0008", "not-a-choice", EINVAL, (std::string, found)(std::string, known)(std::string, suggestion), \
    "'{found}' is none of {known}{suggestion}", "")                                                                   \
  X(NotASetting, "SKEP-U0009", "not-a-setting", EINVAL, (std::string, found)(std::string, form),                      \
    "found '{found}'; the form is {form}", "")                                                                        \
  X(NotJson, "SKEP-U0010", "not-json", EINVAL, (std::string, reason),                                                 \
    "not JSON: {reason}", "")                                                                                         \
  X(NotEntries, "SKEP-U0011", "not-entries", EINVAL, (std::string, found),                                            \
    "{found}; map content is a list of records with the members key and value",                                       \
    "skep run --json prints maps in this form")                                                                       \
  X(TooDeep, "SKEP-U0012", "too-deep", E2BIG, (std::size_t, most), "values are nested more than {most} deep", "")     \
  X(TooManyMembers, "SKEP-U0015", "too-many-members", E2BIG, (std::size_t, most), "a record has more than {most} members", "") \
  X(CannotPrint, "SKEP-U0013", "cannot-print", EIO, (std::string, reason),                                            \
    "standard output cannot be written: {reason}", "")                                                                \
  X(NumberTooLarge, "SKEP-U0016", "number-too-large", ERANGE, (std::string, found)(std::string, most),                 \
    "'{found}' is too large; at most {most} is meant", "")                                                            \
  X(EmptyProgram, "SKEP-U0017", "empty-program", EINVAL, , "there is no instruction in it", "the shortest program is exit")    \
  X(TextOnly, "SKEP-U0018", "text-only", ENOTSUP, (std::string_view, what), "{what} is text, not JSON", "leave out --json") \
  X(NoSuchCode, "SKEP-U0019", "no-such-code", ENOENT, (std::string, found)(std::string, suggestion), \
    "no code '{found}'{suggestion}", "rejections are listed in docs/errors") \
  X(TwoAnswers, "SKEP-U0020", "two-answers", EINVAL, (std::string, one)(std::string, other), \
    "{one} and {other} are two answers", "ask for one of them") \
  X(NotAvailable, "SKEP-U0014", "not-available", ENOTSUP, (std::string, what)(std::string, instead),                  \
    "{what} is not available yet", "{instead}")
// clang-format on
SKEP_CLI_DIAGNOSTICS(SKEP_DIAGNOSTIC)

}  // namespace skep::cli
