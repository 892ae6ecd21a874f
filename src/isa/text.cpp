// SPDX-License-Identifier: Apache-2.0
#include "isa/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/suggest.hpp"
#include "isa/errors.hpp"

namespace skep::isa {

std::string hex_byte(uint8_t byte) { return fmt::format("{:#04x}", byte); }

std::string shown(std::string_view text) {
  constexpr std::size_t most = 40;
  if (text.size() <= most) return std::string(text);
  std::size_t n = most;
  while (n > 0 && (text[n] & 0xc0) == 0x80) --n;  // not within a letter
  return std::string(text.substr(0, n)) + "…";
}

std::string pattern_of(const Row& r) {
  const bool wide = r.bits == 64;
  std::string out;
  for (std::size_t i = 0; i < r.text.size(); ++i) {
    if (r.text[i] != '$') {
      out += r.text[i];
      continue;
    }
    const char field = r.text[++i];
    if (field == 't')
      out += wide ? "u64" : "u32";
    else if (field == 'a')
      out += wide ? "$s" : "$S";
    else if (field == '0')
      out += wide ? "r0" : "w0";
    else if (field == 'w')
      out += wide ? "_64" : "32_32";
    else
      out += {'$', field};
  }
  return out;
}

std::optional<NameId> find_helper(const Names& names, std::string_view word) {
  if (auto id = names.find(Kind::helper, word)) return id;
  if (word.starts_with("bpf_")) return names.find(Kind::helper, word.substr(4));
  return names.find(Kind::helper, "bpf_" + std::string(word));
}

std::unexpected<Error> no_such_name(std::string_view name, std::string_view what, std::initializer_list<Kind> kinds,
                                    const Names& names, std::vector<std::string> more) {
  for (Kind k : kinds) std::ranges::move(names.known(k), std::back_inserter(more));
  std::string suggestion = did_you_mean(name, more);
  if (suggestion.empty() && name.starts_with("bpf_")) suggestion = did_you_mean(name.substr(4), more);
  return fail(NoSuchName{.kind = std::string(what), .name = shown(name), .suggestion = suggestion});
}

bool is_name(std::string_view text) {
  auto starts = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.'; };
  return !text.empty() && starts(text[0]) &&
         std::ranges::all_of(text, [&](char c) { return starts(c) || (c >= '0' && c <= '9'); });
}

}  // namespace skep::isa
