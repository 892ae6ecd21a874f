// SPDX-License-Identifier: Apache-2.0
// docs/errors is the verifier's tables, told as pages, with the cases that show them. SKEP_BLESS=1 renews it.
#include "cli/error_page.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "cli/diagnostics.hpp"
#include "verify/rejections.hpp"

namespace skep::cli {
namespace {

std::string text_of(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::string example_of(const Diagnostic& row) {
  return text_of(SKEP_SOURCE_DIR "/tests/verify/errors/" + std::string(row.slug) + ".case");
}

TEST(ErrorPages, are_what_tables_and_cases_say) {
  const std::string folder = SKEP_SOURCE_DIR "/docs/errors/";
  auto compare = [&](const std::string& name, const std::string& page) {
    if (std::getenv("SKEP_BLESS") != nullptr) std::ofstream(folder + name) << page;
    EXPECT_EQ(text_of(folder + name), page) << name;
  };
  std::set<std::string> names = {"README.md"};
  compare("README.md", error_index());
  for (const Diagnostic* row : verify::rejections()) {
    names.insert(std::string(row->slug) + ".md");
    compare(std::string(row->slug) + ".md", error_page(*row, example_of(*row)));
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    EXPECT_TRUE(names.contains(entry.path().filename())) << entry.path() << " is nobody's page";
}

TEST(ErrorPages, examples_belong_to_a_rejection_and_show_it) {
  std::set<std::string_view> slugs;
  for (const Diagnostic* row : verify::rejections()) EXPECT_TRUE(slugs.insert(row->slug).second) << row->slug;
  for (const auto& entry : std::filesystem::directory_iterator(SKEP_SOURCE_DIR "/tests/verify/errors")) {
    const std::string slug = entry.path().stem();
    EXPECT_TRUE(slugs.contains(slug)) << entry.path();
    const std::string text = text_of(entry.path());
    EXPECT_NE(text.find("! " + slug), text.npos) << slug << ": no program is refused for it";
    EXPECT_NE(text.find("linux: accepts"), text.npos) << slug << ": the accepted twin is missing";
  }
}

TEST(Diagnostics, are_found_by_code_and_by_name) {
  const auto rows = find_diagnostics("maybe-null");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(find_diagnostics(rows.front()->code), rows);
  EXPECT_EQ(find_diagnostics("v0301"), rows);
  EXPECT_TRUE(find_diagnostics("V9999").empty());
  EXPECT_GT(find_diagnostics("not-available").size(), 1u);
}

// Every code that a table in src has, each once.
TEST(Diagnostics, are_those_of_all_tables) {
  std::multiset<std::string> written, known;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(SKEP_SOURCE_DIR "/src")) {
    if (!entry.path().filename().string().ends_with("errors.hpp")) continue;
    const std::string text = text_of(entry.path());
    for (std::size_t at = text.find("\"SKEP-"); at != text.npos; at = text.find("\"SKEP-", at + 1))
      written.insert(text.substr(at + 1, text.find('"', at + 1) - at - 1));
  }
  for (const Diagnostic* row : diagnostics()) {
    known.insert(std::string(row->code));
    EXPECT_FALSE(subject_of(*row).empty()) << row->code;
  }
  EXPECT_EQ(known, written);
  EXPECT_EQ(std::set<std::string>(known.begin(), known.end()).size(), known.size()) << "a code stands for two";
}

}  // namespace
}  // namespace skep::cli
