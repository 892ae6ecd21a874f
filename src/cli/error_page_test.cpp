// SPDX-License-Identifier: Apache-2.0
// docs/errors is the verifier's tables, told as pages, with the cases that show them. SKEP_BLESS=1 renews it.
#include "cli/error_page.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

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

TEST(ErrorPages, are_found_by_code_and_by_name) {
  const Diagnostic* row = find_rejection("maybe-null");
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(find_rejection(row->code), row);
  EXPECT_EQ(find_rejection("v0301"), row);
  EXPECT_EQ(find_rejection("V9999"), nullptr);
}

}  // namespace
}  // namespace skep::cli
