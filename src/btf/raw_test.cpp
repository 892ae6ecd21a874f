// SPDX-License-Identifier: Apache-2.0
// What compilers do not write: every number a field can have, compared with bpftool.
#include "btf/raw.hpp"

#include <gtest/gtest.h>

#include "btf/made.hpp"

namespace skep::btf {
namespace {

using made::Maker;
using namespace std::string_literals;
using namespace std::string_view_literals;
constexpr uint32_t signed_ = 0x80;

std::string listed(const Shared& b) {
  auto text = raw_text(*b);
  return text ? *text : text.error().text();
}
std::string bpftools(const made::Folder& folder, const std::string& options) {
  return made::output_of("bpftool " + options + " btf dump file " + folder.path + "/btf");
}

TEST(Raw, EveryNumberOfEveryFieldIsAsBpftoolHasIt) {
  Maker m;
  m.strings("\0name\0'\"\\\n\xff\0"sv);
  for (uint32_t encoding = 0; encoding < 16; ++encoding) m.named(1, 1, 0, 4).words({encoding << 24 | 3 << 16 | 7});
  m.named(1, 2, 0, 1).named(1, 3, 0, 7).words({1, 2, 3});
  m.named(1, 4, 2, 8).words({1, 1, 0, 0, 1, 32});
  m.named(0, 4 | signed_, 3, 8).words({1, 1, 0, 0, 1, 32, 1, 1, 40 | 3u << 24});
  m.named(6, 5, 0, 8).named(1, 5 | signed_, 0, 8);
  for (uint32_t sign : {0u, signed_}) {
    m.named(1, 6 | sign, 3, 4).words({1, UINT32_MAX, 0, 5, 6, 0x80000000});
    m.named(0, 19 | sign, 3, 8).words({1, UINT32_MAX, UINT32_MAX, 0, 5, 1, 6, 0, 0x80000000});
    m.named(1, 7 | sign, 0, 0);
    m.named(1, 18 | sign, 0, 1);
  }
  for (uint32_t modifier : {8u, 9u, 10u, 11u}) m.named(1, modifier, 0, modifier - 8);
  m.named(1, 13, 3, 0).words({1, 1, 0, 2, 0, 0});
  for (uint32_t linkage = 0; linkage < 5; ++linkage) m.named(1, 12, linkage, 35).named(1, 14, 0, 1).words({linkage});
  m.named(1, 15, 2, 9).words({37, 0, 4, 36, 8, UINT32_MAX}).named(1, 15, 0, 0);
  m.named(1, 16, 0, 8).named(1, 17, 0, 20).words({UINT32_MAX}).named(1, 17 | signed_, 0, 20).words({2});
  made::Folder folder;
  folder.write("btf", as_text(m.bytes()));
  auto b = parse(m.bytes());
  ASSERT_TRUE(b) << b.error().text();
  EXPECT_EQ(listed(*b), bpftools(folder, ""));
}

TEST(Raw, OfASplitHasNothingOfItsBase) {
  Maker below, above;
  below.integer(4).named(1, 14, 0, 1).words({0});
  auto base = *parse(below.bytes());
  above.strings("own\0"sv).named(6, 2, 0, 1).named(1, 15, 1, 4).words({2, 0, 4});
  made::Folder folder;
  folder.write("base", as_text(below.bytes()));
  folder.write("btf", as_text(above.bytes()));
  std::string text = listed(*parse(above.bytes(), base));
  EXPECT_EQ(text,
            "[3] PTR 'own' type_id=1\n"
            "[4] DATASEC 'name' size=4 vlen=1\n"
            "\ttype_id=2 offset=0 size=4 (VAR 'name')\n");
  EXPECT_EQ(text, bpftools(folder, "-B " + folder.path + "/base"));
}

TEST(Raw, WhatIsNewerThanThisCodeIsUnknown) {
  auto b = *parse(Maker().layout(20, 0, 4).named(1, 20, 2, 8).words({1, 2}).bytes());
  EXPECT_EQ(listed(b), "[1] UNKNOWN 'name' kind=20 vlen=2\n");
}

TEST(Raw, OneLongNameInManyTypesIsNotWrittenOut) {
  Maker m;
  m.strings("\0"s + std::string(70000, 'n') + "\0"s);
  for (int i = 0; i < 1000; ++i) m.named(1, 7, 0, 0);
  EXPECT_TRUE(raw_text(**parse(m.bytes())));
  for (int i = 0; i < 1000; ++i) m.named(1, 7, 0, 0);
  EXPECT_EQ(listed(*parse(m.bytes())).substr(0, 40), "with every name written out the list tak");
}

}  // namespace
}  // namespace skep::btf
