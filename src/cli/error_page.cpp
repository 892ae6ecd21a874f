// SPDX-License-Identifier: Apache-2.0
#include "cli/error_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "cli/command.hpp"
#include "cli/diagnostics.hpp"
#include "engine/kernel/verdict.hpp"
#include "verify/rejections.hpp"

namespace skep::cli {

std::string without_fields(std::string_view words) {
  std::string out;
  while (!words.empty()) {
    const std::size_t open = std::min(words.find('{'), words.size());
    out += words.substr(0, open);
    words.remove_prefix(open);
    if (words.empty()) break;
    const std::string_view name = words.substr(1, words.find('}') - 1);
    out += name == "r" ? "rN" : fmt::format("‹{}›", name);
    words.remove_prefix(name.size() + 2);
  }
  return out;
}

std::string error_screen(const Diagnostic& row) {
  std::string out = fmt::format("{} {}  ({}, {})\n\n  {}\n", row.code, row.slug, subject_of(row),
                                kernel::errno_name(row.err), sentence(without_fields(row.message)));
  if (!row.hint.empty()) out += fmt::format("\n  try    {}\n", without_fields(row.hint));
  std::string words = without_fields(row.kernel);
  for (std::size_t at = words.find('\n'); at != words.npos; at = words.find('\n', at + 1)) words.insert(at + 1, 9, ' ');
  if (!words.empty()) out += fmt::format("\n  Linux  {}\n", words);
  return out + fmt::format("\n  exit   {}\n", static_cast<int>(exit_of(row)));
}

std::string error_page(const Diagnostic& row, std::string_view example) {
  std::string out = fmt::format("# {} {}\n\n{}.\n\n", row.code, row.slug, sentence(without_fields(row.message)));
  if (!row.hint.empty()) out += fmt::format("**What to do:** {}.\n\n", without_fields(row.hint));
  out += fmt::format("About {}; the system call answers {}.", verify::category_of(row), kernel::errno_name(row.err));
  if (!row.kernel.empty())
    out += fmt::format(" Linux's log says:\n\n    {}\n", [&] {
      std::string words = without_fields(row.kernel);
      for (std::size_t at = words.find('\n'); at != words.npos; at = words.find('\n', at + 1))
        words.insert(at + 1, 4, ' ');
      return words;
    }());
  else
    out += "\n";
  if (!example.empty())
    out += fmt::format(
        "\nRefused, and its nearest twin that is accepted (tests/verify/errors/{}.case, which is run):\n\n```\n{}```\n",
        row.slug, example);
  return out;
}

std::string error_index() {
  std::string out =
      "# Why programs are refused\n\nMade from the verifier's tables (src/verify/errors.hpp, walk_errors.hpp) and the "
      "cases in "
      "tests/verify/errors; do not\nedit: `SKEP_BLESS=1` on the tests of cli renews it. `skep explain CODE` says the "
      "same "
      "without the example.\n";
  std::string_view category;
  for (const Diagnostic* row : verify::rejections()) {
    if (verify::category_of(*row) != category) {
      category = verify::category_of(*row);
      out += fmt::format("\n## {}\n\n| code | | |\n|---|---|---|\n", sentence(std::string(category)));
    }
    std::string words;
    for (char c : without_fields(row->message)) words += c == '|' ? std::string("\\|") : std::string(1, c);
    out += fmt::format("| {} | [{}]({}.md) | {} |\n", row->code, row->slug, row->slug, words);
  }
  return out;
}

}  // namespace skep::cli
