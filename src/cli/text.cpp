// SPDX-License-Identifier: Apache-2.0
#include "cli/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace skep::cli {

std::string Paint::in(std::string_view code, std::string_view s) const {
  if (colour_ == Colour::off || s.empty()) return std::string(s);
  return fmt::format("{}{}\033[0m", code, s);
}

std::string grouped(uint64_t n) {
  const std::string digits = std::to_string(n);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string duration(uint64_t ns) {
  const auto n = static_cast<double>(ns);
  if (ns < 100) return fmt::format("{} ns", ns);
  if (n < 99'950) return fmt::format("{:.1f} µs", n / 1e3);
  if (n < 9'999.5e6) return fmt::format("{:.1f} ms", n / 1e6);
  return fmt::format("{:.1f} s", n / 1e9);
}

std::string plural(uint64_t n, std::string_view one) {
  if (n == 1) return fmt::format("1 {}", one);
  if (one.ends_with("y")) return fmt::format("{} {}ies", grouped(n), one.substr(0, one.size() - 1));
  return fmt::format("{} {}s", grouped(n), one);
}

std::string percent(uint64_t part, uint64_t whole) {
  if (whole == 0) return "0.0 %";
  double p = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  if (part != 0 && part != whole) p = std::clamp(p, 0.1, 99.9);
  return fmt::format("{:.1f} %", p);
}

std::string in_short(double n) {
  if (n >= 999.5e6) return fmt::format("{:.1f} G", n / 1e9);
  if (n >= 999.5e3) return fmt::format("{:.1f} M", n / 1e6);
  if (n >= 9'999.5) return fmt::format("{:.0f} k", n / 1e3);
  return fmt::format("{:.0f}", n);
}

std::size_t width(std::string_view s) {
  std::size_t n = 0;
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (s[i] == '\033')
      while (i < s.size() && s[i] != 'm') ++i;
    else
      n += (static_cast<uint8_t>(s[i]) & 0xc0) != 0x80;
  }
  return n;
}

std::string padded(std::string_view s, std::size_t to) {
  std::string out(s);
  if (auto w = width(s); w < to) out.append(to - w, ' ');
  return out;
}

// Unicode 15, table 3-7.
std::size_t utf8_length(std::string_view s) {
  auto at = [&](std::size_t i) { return i < s.size() ? static_cast<uint8_t>(s[i]) : uint8_t{0}; };
  auto tail = [&](std::size_t i) { return (at(i) & 0xc0) == 0x80; };
  const uint8_t b = at(0);
  if (b < 0x80) return 1;
  if (b >= 0xc2 && b <= 0xdf) return tail(1) ? 2 : 0;
  if (b >= 0xe0 && b <= 0xef) {
    const bool overlong = b == 0xe0 && at(1) < 0xa0, surrogate = b == 0xed && at(1) > 0x9f;
    return tail(1) && tail(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (b >= 0xf0 && b <= 0xf4) {
    const bool overlong = b == 0xf0 && at(1) < 0x90, beyond = b == 0xf4 && at(1) > 0x8f;
    return tail(1) && tail(2) && tail(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

std::string printable(std::string_view s) {
  std::string out;
  while (!s.empty()) {
    const std::size_t n = utf8_length(s);
    const auto b = static_cast<uint8_t>(s[0]);
    const bool c1 = n == 2 && b == 0xc2 && static_cast<uint8_t>(s[1]) < 0xa0;  // U+0080 … U+009F: controls, too
    if (n == 0 || c1 || b < 0x20 || b == 0x7f)
      out += fmt::format("\\x{:02x}", b);
    else
      out += s.substr(0, n);
    s.remove_prefix(n == 0 || c1 ? 1 : n);
  }
  return out;
}

std::string Table::text(std::string_view indent) const {
  std::vector<std::size_t> widths;
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i == widths.size()) widths.push_back(0);
      widths[i] = std::max(widths[i], width(row[i].text));
    }
  std::string out;
  for (const auto& row : rows_) {
    std::string line(indent);
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i != 0) line += "  ";
      const std::string gap(widths[i] - width(row[i].text), ' ');
      line += row[i].align == Align::left ? row[i].text + gap : gap + row[i].text;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

}  // namespace skep::cli
