// SPDX-License-Identifier: Apache-2.0
#include "module/words.hpp"

#include "base/bytes.hpp"
#include "isa/lexer.hpp"
#include "module/errors.hpp"

namespace skep::module {
namespace {

using isa::is_space;

constexpr bool is_plain(char c, std::string_view others) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || others.find(c) != others.npos;
}

std::string quoted(std::string_view text, std::string_view others) {
  bool plain = !text.empty();
  for (char c : text) plain &= is_plain(c, others);
  if (plain) return std::string(text);
  std::string out = "\"";
  for (char c : text) {
    auto byte = static_cast<uint8_t>(c);
    if (c == '"' || c == '\\')
      out += {'\\', c};
    else if (byte < 0x20 || byte == 0x7f)
      out += "\\x" + to_hex(Bytes(&byte, 1));
    else
      out += c;
  }
  return out + "\"";
}

// One character of a quoted piece, or nothing where the line ends or the escape is none.
std::optional<char> quoted_char(std::string_view& rest) {
  if (rest.empty()) return std::nullopt;
  char c = rest[0];
  rest.remove_prefix(1);
  if (c != '\\') return c;
  if (rest.empty()) return std::nullopt;
  char escape = rest[0];
  rest.remove_prefix(1);
  if (escape != 'x') return escape == '"' || escape == '\\' ? std::optional(escape) : std::nullopt;
  auto byte = from_hex(rest.substr(0, 2));
  if (!byte || byte->size() != 1) return std::nullopt;
  rest.remove_prefix(2);
  return static_cast<char>((*byte)[0]);
}

}  // namespace

void Words::skip_space() {
  while (!rest_.empty() && is_space(rest_[0])) rest_.remove_prefix(1);
  if (rest_ == "#" || (rest_.size() > 1 && rest_[0] == '#' && is_space(rest_[1]))) rest_ = {};
}

Result<std::string> Words::piece(std::string_view stops) {
  if (!rest_.starts_with('"')) {
    std::size_t n = 0;
    while (n < rest_.size() && !is_space(rest_[n]) && stops.find(rest_[n]) == stops.npos) ++n;
    std::string plain(rest_.substr(0, n));
    rest_.remove_prefix(n);
    return plain;
  }
  std::string_view whole = rest_;
  std::string text;
  rest_.remove_prefix(1);
  while (!rest_.starts_with('"')) {
    auto c = quoted_char(rest_);
    if (!c) return fail(UnclosedQuote{.found = std::string(whole)});
    text += *c;
  }
  rest_.remove_prefix(1);
  return text;
}

Result<std::string> Words::name() {
  skip_space();
  std::string_view before = rest_;
  std::string text = TRY(piece(":"));
  if (!rest_.starts_with(':') || (rest_.size() > 1 && !is_space(rest_[1])) || text.empty())
    return fail(TextExpected{.expected = "NAME: TYPE", .found = std::string(before)});
  rest_.remove_prefix(1);
  return text;
}

Result<std::optional<Word>> Words::next() {
  skip_space();
  if (rest_.empty()) return std::nullopt;
  std::string_view before = rest_;
  Word w;
  w.text = TRY(piece("="));
  if (rest_.starts_with('=')) {
    rest_.remove_prefix(1);
    w.has_value = true;
    w.value = TRY(piece(""));
  }
  if (w.text.empty() || (!rest_.empty() && !is_space(rest_[0])))
    return fail(TextExpected{.expected = "WORD or WORD=VALUE", .found = std::string(before)});
  return w;
}

std::string quoted_name(std::string_view text) { return quoted(text, "_./$,+-@*"); }
std::string quoted_value(std::string_view text) { return quoted(text, "_./$,+-@*:"); }

}  // namespace skep::module
