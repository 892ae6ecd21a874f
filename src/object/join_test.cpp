// SPDX-License-Identifier: Apache-2.0
// What cannot be joined says why, naming both files; what else joining promises without a judge.
#include "object/join.hpp"

#include <algorithm>

#include "isa/op.hpp"
#include "isa/print.hpp"
#include "object/made.hpp"

namespace skep::object {
namespace {

using made::compiled;

Object object_of(const char* name, const std::string& source, const std::string& compiler = "clang-19") {
  static std::map<std::string, Buffer> made_before;
  auto [bytes, is_new] = made_before.try_emplace(compiler + source);
  if (is_new) bytes->second = compiled(compiler, made::prelude + source);
  auto o = Object::parse(name, bytes->second);
  if (!o) ADD_FAILURE() << o.error().text(), std::abort();
  return std::move(*o);
}

std::string joined(const std::string& a, const std::string& b) {
  std::vector<Object> objects;
  objects.push_back(object_of("a.o", a));
  objects.push_back(object_of("b.o", b));
  auto bytes = join(objects);
  if (!bytes) return bytes.error().text();
  auto m = open(*Object::parse("joined", *bytes));
  return m ? "accepted" : m.error().text();
}

module::Module module_of(std::vector<Object> objects) {
  auto bytes = join(objects);
  if (!bytes) ADD_FAILURE() << bytes.error().text(), std::abort();
  auto m = open(*Object::parse("joined", *bytes));
  if (!m) ADD_FAILURE() << m.error().text(), std::abort();
  return std::move(*m);
}

TEST(Join, RefusesWhatIsTwoThings) {
  std::string calls = "SEC(\"xdp\") int p(void *c) { return f(1); }",
              reads = "SEC(\"xdp\") int p(void *c) { return v; }";
  EXPECT_EQ(joined("int v = 1;", "int v = 2;"),
            "b.o: 'v' is defined here and in a.o. make one of them static or __weak");
  EXPECT_EQ(joined("SEC(\"xdp\") int p(void *c) { return 1; }", "int p = 1;"),
            "b.o: 'p' is defined here and in a.o. make one of them static or __weak");
  EXPECT_EQ(
      joined("extern int f(int, int); SEC(\"xdp\") int p(void *c) { return f(1, 2); }",
             "__attribute__((noinline)) int f(int a) { return a; }"),
      "b.o: 'f' is a function of 1 parameter here and a function of 2 parameters in a.o. declare it in a header that "
      "both include");
  EXPECT_EQ(joined("extern int f(int);" + calls, "__attribute__((noinline)) int f(long a) { return a; }"),
            "b.o: 'f' is long here and int in a.o. declare it in a header that both include");
  EXPECT_EQ(joined("extern int f(int);" + calls, "int f = 1;"),
            "b.o: 'f' is a variable here and a function in a.o. declare it in a header that both include");
  EXPECT_EQ(joined("extern int v;" + reads, "long v = 1;"),
            "b.o: 'v' is long here and int in a.o. declare it in a header that both include");
  EXPECT_EQ(
      joined("extern struct s { int a, b; } v; SEC(\"xdp\") int p(void *c) { return v.a; }",
             "struct s { int b, a; } v = {4};"),
      "b.o: 'v' is a struct with member 'b' at bit 0 here and a struct with member 'a' at bit 0 in a.o. declare it in "
      "a header that both include");
  EXPECT_EQ(joined("extern enum e { A } v;" + reads, "enum f { B } v = 4;"),
            "b.o: 'v' is enum f here and enum e in a.o. declare it in a header that both include");
  EXPECT_EQ(joined("struct s *v;", "struct t; extern struct t *v; SEC(\"xdp\") int p(void *c) { return v != 0; }"),
            "b.o: 'v' is struct t here and struct s in a.o. declare it in a header that both include");
  EXPECT_EQ(joined("int x SEC(\"foo\") = 1;", "SEC(\"foo\") int p(void *c) { return 1; }"),
            "b.o: section 'foo': it holds something else than in a.o: its type or its flags differ. give one of them "
            "another name");
  EXPECT_EQ(joined("int v SEC(\"version\") = 1;", "int w SEC(\"version\") = 2;"),
            "b.o: section 'version': it says something else than in a.o. a loader takes one for all programs, so they "
            "must be the same");
}

TEST(Join, RefusesMapsThatDiffer) {
  auto map = [](const char* parts) {
    return std::string("struct { ") + parts + " } m __attribute__((section(\".maps\")));";
  };
  auto with = [&](const char* parts) {
    return joined("extern " + map(parts) +
                      "SEC(\"xdp\") int p(void *c) { int k = 0; "
                      "return bpf_map_lookup_elem(&m, &k) != 0; }",
                  map("__uint(type, 2); __type(key, int); __type(value, long); __uint(max_entries, 4);"));
  };
  auto differ = [](std::string here, std::string there) {
    return "b.o: 'm' is a map with " + here + " here and a map with " + there +
           " in a.o. declare it in a header that both include";
  };
  EXPECT_EQ(with("__uint(type, 2); __type(key, int); __type(value, long); __uint(max_entries, 4);"), "accepted");
  EXPECT_EQ(with("__uint(type, 1); __type(key, int); __type(value, long); __uint(max_entries, 4);"),
            differ("type 2", "type 1"));
  EXPECT_EQ(with("__uint(type, 2); __type(key, long); __type(value, long); __uint(max_entries, 4);"),
            differ("key_size 4", "key_size 8"));
  EXPECT_EQ(with("__uint(type, 2); __type(key, int); __type(value, int); __uint(max_entries, 4);"),
            differ("value_size 8", "value_size 4"));
  EXPECT_EQ(with("__uint(type, 2); __type(key, int); __type(value, long);"), differ("max_entries 4", "max_entries 0"));
  EXPECT_EQ(
      with("__uint(type, 2); __type(key, int); __type(value, long); __uint(max_entries, 4); __uint(map_flags, 8);"),
      differ("map_flags 0", "map_flags 8"));
  EXPECT_EQ(with("__uint(type, 2); __type(key, int); __type(value, long); __uint(max_entries, 4); __uint(pinning, 1);"),
            differ("pinning 0", "pinning 1"));
  EXPECT_EQ(with("__uint(type, 2); __type(key, int); __uint(value_size, 8); __uint(max_entries, 4);"),
            differ("value long", "value untyped"));
}

TEST(Join, TakesWhatCMeansTheSame) {
  std::string calls = "SEC(\"xdp\") int p(void *c) { return f(c); }",
              reads = "SEC(\"xdp\") int p(void *c) { return v; }";
  EXPECT_EQ(joined("extern const int v;" + reads, "typedef int number; number v = 1;"), "accepted");
  EXPECT_EQ(joined("extern int v[]; SEC(\"xdp\") int p(void *c) { return v[1]; }", "int v[4] = {1};"), "accepted");
  EXPECT_EQ(joined("struct y; extern int f(struct y *);" + calls,
                   "struct y { int a; }; __attribute__((noinline)) int f(struct y *y) { return y->a; }"),
            "accepted");
  EXPECT_EQ(joined("extern int f(void *);" + calls, "int other = 1;"), "accepted")
      << "nobody defines f: it stays extern";
  EXPECT_EQ(joined("struct { __uint(type, 2); __uint(max_entries, 4); } m __attribute__((weak)) SEC(\".maps\");"
                   "SEC(\"xdp\") int p(void *c) { return bpf_map_lookup_elem(&m, c) != 0; }",
                   "struct { __uint(type, 2); __uint(max_entries, 4); } m SEC(\".maps\");"),
            "accepted");
  EXPECT_EQ(joined("struct n { struct n *next; int (*f)(struct n *); }; struct n v;",
                   "struct n { struct n *next; int (*f)(struct n *); }; extern struct n v;"
                   "SEC(\"xdp\") int p(void *c) { return v.next != 0; }"),
            "accepted")
      << "types that go in circles";
}

TEST(Join, KernelFunctionsOfBothFilesAreOne) {
  std::string source =
      "extern void bpf_rcu_read_lock(void) __attribute__((section(\".ksyms\")));"
      "SEC(\"tc\") int NAME(void *c) { bpf_rcu_read_lock(); return 1; }";
  std::vector<Object> objects;
  for (const char* name : {"first", "second"}) {
    std::string here = source;
    objects.push_back(object_of(name, here.replace(here.find("NAME"), 4, name)));
  }
  auto m = module_of(std::move(objects));
  ASSERT_EQ(m.progs.size(), 2u);
  for (const auto& p : m.progs) EXPECT_EQ(p.externs.at(0).name, "bpf_rcu_read_lock");
  EXPECT_EQ(m.btf->section_vars(m.btf->type(*m.btf->find(".ksyms", btf::Kind::datasec))).size(), 1u);
}

// The instructions as text; the address of a variable as its name, wherever it lies.
std::string said(const module::Module& m, const module::ProgDef& p) {
  std::string out = p.name;
  for (std::size_t pc = 0; pc < p.insns.size(); pc += isa::slots_at(p.insns, pc)) {
    const isa::Insn& i = p.insns[pc];
    out += "\n" + isa::print(p.insns, pc);
    if (!isa::is_ld_imm64(i) || i.src() != 2) continue;
    const module::MapDef& d = m.maps[static_cast<std::size_t>(i.imm)];
    auto offset = static_cast<uint32_t>(p.insns[pc + 1].imm);
    for (const module::Variable& v : d.variables)
      if (offset >= v.offset && offset < v.offset + v.size)
        out = out.substr(0, out.rfind('\n') + 1) + v.name + " + " + std::to_string(offset - v.offset);
  }
  return out;
}

// Addends of the GNU assembler hold the symbol's value. Behind code and data of the other compiler everything has
// moved; what programs say must not have.
TEST(Join, ObjectsOfGccBecomeLikeThoseOfLlvm) {
  Buffer gcc = compiled("bpf-gcc", made::linking);
  auto before = *open(*Object::parse("gcc.o", gcc));
  std::vector<Object> alone, behind;
  alone.push_back(*Object::parse("gcc.o", gcc));
  behind.push_back(*Object::parse("clang.o", compiled("clang-19", R"(
    int other_data = 5;
    static int other_bss[5];
    const volatile char other_rodata[] = "odd";
    __attribute__((noinline)) int other(int a) { other_bss[a & 3]++; return a * other_data + other_rodata[a & 1]; }
    __attribute__((section("socket"), used)) int before(void *ctx) { return other(3); }
    char _license[] __attribute__((section("license"), used)) = "Dual MIT/GPL";)")));
  behind.push_back(*Object::parse("gcc.o", gcc));
  auto as_one = module_of(std::move(alone)), moved = module_of(std::move(behind));
  ASSERT_EQ(before.progs.size(), 3u);
  ASSERT_EQ(moved.progs.size(), 4u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(said(as_one, as_one.progs[i]), said(before, before.progs[i]));
    auto after = std::ranges::find(moved.progs, before.progs[i].name, &module::ProgDef::name);
    ASSERT_NE(after, moved.progs.end());
    EXPECT_EQ(said(moved, *after), said(before, before.progs[i]));
  }
}

TEST(Join, WithoutTypesCodeIsStillJoined) {
  std::vector<Object> objects;
  const char* flags = "-target bpf -O2 -mcpu=v3";
  objects.push_back(*Object::parse(
      "a.o", compiled("clang-19",
                      "extern int f(int); __attribute__((section(\"xdp\"))) int p(void *c) { return f(1); }", flags)));
  objects.push_back(*Object::parse("b.o", compiled("clang-19", "int f(int x) { return x + 1; }", flags)));
  auto m = module_of(std::move(objects));
  ASSERT_EQ(m.progs.size(), 1u);
  EXPECT_EQ(m.progs[0].subprogs.size(), 2u);
  EXPECT_EQ(m.btf, nullptr);
}

}  // namespace
}  // namespace skep::object
