// SPDX-License-Identifier: Apache-2.0
#include "module/module.hpp"

#include <gtest/gtest.h>

namespace skep::module {
namespace {

Module two_programs() {
  ProgDef p;
  p.name = "xdp_main";
  p.insns.resize(10);
  p.subprogs = {{"xdp_main", 0, 0}, {"helper", 6, 0}};
  p.lines = {{2, "a.c", 10, 1, "x"}, {4, "a.c", 11, 1, "y"}, {7, "a.c", 20, 1, "z"}};
  ProgDef other;
  other.name = "xdp_other";
  MapDef counts, rodata;
  counts.name = "counts";
  rodata.name = ".rodata";
  rodata.variables = {{"port", 4, 2, 0}};
  Module m;
  m.progs = {p, other};
  m.maps = {counts, rodata};
  return m;
}

TEST(Module, ALineHoldsUntilTheNextOneOrTheEndOfItsSubprogram) {
  auto m = two_programs();
  std::vector<uint32_t> lines;
  for (uint32_t insn = 0; insn < 10; ++insn) {
    const LineInfo* l = source_line(m.progs[0], insn);
    lines.push_back(l ? l->line : 0);
  }
  EXPECT_EQ((std::vector<uint32_t>{0, 0, 10, 10, 11, 11, 0, 20, 20, 20}), lines);
}

TEST(Module, EveryInstructionBelongsToOneSubprogram) {
  auto m = two_programs();
  for (uint32_t insn = 0; insn < 6; ++insn) EXPECT_EQ("xdp_main", subprog_at(m.progs[0], insn)->name);
  for (uint32_t insn = 6; insn < 10; ++insn) EXPECT_EQ("helper", subprog_at(m.progs[0], insn)->name);
  EXPECT_EQ(nullptr, subprog_at(m.progs[0], 10));
  EXPECT_EQ(nullptr, subprog_at(m.progs[1], 0));
}

TEST(Module, UnknownNamesSayWhatThereIs) {
  auto m = two_programs();
  EXPECT_EQ(0U, find_map(m, "counts").value());
  EXPECT_EQ(1U, find_program(m, "xdp_other").value());
  EXPECT_EQ("no map 'cunts'; this object has counts, .rodata; did you mean counts?",
            find_map(m, "cunts").error().message());
  EXPECT_EQ("no program 'tc'; this object has xdp_main, xdp_other", find_program(m, "tc").error().message());
  EXPECT_EQ(1U, find_variable(m, "port")->map);
  EXPECT_EQ("no global variable 'prt'; this object has port; did you mean port?",
            find_variable(m, "prt").error().message());
  EXPECT_EQ("no global variable 'x'; this object has none", find_variable({}, "x").error().message());
}

TEST(Module, ProgramsAreFoundByPattern) {
  auto m = two_programs();
  EXPECT_EQ((std::vector<std::size_t>{0, 1}), find_programs(m, "xdp_*").value());
  EXPECT_EQ((std::vector<std::size_t>{0}), find_programs(m, "*main").value());
  EXPECT_EQ("no program matches 'tc*'; this object has xdp_main, xdp_other", find_programs(m, "tc*").error().message());
}

// Against the definition: a star stands for any piece, tried one after another.
bool by_definition(std::string_view glob, std::string_view name) {
  if (glob.empty()) return name.empty();
  if (glob[0] == '*') {
    for (std::size_t i = 0; i <= name.size(); ++i)
      if (by_definition(glob.substr(1), name.substr(i))) return true;
    return false;
  }
  return !name.empty() && (glob[0] == '?' || glob[0] == name[0]) && by_definition(glob.substr(1), name.substr(1));
}

TEST(Glob, MeansWhatItIsDefinedAsForEverySmallInput) {
  auto all = [](std::string_view letters, std::size_t most) {
    std::vector<std::string> words{""};
    for (std::size_t i = 0; i < words.size(); ++i) {
      std::string w = words[i];
      if (w.size() < most)
        for (char c : letters) words.push_back(w + c);
    }
    return words;
  };
  for (const std::string& glob : all("ab*?", 5))
    for (const std::string& name : all("ab", 5))
      ASSERT_EQ(by_definition(glob, name), matches_glob(glob, name)) << glob << " against " << name;
}

TEST(Glob, IsFastOnPatternsMadeToBeSlow) {
  std::string glob;
  for (int i = 0; i < 500; ++i) glob += "*a";
  EXPECT_FALSE(matches_glob(glob + "b", std::string(5000, 'a')));
}

}  // namespace
}  // namespace skep::module
