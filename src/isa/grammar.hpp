// SPDX-License-Identifier: Apache-2.0
// One instruction's text to its row and operands.
//
// All patterns of the table, and the other spellings of grammar.cpp, form one tree: an edge is a word that must stand
// there or a field that is read there. Reading an instruction walks down the tree; where several edges fit, the first
// that leads to an end wins. The deepest place where nothing fitted is the error, and its edges are what was expected.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "base/error.hpp"
#include "isa/lexer.hpp"
#include "isa/names.hpp"
#include "isa/op.hpp"

namespace skep::isa {

// What a name in the text stands for, where that is known only when all labels are.
enum class Later : uint8_t { nothing, jump_by_off, jump_by_imm, call, function };

struct Statement {
  Insn insn;  // complete but for `later`
  Insn high;  // the second slot, where there is one
  Later later = Later::nothing;
  std::optional<Kind> named;  // a name that `names` knew
  const Token* name = nullptr;
};

struct Misread {
  const Token* at;
  Error error;
};

// `tokens` end with one of type end. `opcode`: what the text in front of the instruction said its first byte is.
std::expected<Statement, Misread> read_statement(std::span<const Token> tokens, const Names& names,
                                                 std::optional<uint8_t> opcode);

}  // namespace skep::isa
