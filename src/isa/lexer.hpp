// SPDX-License-Identifier: Apache-2.0
// The words of an instruction's text. `s>>=` is one word, `r1+4` three. Patterns of the table are cut by the same
// function, so text and table cannot disagree about where a word ends.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace skep::isa {

struct Token {
  enum class Type : uint8_t { word, number, sign, end } type = Type::end;
  std::string_view text;  // of `end`: empty, at the end of the text
};

bool is_space(char c);
std::string_view trimmed(std::string_view text);

// The first token of `text`; white space before it is skipped.
Token first_token(std::string_view text);

// A magnitude and its sign; `huge` where 64 bits do not hold it.
struct Number {
  bool negative = false, huge = false;
  uint64_t magnitude = 0;

  uint64_t value() const { return negative ? 0 - magnitude : magnitude; }
  bool within(uint64_t below_zero, uint64_t above_zero) const {
    return !huge && magnitude <= (negative ? below_zero : above_zero);
  }
};
// Decimal, or hex after 0x. Nothing where the text is no number.
std::optional<Number> to_number(std::string_view text);

}  // namespace skep::isa
