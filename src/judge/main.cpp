// SPDX-License-Identifier: Apache-2.0
// skep_case_test FILE…: case files as ctest runs them. SKEP_BLESS=1 renews expectations instead of failing.
// Exit: 0 all as expected, 1 not, 2 a file could not be read or understood.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "judge/case.hpp"

int main(int argc, char** argv) {
  const char* bless = std::getenv("SKEP_BLESS");
  const std::vector<std::string> paths(argv + 1, argv + argc);
  const bool renew = bless != nullptr && std::string_view(bless) == "1";
  auto summary = skep::judge::run_cases(paths, {.bless = renew ? skep::judge::Bless::yes : skep::judge::Bless::no});
  if (!summary) {
    std::fprintf(stderr, "%s\n", summary.error().text().c_str());
    return 2;
  }
  std::fputs(skep::judge::text(*summary).c_str(), stdout);
  return summary->failures.empty() ? 0 : 1;
}
