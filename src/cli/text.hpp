// SPDX-License-Identifier: Apache-2.0
// Text for people: colours, numbers with separators, durations, aligned tables.
//
// Colour says one of three things: red is the place that is wrong, green is accepted, dim is context. Names and
// values come from files that may be hostile, so printable() takes the teeth out of control characters before a
// terminal sees them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.hpp"

namespace skep::cli {

enum class Colour : uint8_t { off, on };

class Paint {
 public:
  explicit Paint(Colour colour) : colour_(colour) {}
  std::string red(std::string_view s) const { return in("\033[31m", s); }
  std::string green(std::string_view s) const { return in("\033[32m", s); }
  std::string dim(std::string_view s) const { return in("\033[2m", s); }

 private:
  std::string in(std::string_view code, std::string_view s) const;
  Colour colour_;
};

std::string grouped(uint64_t n);                         // 212,338
std::string duration(uint64_t ns);                       // "0.5 µs", "0.3 ms", "12.1 s"
std::string plural(uint64_t n, std::string_view one);    // "1 program", "2 programs", "0 entries"
std::string percent(uint64_t part, uint64_t whole);      // "99.8 %": 100.0 and 0.0 only where it is all or none
std::string in_short(double n);                          // 2.1 M
std::size_t width(std::string_view s);                   // columns on a terminal: code points, colours not counted
std::string padded(std::string_view s, std::size_t to);  // spaces behind
std::size_t columns_of(int fd);                          // of the terminal behind fd; 0 where there is none
std::string shortened(std::string_view line, std::size_t columns);  // with a … where something is missing
// Rows of tables, which are indented, cut to so many columns, with a … where something is missing; sentences are
// wrapped by the terminal. All is whole where nobody knows how many columns there are.
std::string fitted(std::string_view text, std::size_t columns);
std::string sentence(std::string words);    // begins with a large letter, unless that word is a name: skep, rN
std::string printable(std::string_view s);  // control characters and broken UTF-8 as \xNN

// Columns two spaces apart, as wide as their widest cell; nothing behind the last.
enum class Align : uint8_t { left, right };
struct Cell {
  std::string text;
  Align align = Align::left;
};
class Table {
 public:
  void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
  std::string text(std::string_view indent) const;

 private:
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace skep::cli
