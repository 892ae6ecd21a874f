// SPDX-License-Identifier: Apache-2.0
#include "cli/text.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>

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
  if (n < 999.95e6) return fmt::format("{:.1f} ms", n / 1e6);
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

std::size_t columns_of(int fd) {
  winsize size{};
  return ::isatty(fd) == 1 && ::ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

std::string shortened(std::string_view line, std::size_t columns) {
  if (width(line) <= columns) return std::string(line);
  std::size_t shown = 0, i = 0;
  while (i < line.size()) {  // one column is for the sign that something is missing
    if (line[i] == '\033') {
      i = std::min(line.find('m', i), line.size() - 1) + 1;
      continue;
    }
    if (++shown == columns) break;
    i += std::max<std::size_t>(1, utf8_length(line.substr(i)));
  }
  return std::string(line.substr(0, i)) + (line.find('\033') == line.npos ? "…" : "\033[0m…");
}

std::string fitted(std::string_view text, std::size_t columns) {
  if (columns < 20) return std::string(text);
  std::string out;
  for (std::size_t end = 0; !text.empty(); text.remove_prefix(end)) {
    end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    out += line.starts_with(' ') ? shortened(line, columns) : line;
    if (end == text.npos) break;
    out += '\n';
    ++end;
  }
  return out;
}

std::string padded(std::string_view s, std::size_t to) {
  std::string out(s);
  if (auto w = width(s); w < to) out.append(to - w, ' ');
  return out;
}

std::string sentence(std::string words) {
  const std::string first = words.substr(0, words.find(' '));
  for (std::string_view name : {"skep", "man", "clang", "gotol", "rN"})
    if (first == name) return words;
  if (!words.empty()) words[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(words[0])));
  return words;
}

std::string printable(std::string_view s) {
  std::string out;
  while (!s.empty()) {
    std::size_t n = utf8_length(s);
    if (n == 0 || control_length(s) != 0)
      out += fmt::format("\\x{:02x}", static_cast<uint8_t>(s[0])), n = 1;
    else
      out += s.substr(0, n);
    s.remove_prefix(n);
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
