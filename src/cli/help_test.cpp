// SPDX-License-Identifier: Apache-2.0
// docs/reference/cli.md is the table of commands, told as a page. SKEP_BLESS=1 renews it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "cli/command.hpp"

namespace skep::cli {

TEST(Help, the_reference_page_is_what_the_table_says) {
  const std::string path = SKEP_SOURCE_DIR "/docs/reference/cli.md";
  if (std::getenv("SKEP_BLESS") != nullptr) std::ofstream(path) << reference_page();
  std::stringstream page;
  page << std::ifstream(path).rdbuf();
  EXPECT_EQ(page.str(), reference_page());
}

TEST(Help, screens_fit_a_terminal) {
  for (const Command& c : commands()) {
    std::istringstream screen(help_of(c));
    for (std::string line; std::getline(screen, line);) EXPECT_LE(width(line), 110U) << line;
  }
}

TEST(Help, every_flag_says_what_it_does_and_no_two_are_alike) {
  for (const Command& c : commands()) {
    auto verb = c.make();
    Common common;
    std::vector<Flag> flags = verb->flags();
    for (Flag& f : common_flags(c, common)) flags.push_back(std::move(f));
    for (std::size_t i = 0; i < flags.size(); ++i) {
      EXPECT_FALSE(flags[i].help.empty()) << c.name << " " << flags[i].names;
      const bool another_form = flags[i].into.index() == 0;
      for (std::size_t k = 0; k < i && !another_form; ++k) EXPECT_NE(flags[i].names, flags[k].names) << c.name;
    }
  }
}

}  // namespace skep::cli
