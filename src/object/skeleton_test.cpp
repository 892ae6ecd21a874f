// SPDX-License-Identifier: Apache-2.0
// Names and sections of skeletons, and the object inside. tests/cli/cases/skeleton.txt has whole ones, and
// skeleton_peer_test.cpp gives them to compilers.
#include "object/skeleton.hpp"

#include <gmock/gmock.h>

#include "object/made.hpp"
#include "object/skeleton_plan.hpp"
#include "object/strip.hpp"

namespace skep::object {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string text_of(const Result<std::string>& r) { return r ? *r : r.error().text(); }
Object small(std::string name, std::string_view source = "") {
  const std::string text = std::string(made::prelude) + "SEC(\"xdp\") int run(struct xdp_md *ctx) { return 2; }\n";
  return *Object::parse(std::move(name), made::compiled("clang-19", text + std::string(source)));
}

// ---- the object inside ------------------------------------------------------------------------------------------

void expect_same(const module::Module& a, const module::Module& b) {
  EXPECT_EQ(a.progs, b.progs);
  EXPECT_EQ(a.license, b.license);
  EXPECT_EQ(a.version, b.version);
  EXPECT_EQ(a.btf ? a.btf->count() : 0, b.btf ? b.btf->count() : 0);
  ASSERT_EQ(a.maps.size(), b.maps.size());
  for (std::size_t i = 0; i < a.maps.size(); ++i) {
    const module::MapDef &x = a.maps[i], &y = b.maps[i];
    EXPECT_EQ(x.name, y.name);
    EXPECT_EQ(x.type, y.type);
    EXPECT_EQ(x.flags, y.flags);
    EXPECT_EQ(std::pair(x.key_size, x.value_size), std::pair(y.key_size, y.value_size));
    EXPECT_EQ(std::pair(x.key_type, x.value_type), std::pair(y.key_type, y.value_type));
    EXPECT_EQ(x.variables, y.variables);
    EXPECT_EQ(x.initial, y.initial);
    EXPECT_EQ(x.slots, y.slots);
  }
}

TEST(Strip, OpensToTheSameModule) {
  for (const char* compiler : {"clang-14", "clang-16", "clang-19", "bpf-gcc"})
    for (const char* source : {made::linking, made::maps}) {
      if (source == made::maps && std::string_view(compiler) == "bpf-gcc") continue;  // too old for these
      SCOPED_TRACE(compiler);
      const Buffer bytes = made::compiled(compiler, source);
      auto before = Object::parse("o.o", bytes);
      auto inside = stripped(*before);
      ASSERT_TRUE(inside) << inside.error().text();
      EXPECT_LT(inside->size(), bytes.size());
      auto after = Object::parse("o.o", *inside);
      ASSERT_TRUE(after) << after.error().text();
      EXPECT_EQ(after->find_section(".debug_info"), 0u);
      expect_same(*open(*before), *open(*after));
      EXPECT_EQ(*stripped(*after), *inside) << "there is nothing left to strip";
    }
}

TEST(Strip, ObjectsOfOthersToo) {
  for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/x86_64-linux-gnu/bpf")) {
    SCOPED_TRACE(entry.path());
    auto before = Object::read(entry.path().string());
    auto after = Object::parse(before->name(), *stripped(*before));
    ASSERT_TRUE(after) << after.error().text();
    expect_same(*open(*before), *open(*after));
  }
}

TEST(Skeleton, BytesAreAStringThatSaysThemAll) {
  Buffer all;
  for (unsigned b = 0; b < 256; ++b)
    all.insert(all.end(), {static_cast<uint8_t>(b), static_cast<uint8_t>('0' + b % 10)});
  made::Folder folder;
  const std::string program = "#include <stdio.h>\nint main(void) { static const char b[] = " + string_literal(all) +
                              "; return fwrite(b, 1, sizeof b - 1, stdout) == 0; }\n";
  const std::string command = "gcc-12 -std=c11 -trigraphs -Wall -Werror -x c " + folder.write("b.c", program) + " -o " +
                              folder.path + "/b && " + folder.path + "/b > " + folder.path + "/out";
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(*read_file(folder.path + "/out"), all);
  EXPECT_EQ(string_literal(as_bytes("a\"b\\c?\n")), R"("a\42b\134c\77\12")");
  EXPECT_EQ(string_literal(Bytes()), R"("")") << "names may be empty";
  EXPECT_EQ(string_literal(Buffer{1, '7', 0}), R"("\0017\0")");
}

// ---- names ------------------------------------------------------------------------------------------------------

TEST(Skeleton, IsNamedAfterTheFile) {
  auto named = [](const char* file, SkeletonLanguage language) {
    const std::string text = text_of(skeleton(small(file), {.language = language}));
    const std::string_view before = language == SkeletonLanguage::c ? "\nstruct " : "\nclass ";
    const auto at = text.find(before) + before.size();
    return text.substr(at, text.find(' ', at) - at);
  };
  using enum SkeletonLanguage;
  EXPECT_EQ(named("some/where/count.bpf.o", c), "count_bpf");
  EXPECT_EQ(named("some/where/count.bpf.o", cxx), "count_bpf");
  EXPECT_EQ(named("1st-try.o", c), "_1st_try");
  EXPECT_EQ(named("class.o", c), "class");
  EXPECT_EQ(named("class.o", cxx), "class_");
  EXPECT_EQ(named("maps.bpf.c", cxx), "maps_bpf");
  EXPECT_EQ(named("maps.o", cxx), "maps_") << "which it has a member of";
}

TEST(Skeleton, AGivenNameMustBeOne) {
  EXPECT_EQ(text_of(skeleton(small("a.o"), {.name = "my-prog"})),
            "a.o: 'my-prog' is no name that C and C++ allow. call it my_prog");
  EXPECT_THAT(text_of(skeleton(small("a.o"), {.name = "counter"})), HasSubstr("class counter :"));
}

// ---- variables --------------------------------------------------------------------------------------------------

constexpr const char* variables = R"(
struct flow { int from, to; };
struct other { int a; };
enum mode { OFF, ON };
struct flow last;
typedef struct { int a; } nameless_t;
nameless_t nameless;
enum mode mode = ON;
static volatile int hidden;
int shown SEC(".data.my-section") = 1;
static const volatile int secret = 3;
SEC("xdp") int more(struct xdp_md *ctx) { return hidden + secret; }
)";

TEST(Skeleton, TypesOfVariablesAreDefined) {
  const std::string c = text_of(skeleton(small("a.o", variables), {.language = SkeletonLanguage::c}));
  EXPECT_THAT(c, HasSubstr("struct a_flow {\n\tint from;\n\tint to;\n};"));
  EXPECT_THAT(c, HasSubstr("\tstruct a__data {\n\t\tenum a_mode mode;\n\t} *data;"));
  EXPECT_THAT(c, Not(HasSubstr("struct a_other"))) << "what no variable has";
  const std::string cxx = text_of(skeleton(small("a.o", variables)));
  EXPECT_THAT(cxx, HasSubstr("namespace a_types {\n"));
  EXPECT_THAT(cxx, HasSubstr("struct flow {\n\tint from;\n\tint to;\n};"));
}

TEST(Skeleton, OrTheyAreThoseOfTheIncluder) {
  const std::string c = text_of(
      skeleton(small("a.o", variables), {.language = SkeletonLanguage::c, .types = SkeletonTypes::of_includer}));
  EXPECT_THAT(c, HasSubstr("\t\tstruct flow last;\n"));
  EXPECT_THAT(c, HasSubstr("\t\tenum mode mode;\n"));
  EXPECT_THAT(c, HasSubstr("\t\tnameless_t nameless;\n"));
  EXPECT_THAT(c, Not(HasSubstr("int from;")));
}

TEST(Skeleton, StaticVariablesAreHoles) {
  const std::string text = text_of(skeleton(small("a.o", variables), {.language = SkeletonLanguage::c}));
  EXPECT_THAT(text, Not(HasSubstr("int hidden;")));
  EXPECT_THAT(text, HasSubstr("} *data_my_section;"));
  EXPECT_THAT(text, HasSubstr(".name = \".data.my-section\";"));
  EXPECT_THAT(text, HasSubstr("struct bpf_map *rodata;"));
  EXPECT_THAT(text, Not(HasSubstr("struct a__rodata"))) << "it has static ones only";
}

TEST(Skeleton, WithoutTypesThereAreMapsAndPrograms) {
  const std::string source =
      std::string(made::prelude) + "int n;\nSEC(\"xdp\") int run(struct xdp_md *ctx) { return n; }\n";
  auto object = *Object::parse("a.o", made::compiled("clang-19", source, "-target bpf -O2"));
  const std::string text = text_of(skeleton(object, {.language = SkeletonLanguage::c}));
  EXPECT_THAT(text, HasSubstr("struct bpf_map *bss;"));
  EXPECT_THAT(text, Not(HasSubstr("*bss;\n\t} maps;\n\tstruct a__bss")));
}

}  // namespace
}  // namespace skep::object
