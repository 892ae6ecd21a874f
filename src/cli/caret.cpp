// SPDX-License-Identifier: Apache-2.0
#include "cli/caret.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace skep::cli {

static std::string_view line_of(std::string_view text, unsigned number) {
  for (; number > 1; --number) {
    const auto end = text.find('\n');
    if (end == text.npos) return {};
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

std::string caret(std::string_view text, const Error& e, const Paint& paint) {
  const std::string place = e.place();
  const auto at = place.rfind("line ");
  unsigned line = 0, column = 0;
  if (at == place.npos || std::sscanf(place.c_str() + at, "line %u, column %u", &line, &column) != 2) return {};
  std::string source(line_of(text, line));
  for (char& c : source)
    if (static_cast<uint8_t>(c) < 0x20 || c == 0x7f) c = ' ';  // a tab is one column here, so the caret stands right
  if (line == 0 || column == 0 || column > source.size() + 1) return {};
  const std::string number = std::to_string(line);
  const std::string before = printable(std::string_view(source).substr(0, column - 1));
  return fmt::format("  {} │ {}\n  {} │ {}{}\n", paint.dim(number), printable(source), std::string(number.size(), ' '),
                     std::string(width(before), ' '), paint.red("^"));
}

}  // namespace skep::cli
