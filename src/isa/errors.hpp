// SPDX-License-Identifier: Apache-2.0
// What can be wrong with instructions, as bytes (SKEP-I00..) and as text (SKEP-I01..).
#pragma once

#include <string>

#include "base/error.hpp"
#include "isa/insn.hpp"

namespace skep::isa {

// clang-format off
#define SKEP_ISA_DIAGNOSTICS(X)                                                                                        \
  X(UnknownOpcode, "SKEP-I0001", "unknown-opcode", EINVAL, (std::string, opcode),                                      \
    "no operation has opcode {opcode}", "")                                                                            \
  X(ReservedSelection, "SKEP-I0002", "reserved-selection", EINVAL,                                                     \
    (std::string, field)(int32_t, found)(std::string, opcode)(std::string, known),                                     \
    "{field} is {found}, which selects no operation of opcode {opcode}; {known} would", "")                            \
  X(ReservedField, "SKEP-I0003", "reserved-field", EINVAL,                                                             \
    (std::string, field)(int32_t, found)(std::string, op),                                                             \
    "{field} is {found}; {op} does not use it, so it must be 0", "")                                                   \
  X(NoSuchRegister, "SKEP-I0004", "no-such-register", EINVAL, (std::string, field)(Reg, found),                        \
    "{field} is {found}; registers are r0 to r10", "")                                                                 \
  X(HalfMissing, "SKEP-I0005", "half-missing", EINVAL, (std::string, op),                                              \
    "the program ends inside {op}, which takes two slots", "")                                                         \
  X(HalfNotBlank, "SKEP-I0006", "half-not-blank", EINVAL, (std::string, field)(int32_t, found)(std::string, op),       \
    "{field} of the second half is {found}; {op} wants 0 there", "")                                                   \
  X(NotAsExpected, "SKEP-I0101", "unexpected-text", EINVAL,                                                              \
    (std::string, found)(std::string, expected)(std::string, suggestion),                                              \
    "found {found}; expected {expected}{suggestion}", "")                                                                        \
  X(OutOfRange, "SKEP-I0102", "out-of-range", ERANGE,                                                                  \
    (std::string, what)(std::string, value)(std::string, bound)(std::string, remedy),                                  \
    "the {what} is {value}; the field holds {bound}", "{remedy}")                                                      \
  X(NoSuchName, "SKEP-I0103", "no-such-name", ENOENT,                                                                  \
    (std::string, kind)(std::string, name)(std::string, suggestion),                                                   \
    "no {kind} '{name}' is known{suggestion}", "")                                                                     \
  X(WrongId, "SKEP-I0104", "wrong-id", EINVAL, (std::string, name)(std::string, found)(int32_t, id),                   \
    "{name} has the id {id}, not {found}", "write the name alone")                                                     \
  X(LabelTwice, "SKEP-I0105", "label-twice", EEXIST, (std::string, name)(uint32_t, line),                              \
    "the label '{name}' is already at line {line}", "")                                                                \
  X(WrongOpcode, "SKEP-I0106", "wrong-opcode", EINVAL, (std::string, said)(std::string, is),                           \
    "the line starts with opcode ({said}), its text is opcode ({is})", "leave the opcode out")                         \
  X(UnknownDirective, "SKEP-I0107", "unknown-directive", EINVAL, (std::string, name),                                  \
    "the directive {name} means nothing here", "this assembler takes instructions, labels and .insn")                  \
  X(StatementTooLong, "SKEP-I0108", "statement-too-long", E2BIG, (std::size_t, most),                                  \
    "more than {most} words in one instruction", "")                                                                   \
  X(ProgramTooLong, "SKEP-I0109", "program-too-long", E2BIG, (std::size_t, most),                                      \
    "more than {most} instruction slots", "Linux takes one million")
// clang-format on
SKEP_ISA_DIAGNOSTICS(SKEP_DIAGNOSTIC)

}  // namespace skep::isa
