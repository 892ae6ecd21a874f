// SPDX-License-Identifier: Apache-2.0
// The table of functions, the headers and the page agree; what waits says so.
#include <gtest/gtest.h>
#include <skep/libbpf/bpf/bpf.h>
#include <skep/libbpf/bpf/btf.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <vector>

#include "familiar/report.hpp"

namespace skep::familiar {
namespace {

struct Row {
  std::string name;
  const char* waits;  // null: it works
  unsigned tools, bootstrap;
};
const std::vector<Row> rows = {
#define WORKS(name, tools, bootstrap) {#name, nullptr, tools, bootstrap},
#define WAITS(returns, name, parameters, capability, tools, bootstrap) {#name, capability, tools, bootstrap},
#include "familiar/familiar.def"
#undef WORKS
#undef WAITS
};

bool is_skeletons(const Row& r) { return r.name.ends_with("_skeleton"); }

std::string read(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::string page() {
  const auto called = [](const Row& r) { return r.tools + r.bootstrap > 0; };
  const auto works = [](const Row& r) { return r.waits == nullptr; };
  const auto all = std::ranges::count_if(rows, called);
  const auto good = std::ranges::count_if(rows, [&](const Row& r) { return called(r) && works(r); });
  std::ostringstream out;
  out << "# libbpf's functions\n\n"
         "What of libbpf 1.1 the headers in `include/skep/libbpf/bpf/` have, from the table "
         "`src/familiar/familiar.def` "
         "(this page is\ngenerated; `SKEP_BLESS=1` renews it). A function that waits answers ENOTSUPP (524), and the "
         "function of libbpf_set_print()\nis told which capability it waits for. Uses are counted in 66 files of "
         "libbpf-tools and 15 examples of libbpf-bootstrap;\nskeletons' own functions are called by all of them.\n\n"
      << all << " functions are called there; " << good << " work, " << all - good << " wait. " << rows.size()
      << " are declared; " << std::ranges::count_if(rows, works) << " work.\n\n"
      << "| function | | libbpf-tools | libbpf-bootstrap |\n|---|---|--:|--:|\n";
  const auto number = [](const Row& r, unsigned n) {
    return is_skeletons(r) ? "all" : n != 0 ? std::to_string(n) : "";
  };
  for (const Row& r : rows)
    out << "| " << r.name << " | " << (works(r) ? "works" : std::string("waits for ") + r.waits) << " | "
        << number(r, r.tools) << " | " << number(r, r.bootstrap) << " |\n";
  return out.str();
}

TEST(Familiar, ThePageIsWhatTheTableSays) {
  const std::string path = SKEP_SOURCE_DIR "/docs/api-coverage.md";
  if (std::getenv("SKEP_BLESS") != nullptr) std::ofstream(path) << page();
  EXPECT_TRUE(read(path) == page()) << "the table changed: SKEP_BLESS=1 renews " << path;
}

TEST(Familiar, EveryDeclaredFunctionHasARowAndOnlyThese) {
  std::multiset<std::string> declared, listed;
  const std::regex declaration(R"(\nLIBBPF_API\b[^;(]*?(\w+)\s*\()");
  for (const char* header : {"bpf.h", "libbpf.h", "libbpf_legacy.h", "btf.h"}) {
    const std::string text = read(std::string(SKEP_SOURCE_DIR "/include/skep/libbpf/bpf/") + header);
    for (auto m = std::sregex_iterator(text.begin(), text.end(), declaration); m != std::sregex_iterator(); ++m)
      declared.insert((*m)[1]);
  }
  for (const Row& r : rows) listed.insert(r.name);
  EXPECT_EQ(declared, listed);
}

std::string said;
int listen(libbpf_print_level, const char* format, va_list arguments) {
  char line[512];
  const int length = std::vsnprintf(line, sizeof line, format, arguments);
  said += line;
  return length;
}

TEST(Familiar, WhatWaitsSaysWhatItWaitsFor) {
  const libbpf_print_fn_t before = libbpf_set_print(listen);
  said.clear();
  EXPECT_EQ(ring_buffer__new(-1, nullptr, nullptr, nullptr), nullptr);
  EXPECT_EQ(errno, SKEP_ENOTSUPP);
  EXPECT_EQ(said, "skep: ring_buffer__new is not supported yet: it waits for ring buffers of the user engine\n");
  said.clear();
  EXPECT_EQ(bpf_obj_pin(0, "/x"), -SKEP_ENOTSUPP);
  EXPECT_EQ(errno, SKEP_ENOTSUPP);
  EXPECT_EQ(said, "skep: bpf_obj_pin is not supported yet: it waits for pins of the user engine\n");
  EXPECT_EQ(libbpf_set_print(before), listen);
}

}  // namespace
}  // namespace skep::familiar
