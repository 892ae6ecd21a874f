// SPDX-License-Identifier: Apache-2.0
#include "judge/case_rows.hpp"

#include <algorithm>

#include "isa/lexer.hpp"
#include "judge/errors.hpp"

namespace skep::judge {
namespace {

using isa::is_space, isa::trimmed;

constexpr std::size_t longest_value = 64;  // so that a template cannot be filled with more than this many times itself

std::unexpected<Error> wrong(std::string_view found, std::string expected) {
  return fail(CaseText{.found = std::string(found.substr(0, 40)), .expected = std::move(expected)});
}

bool in_name(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }

// The end of the name at the start of `text`, which is empty if there is none.
std::size_t name_length(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::find_if_not(text, in_name) - text.begin());
}

struct Placeholder {
  std::size_t begin = 0, end = 0;  // of "{name}"
  std::string_view name;
};

// The first one at or behind `from`; an empty name where there is none.
Placeholder next_placeholder(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find('{', from); at != text.npos; at = text.find('{', at + 1)) {
    const std::size_t n = name_length(text.substr(at + 1)), end = at + 1 + n;
    if (n != 0 && end < text.size() && text[end] == '}') return {at, end + 1, text.substr(at + 1, n)};
  }
  return {};
}

// NAME=VALUE, the value in quotes if it holds a space or a colon.
Result<std::pair<std::string, std::string>> take_value(std::string_view& text) {
  const std::string_view whole = text;
  const std::size_t n = name_length(text);
  if (n == 0 || n >= text.size() || text[n] != '=') return wrong(whole, "with NAME=VALUE…: accepts or rejects SLUG");
  std::string name(text.substr(0, n));
  text.remove_prefix(n + 1);
  const bool quoted = text.starts_with('"');
  if (quoted) text.remove_prefix(1);
  const std::size_t end = quoted ? text.find('"') : std::min(text.find_first_of(": \t"), text.size());
  if (end == text.npos) return wrong(whole, "a quote that ends");
  if (end > longest_value) return wrong(whole, "a value of at most " + std::to_string(longest_value) + " characters");
  std::string value(text.substr(0, end));
  text.remove_prefix(quoted ? end + 1 : end);
  return std::pair(std::move(name), std::move(value));
}

}  // namespace

Result<Row> parse_row(std::string_view text) {
  Row row;
  while (!text.starts_with(':')) {
    row.values.push_back(TRY(take_value(text)));
    const std::string& name = row.values.back().first;
    if (std::ranges::count(row.values, name, [](const auto& v) { return v.first; }) > 1)
      return fail(NameTwice{.what = "value", .name = name});
    text = trimmed(text);
  }
  const std::string_view verdict = trimmed(text.substr(1));
  if (verdict == "accepts") return row;
  constexpr std::string_view rejects = "rejects ";
  if (!verdict.starts_with(rejects)) return wrong(verdict, "accepts or rejects SLUG words");
  const std::string_view why = trimmed(verdict.substr(rejects.size()));
  const std::size_t end = std::min(why.find(' '), why.size());
  row.slug = why.substr(0, end);
  row.words = trimmed(why.substr(end));
  return row;
}

bool has_placeholder(std::string_view text) { return !next_placeholder(text, 0).name.empty(); }

Result<std::string> filled(std::string_view text, const Row& row) {
  std::string out;
  std::size_t at = 0;
  for (Placeholder p = next_placeholder(text, 0); !p.name.empty(); p = next_placeholder(text, at)) {
    const auto value = std::ranges::find(row.values, p.name, [](const auto& v) { return v.first; });
    if (value == row.values.end()) return wrong(text.substr(p.begin, p.end - p.begin), "a value for it in each row");
    out += text.substr(at, p.begin - at);
    out += value->second;
    at = p.end;
  }
  return out += text.substr(at);
}

Result<void> all_used(std::string_view text, const Row& row) {
  for (const auto& [name, value] : row.values)
    if (text.find("{" + name + "}") == text.npos)
      return wrong(name, "a value for something in braces, as {" + name + "} in an instruction");
  return {};
}

}  // namespace skep::judge
