// SPDX-License-Identifier: Apache-2.0
#include "btf/ext.hpp"

#include <gtest/gtest.h>

#include "btf/made.hpp"

namespace skep::btf {
namespace {

// A BTF.ext with one part, written word by word; 24 bytes of header.
Buffer one_part(std::size_t part, const std::vector<uint32_t>& words) {
  Buffer out(32 + 4 * words.size());
  uint32_t header[8] = {0x0001eb9f, 32, 0, 0, 0, 0, 0, 0};
  header[2 + 2 * part + 1] = static_cast<uint32_t>(4 * words.size());
  std::memcpy(out.data(), header, sizeof header);
  for (std::size_t i = 0; i < words.size(); ++i) store(out.data() + sizeof header + 4 * i, words[i]);
  return out;
}
constexpr std::size_t funcs = 0, lines = 1, relos = 2;

Shared a_func() {  // 1: func_proto, 2: func; the string at byte 1 is "name"
  return *parse(made::Maker().type(13, 0, 0).type(12, 0, 1).bytes());
}
std::string error_of(const Buffer& bytes) {
  auto r = parse_ext(a_func(), bytes);
  return r ? "accepted" : r.error().message();
}

TEST(Ext, KnowsFunctionsAndLinesOfEachSection) {
  made::Folder folder;
  for (const char* compiler : {"clang-14", "clang-16", "clang-19", "clang-19 -mbig-endian"}) {
    SCOPED_TRACE(compiler);
    made::compile(folder, compiler, made::every_kind);
    auto b = *parse(*read_file(folder.path + "/btf"));
    auto ext = parse_ext(b, *read_file(folder.path + "/ext"));
    ASSERT_TRUE(ext) << ext.error().text();
    EXPECT_EQ(ext->section("xdp"), nullptr);
    const ExtSection* s = ext->section("socket");
    ASSERT_NE(s, nullptr);
    ASSERT_EQ(s->funcs.size(), 1u);
    EXPECT_EQ(s->funcs[0].insn_off, 0u);
    EXPECT_EQ(b->type(s->funcs[0].type).name, "entry");
    ASSERT_FALSE(s->lines.empty());
    EXPECT_TRUE(s->lines[0].file.ends_with("o.c"));
    EXPECT_TRUE(s->lines[0].text.starts_with("section(\"socket\") int entry")) << s->lines[0].text;
    EXPECT_EQ(s->lines[0].line,
              static_cast<uint32_t>(std::count(made::every_kind, strstr(made::every_kind, "int entry"), '\n') + 1));
    for (std::size_t i = 1; i < s->lines.size(); ++i) EXPECT_LT(s->lines[i - 1].insn_off, s->lines[i].insn_off);
  }
}

TEST(Ext, KeepsRelocations) {
  made::Folder folder;
  made::compile(folder, "clang-19",
                "struct t { int a, b[2]; } __attribute__((preserve_access_index));"
                "__attribute__((section(\"raw_tp\"))) int f(struct t *t) { return t->b[1]; }");
  auto b = *parse(*read_file(folder.path + "/btf"));
  auto ext = *parse_ext(b, *read_file(folder.path + "/ext"));
  ASSERT_EQ(ext.section("raw_tp")->relos.size(), 1u);
  const CoreRelo& r = ext.section("raw_tp")->relos[0];
  EXPECT_EQ(b->spelled(r.type), "struct t");
  EXPECT_EQ(r.access, "0:1:1");
  EXPECT_EQ(r.kind, 0u) << "field byte offset";
}

TEST(Ext, OfGccHasHeadersOnly) {
  made::Folder folder;
  made::compile(folder, "bpf-gcc", made::every_kind);
  auto ext = parse_ext(*parse(*read_file(folder.path + "/btf")), *read_file(folder.path + "/ext"));
  ASSERT_TRUE(ext) << ext.error().text();
  for (const ExtSection& s : ext->sections) EXPECT_TRUE(s.lines.empty());
}

TEST(Ext, RecordsMayBeLargerThanKnown) {
  auto ext = parse_ext(a_func(), one_part(funcs, {16, 1, 2, 0, 2, 77, 77, 8, 2, 77, 77}));
  ASSERT_TRUE(ext);
  ASSERT_EQ(ext->section("name")->funcs.size(), 2u);
  EXPECT_EQ(ext->section("name")->funcs[1].insn_off, 8u);
}

TEST(Ext, AnOlderHeaderHasNoRelocations) {
  Buffer b = one_part(funcs, {8, 1, 1, 0, 2});
  b.erase(b.begin() + 24, b.begin() + 32);
  store(b.data() + 4, uint32_t{24});
  EXPECT_EQ(error_of(b), "accepted");
}

TEST(Ext, EachFaultIsNamed) {
  EXPECT_EQ(error_of(Buffer(8)), "the header should be 24 bytes at byte 0; there are 8 bytes");
  EXPECT_EQ(error_of(Buffer(24)), "not BTF: it begins with 0000, BTF begins with 9feb or eb9f");
  Buffer newer = one_part(funcs, {});
  newer[2] = 3;
  EXPECT_EQ(error_of(newer), "BTF of version 3; only version 1 is known");
  Buffer large = one_part(funcs, {});
  store(large.data() + 4, uint32_t{100});
  EXPECT_EQ(error_of(large), "the header should be 100 bytes at byte 0; there are 32 bytes");
  store(large.data() + 4, uint32_t{4});
  EXPECT_EQ(error_of(large), "the header is shorter than 24 bytes");
  EXPECT_EQ(error_of(one_part(funcs, {4})), "func_info records are 4 bytes; they are at least 8 and a multiple of 4");
  EXPECT_EQ(error_of(one_part(lines, {17})),
            "line_info records are 17 bytes; they are at least 16 and a multiple of 4");
  EXPECT_EQ(error_of(one_part(funcs, {8, 1})), "the func_info should be 8 bytes at byte 36; there are 40 bytes");
  EXPECT_EQ(error_of(one_part(funcs, {8, 9, 0})), "a name is at byte 9 of the strings, which are 6 bytes");
  EXPECT_EQ(error_of(one_part(funcs, {8, 1, UINT32_MAX})),
            "the func_info should be 34359738360 bytes at byte 44; there are 44 bytes");
  EXPECT_EQ(error_of(one_part(funcs, {8, 1, 1, 0, 3})), "it refers to type 3; the types are 0 to 2");
  EXPECT_EQ(error_of(one_part(funcs, {8, 1, 1, 0, 1})), "type 1 is a func_proto; a func is needed here");
  EXPECT_EQ(error_of(one_part(lines, {16, 1, 1, 0, 1, 99, 0})),
            "a name is at byte 99 of the strings, which are 6 bytes");
  EXPECT_EQ(error_of(one_part(relos, {16, 1, 1, 0, 9, 0, 0})), "it refers to type 9; the types are 0 to 2");
  EXPECT_EQ(error_of(one_part(relos, {16, 1, 1, 0, 2, 6, 0})), "a name is at byte 6 of the strings, which are 6 bytes");
}

}  // namespace
}  // namespace skep::btf
