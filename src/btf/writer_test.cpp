// SPDX-License-Identifier: Apache-2.0
#include "btf/writer.hpp"

#include <set>

#include "btf/by_value.hpp"
#include "btf/made.hpp"
#include "btf/same.hpp"

namespace skep::btf {
namespace {

using made::parsed;

Shared compiled(const std::string& compiler) {
  made::Folder folder;
  made::compile(folder, compiler, made::every_kind);
  return parsed(*read_file(folder.path + "/btf"));
}

TypeId same(TypeId id) { return id; }

TEST(Writer, CopiesEveryTypeOfEveryCompiler) {
  for (const char* compiler : {"clang-14", "clang-16", "clang-19", "bpf-gcc"}) {
    SCOPED_TRACE(compiler);
    Shared b = compiled(compiler);
    Writer copied, valued;
    for (TypeId id = 1; id < b->count(); ++id) {
      EXPECT_EQ(copied.next(), id);
      EXPECT_EQ(copied.copy(*b, id, same), id);
      EXPECT_EQ(made::by_value(valued, *b, b->type(id)), id);
    }
    made::expect_same(*b, *parsed(copied.bytes()));
    if (std::string_view(compiler) != "bpf-gcc")  // which fills the word that forward declarations do not use
      made::expect_same(*b, *parsed(valued.bytes()));
  }
}

TEST(Writer, CopiesEveryTypeOfTheKernel) {
  auto bytes = read_file("/sys/kernel/btf/vmlinux");
  ASSERT_TRUE(bytes) << "this kernel offers no BTF";
  Shared b = parsed(*bytes);
  Writer w;
  for (TypeId id = 1; id < b->count(); ++id) w.copy(*b, id, same);
  Buffer out = w.bytes();
  EXPECT_LE(out.size(), bytes->size()) << "no string is there twice";
  made::expect_same(*b, *parsed(out));
}

TEST(Writer, KeepsEqualStringsOnceAndTheEmptyOneAtZero) {
  Writer w;
  EXPECT_EQ(w.string(""), 0u);
  EXPECT_EQ(w.string("a"), 1u);
  EXPECT_EQ(w.string("bc"), 3u);
  EXPECT_EQ(w.string("a"), 1u);
  EXPECT_EQ(w.string("c"), 6u) << "an end of another string is a string of its own";
  for (int i = 0; i < 5000; ++i) w.string(std::to_string(i));
  std::set<uint32_t> offsets;
  for (int i = 0; i < 5000; ++i) offsets.insert(w.string(std::to_string(i)));
  EXPECT_EQ(offsets.size(), 5000u);
}

TEST(Writer, IdsMayBeChangedLater) {
  Writer w;
  TypeId number = w.integer(
      "int", {.size_bytes = 4, .bits = 32, .offset = 0, .is_signed = true, .is_char = false, .is_bool = false});
  TypeId pointer = w.refer(Kind::ptr, "", 77);
  Member members[] = {{.name = "next", .type = 78, .bit_offset = 0, .bitfield_bits = 0},
                      {.name = "n", .type = 79, .bit_offset = 64, .bitfield_bits = 0}};
  TypeId list = w.record(Kind::struct_, "list", 16, members);
  w.renumber([&](TypeId id) { return id == 77 ? list : id == 78 ? pointer : number; });
  Shared b = parsed(w.bytes());
  EXPECT_EQ(b->type(pointer).size_or_type, list);
  EXPECT_EQ(b->member(b->type(list), 0).type, pointer);
  EXPECT_EQ(b->member(b->type(list), 1).type, number);
}

TEST(Writer, GoesOnAfterABase) {
  Shared base = compiled("clang-19");
  auto everything = base->find("everything", Kind::struct_);
  ASSERT_TRUE(everything);
  Writer w(base);
  EXPECT_EQ(w.next(), base->count());
  EXPECT_LT(w.string("everything"), base->string_bytes()) << "the base has this string";
  EXPECT_EQ(w.string("new"), base->string_bytes());
  TypeId pointer = w.refer(Kind::ptr, "", *everything);
  Member members[] = {{.name = "name", .type = pointer, .bit_offset = 0, .bitfield_bits = 0}};
  TypeId added = w.record(Kind::struct_, "new", 8, members);
  auto split = parse(w.bytes(), base);
  ASSERT_TRUE(split) << split.error().text();
  EXPECT_EQ((*split)->count(), base->count() + 2);
  EXPECT_EQ((*split)->type(added).name, "new");
  EXPECT_EQ((*split)->member((*split)->type(added), 0).name, "name");
  EXPECT_EQ((*split)->spelled(pointer), "struct everything *");
}

TEST(Writer, MoreMembersThan16BitsCount) {
  Writer w;
  std::vector<Enumerator> many;
  std::vector<std::string> names;
  for (uint64_t i = 0; i < 70000; ++i) names.push_back("E" + std::to_string(i));
  for (uint64_t i = 0; i < 70000; ++i) many.push_back({.name = names[i], .value = i});
  w.enumeration(Kind::enum_, "wide", 4, Writer::Sign::unsigned_, many);
  Shared b = parsed(w.bytes());
  EXPECT_EQ(b->type(1).vlen, 70000u);
  EXPECT_EQ(b->enumerator(b->type(1), 69999).name, "E69999");
}

TEST(Writer, TheTableOfLayoutsIsReadOver) {
  Shared b = compiled("clang-19");
  Writer w;
  for (TypeId id = 1; id < b->count(); ++id) w.copy(*b, id, same);
  Buffer bytes = w.bytes(Writer::Layouts::with);
  made::expect_same(*b, *parsed(bytes));
  auto word = [&](std::size_t i) { return load<uint32_t>(bytes.data() + 4 * i); };
  EXPECT_EQ(word(1), 32u);
  ASSERT_EQ(word(7), 4 * kind_count);
  Bytes layouts = Bytes(bytes).subspan(32 + word(6), word(7));
  EXPECT_EQ(to_hex(layouts.subspan(4 * 3, 8)),
            "0c000000"
            "000c0000")
      << "array: 12 bytes; struct: 12 a member";
}

}  // namespace
}  // namespace skep::btf
