// SPDX-License-Identifier: Apache-2.0
#include "isa/lexer.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace skep::isa {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.'; }
bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

// The signs of the table, single characters among them.
constexpr std::string_view signs[] = {
#define ALU(name, code, off, text, ...) text,
#define CMP(name, code, text, ...) text,
#include "isa/ops.def"
};
// Which characters come second in a sign: most texts are no sign, and most are known by that.
constexpr auto second_of_a_sign = [] {
  std::array<bool, 256> second{};
  for (std::string_view s : signs)
    if (s.size() > 1) second[static_cast<unsigned char>(s[1])] = true;
  return second;
}();

template <class P>
std::size_t run(std::string_view text, P belongs) {
  return static_cast<std::size_t>(std::ranges::find_if_not(text, belongs) - text.begin());
}

// Of the longest sign that the text begins with, or 0; signs of one character are found without the table.
std::size_t sign_length(std::string_view text) {
  if (text.size() < 2 || !second_of_a_sign[static_cast<unsigned char>(text[1])]) return 0;
  std::size_t longest = 0;
  for (std::string_view s : signs)
    if (s.size() > longest && text.starts_with(s)) longest = s.size();
  return longest;
}

}  // namespace

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f'; }

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(run(text, is_space));
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

Token first_token(std::string_view text) {
  text.remove_prefix(run(text, is_space));
  if (text.empty()) return {Token::Type::end, text};
  if (std::size_t n = sign_length(text)) return {Token::Type::sign, text.substr(0, n)};
  auto in_word = [](char c) { return is_letter(c) || is_digit(c); };
  if (is_digit(text[0])) return {Token::Type::number, text.substr(0, run(text, in_word))};
  if (is_letter(text[0])) return {Token::Type::word, text.substr(0, run(text, in_word))};
  // Anything else stands alone; letters beyond ASCII stay together, so that an error shows them whole.
  const std::size_t n = run(text, [](char c) { return !is_ascii(c); });
  return {Token::Type::sign, text.substr(0, std::max<std::size_t>(n, 1))};
}

std::optional<Number> to_number(std::string_view text) {
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  if (hex) text.remove_prefix(2);
  Number n;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n.magnitude, hex ? 16 : 10);
  if (text.empty() || end != text.data() + text.size() || error == std::errc::invalid_argument) return std::nullopt;
  n.huge = error == std::errc::result_out_of_range;
  return n;
}

}  // namespace skep::isa
