// SPDX-License-Identifier: Apache-2.0
#include "judge/case_facts.hpp"

#include <charconv>

#include "isa/lexer.hpp"
#include "judge/errors.hpp"

namespace skep::judge {
namespace {

std::optional<uint32_t> number(std::string_view digits) {
  uint32_t n = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
  if (error != std::errc{} || end != digits.data() + digits.size()) return {};
  return n;
}

std::optional<verify::Place> place_of(std::string_view name) {
  using Kind = verify::Place::Kind;
  if (name.starts_with("fp-")) {
    const auto n = number(name.substr(3));
    return n && *n != 0 && *n % 8 == 0 ? std::optional(verify::Place{Kind::stack, *n}) : std::nullopt;
  }
  if (name.empty() || (name[0] != 'r' && name[0] != 'w')) return {};
  const auto n = number(name.substr(1));
  if (!n || *n >= isa::register_count) return {};
  return verify::Place{name[0] == 'r' ? Kind::whole : Kind::low_half, *n};
}

// The comma that ends a fact; those between brackets do not.
std::size_t end_of_fact(std::string_view line, std::size_t begin) {
  int depth = 0;
  for (std::size_t i = begin; i < line.size(); ++i) {
    if (line[i] == '[' || line[i] == '(') ++depth;
    if (line[i] == ']' || line[i] == ')') --depth;
    if (line[i] == ',' && depth == 0) return i;
  }
  return line.size();
}

}  // namespace

Result<void> parse_facts(std::string_view line, std::size_t begin, uint32_t number, std::vector<Fact>& facts) {
  while (begin < line.size()) {
    const std::size_t end = end_of_fact(line, begin);
    const std::string_view text = isa::trimmed(line.substr(begin, end - begin));
    const std::size_t space = std::min(text.find(' '), text.size());
    const auto place = place_of(text.substr(0, space));
    if (!place || space == text.size())
      return fail(CaseText{.found = std::string(text),
                           .expected = "a fact: r0 … r10, w0 … w10 or fp-8 …, then what is known of it"});
    const auto column = static_cast<std::size_t>(text.data() - line.data());
    facts.push_back({.line = number,
                     .insn = 0,
                     .begin = column,
                     .end = column + text.size(),
                     .place = *place,
                     .name = std::string(text.substr(0, space)),
                     .says = std::string(isa::trimmed(text.substr(space)))});
    begin = end + 1;
  }
  return {};
}

bool says_no_more(const Fact& fact, std::string_view known) {
  if (!known.starts_with(fact.says)) return false;
  return known.size() == fact.says.size() || known[fact.says.size()] == ' ';
}

}  // namespace skep::judge
