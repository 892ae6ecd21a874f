// SPDX-License-Identifier: Apache-2.0
#include "base/suggest.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace skep {

// Edits, a swap of neighbours counting as one: "cunts" and "conuts" are both one edit from "counts".
static std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
  std::iota(last.begin(), last.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) now[j] = std::min(now[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, now);
  }
  return last[b.size()];
}

std::string nearest(std::string_view typed, std::span<const std::string> names) {
  std::size_t best = std::max<std::size_t>(1, typed.size() / 3) + 1;
  std::string found;
  if (typed.size() > 256) return found;
  for (const std::string& n : names) {
    if (n.size() > 256) continue;
    auto longer = std::max(n.size(), typed.size()) - std::min(n.size(), typed.size());
    if (longer >= best) continue;                                                     // it takes at least so many edits
    if (auto d = edits(typed, n); d < best && d < typed.size()) best = d, found = n;  // some letter is right
  }
  return found;
}

std::string did_you_mean(std::string_view typed, std::span<const std::string> names) {
  auto n = nearest(typed, names);
  return n.empty() ? "" : "; did you mean " + n + "?";
}

std::string listed(std::span<const std::string> names, std::size_t most) {
  if (names.empty()) return "none";
  std::string out;
  for (std::size_t i = 0; i < names.size() && i < most; ++i) out += (i ? ", " : "") + names[i];
  if (names.size() > most) out += " and " + std::to_string(names.size() - most) + " more";
  return out;
}

}  // namespace skep
