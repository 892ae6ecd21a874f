// SPDX-License-Identifier: Apache-2.0
#include "btf/dedup.hpp"

#include <ctime>
#include <map>

#include "base/sanitized.hpp"
#include "btf/made.hpp"
#include "btf/same.hpp"

namespace skep::btf {
namespace {

using made::parsed;

void append(Writer& w, const Btf& b) {
  TypeId shift = w.next() - 1;
  for (TypeId id = 1; id < b.count(); ++id) w.copy(b, id, [&](TypeId to) { return to + shift; });
}

struct Done {
  Shared btf;
  std::vector<TypeId> ids;
};
Done deduplicated(const Btf& b) {
  auto d = dedup(b);
  if (!d) ADD_FAILURE() << d.error().text(), std::abort();
  return {.btf = parsed(d->types.bytes()), .ids = std::move(d->ids)};
}

// A struct of members {name, type} with 8 bytes each.
TypeId record(Writer& w, std::string_view name, std::initializer_list<std::pair<std::string_view, TypeId>> list) {
  std::vector<Member> members;
  for (auto [n, type] : list)
    members.push_back(
        {.name = n, .type = type, .bit_offset = static_cast<uint32_t>(64 * members.size()), .bitfield_bits = 0});
  return w.record(Kind::struct_, name, static_cast<uint32_t>(8 * list.size()), members);
}
TypeId number(Writer& w, std::string_view name = "long") {
  return w.integer(name,
                   {.size_bytes = 8, .bits = 64, .offset = 0, .is_signed = true, .is_char = false, .is_bool = false});
}
uint32_t count_of(const Writer& w) { return deduplicated(*parsed(w.bytes())).btf->count() - 1; }

TEST(Dedup, CirclesAreOneIfNothingTellsThemApart) {
  Writer w;
  for (const char* last : {"long", "long", "time"}) {
    TypeId n = number(w, last);
    TypeId list = w.next();
    record(w, "list", {{"next", list + 1}, {"n", n}});
    w.refer(Kind::ptr, "", list);
  }
  Done d = deduplicated(*parsed(w.bytes()));
  EXPECT_EQ(d.btf->count() - 1, 6u);
  EXPECT_EQ(d.ids, (std::vector<TypeId>{0, 1, 2, 3, 1, 2, 3, 4, 5, 6}));
}

TEST(Dedup, AForwardDeclarationIsTheOneDefinition) {
  for (int definitions : {0, 1, 2}) {
    Writer w;
    TypeId n = number(w), t = number(w, "time");
    TypeId forward = w.forward(Kind::struct_, "s");
    record(w, "user", {{"p", w.refer(Kind::ptr, "", forward)}});
    TypeId full = forward;
    if (definitions > 0) full = record(w, "s", {{"n", n}});
    if (definitions > 1) record(w, "s", {{"n", t}});
    record(w, "user", {{"p", w.refer(Kind::ptr, "", full)}});
    w.refer(Kind::ptr, "", w.forward(Kind::union_, "s"));
    Done d = deduplicated(*parsed(w.bytes()));
    // long, time, struct s, its pointer, user, union s, its pointer; and with a second struct s: the struct and the
    // declaration, which is neither of them, each with a pointer and a user
    EXPECT_EQ(d.btf->count() - 1, definitions < 2 ? 7u : 11u);
    EXPECT_EQ(d.ids[forward] == d.ids[full], definitions < 2);
  }
}

TEST(Dedup, AnEnumWithoutEnumeratorsIsTheOneDefinition) {
  Writer w;
  w.refer(Kind::ptr, "", w.enumeration(Kind::enum_, "e", 4, Writer::Sign::unsigned_, {}));
  Enumerator one[] = {{.name = "ONE", .value = 1}};
  w.refer(Kind::ptr, "", w.enumeration(Kind::enum_, "e", 4, Writer::Sign::unsigned_, one));
  EXPECT_EQ(count_of(w), 2u);
}

TEST(Dedup, EveryWordThatSaysSomethingTellsTypesApart) {
  Shared b;
  {
    made::Folder folder;
    made::compile(folder, "clang-19", made::every_kind);
    b = parsed(*read_file(folder.path + "/btf"));
  }
  std::map<Kind, int> tried;
  Done once = deduplicated(*b);
  for (TypeId id = 1; id < once.btf->count(); ++id) {
    Info info = info_of(once.btf->word(id, 1));
    if (++tried[info.kind] > 3) continue;
    Writer w;
    append(w, *once.btf);
    EXPECT_EQ(w.copy(*once.btf, id, [](TypeId to) { return to; }), once.btf->count());
    bool place = info.kind == Kind::var || info.kind == Kind::datasec;
    EXPECT_EQ(count_of(w), once.btf->count() - (place ? 0 : 1)) << name_of(info.kind);
  }
  EXPECT_EQ(tried.size(), kind_count - 1);
}

TEST(Dedup, VariablesAndSectionsAreNeverMerged) {
  Writer w;
  TypeId n = number(w);
  for (int i = 0; i < 2; ++i) {
    SectionVar v{.type = w.variable("v", n, Linkage::static_), .offset = 0, .size_bytes = 8};
    w.section(".data", 8, {&v, 1});
  }
  EXPECT_EQ(count_of(w), 5u);
}

TEST(Dedup, OfEveryCompilersTypesIsIdempotentAndSwallowsACopy) {
  for (const char* compiler : {"clang-14", "clang-19", "bpf-gcc"}) {
    SCOPED_TRACE(compiler);
    made::Folder folder;
    made::compile(folder, compiler,
                  "struct list { struct list *next; const char *name; enum { A } a; } *head;\n"
                  "int f(struct list *l) { return l->a; }\n");
    Shared b = parsed(*read_file(folder.path + "/btf"));
    Done once = deduplicated(*b);
    made::expect_same(*once.btf, *deduplicated(*once.btf).btf);
    Writer w;
    append(w, *b);
    append(w, *b);
    uint32_t places = 0;
    for (TypeId id = 1; id < b->count(); ++id)
      places += b->type(id).kind == Kind::var || b->type(id).kind == Kind::datasec;
    EXPECT_EQ(deduplicated(*parsed(w.bytes())).btf->count(), once.btf->count() + places);
  }
}

// Of the processor: other programs may have it in between.
double ms_since(std::clock_t begin) {
  return 1000.0 * static_cast<double>(std::clock() - begin) / static_cast<double>(CLOCKS_PER_SEC);
}

TEST(Dedup, OfTheKernelsTypesTwiceGivesThemOnce) {
  auto bytes = read_file("/sys/kernel/btf/vmlinux");
  ASSERT_TRUE(bytes) << "this kernel offers no BTF";
  Shared b = parsed(*bytes);
  Done once = deduplicated(*b);
  uint32_t places = 0;
  Writer w;
  append(w, *b);
  append(w, *b);
  for (TypeId id = 1; id < b->count(); ++id)
    places += b->type(id).kind == Kind::var || b->type(id).kind == Kind::datasec;
  Shared twice_types = parsed(w.bytes());
  std::clock_t begin = std::clock();
  auto twice = dedup(*twice_types);
  double ms = ms_since(begin);
  ASSERT_TRUE(twice) << twice.error().text();
  std::printf("%u types of the kernel, %u where equal ones are one; twice as many in %.0f ms\n", b->count() - 1,
              once.btf->count() - 1, ms);
  EXPECT_EQ(twice->types.next(), once.btf->count() + places);
  EXPECT_LT(ms, 2000);
}

// ---- hostile graphs ---------------------------------------------------------------------------------------------

TEST(DedupHostile, LongChainsAndWideTypesTakeNoMoreThanTheirSize) {
  // struct { struct { … int *p; } *p; }, as deep as it goes: one more is told apart in each step
  auto chain_of = [](Writer& w, uint32_t links) {
    std::vector<Param> all{{.name = "", .type = number(w)}};
    for (uint32_t i = 1; i < links; ++i)
      all.push_back({.name = "", .type = record(w, "", {{"p", w.refer(Kind::ptr, "", all.back().type)}})});
    return all;
  };
  Writer chain, wide;
  chain_of(chain, 100000);
  std::vector<Param> params = chain_of(wide, 30000);  // and two protos that use each of a chain
  wide.function_proto(1, params);
  wide.function_proto(1, params);
  wide.function_proto(params[1].type, params);
  std::clock_t begin = std::clock();
  EXPECT_EQ(count_of(chain), 199999u);
  EXPECT_EQ(count_of(wide), 60001u);
  EXPECT_LT(ms_since(begin), sanitized ? 5000 : 2000);
}

TEST(DedupHostile, AmbiguityThatSpreadsFromNameToNameEnds) {
  Writer w;
  TypeId n = number(w), t = number(w, "time");
  TypeId one = n, other = t;
  for (int i = 0; i < 2000; ++i) {  // s_i by value in s_i+1: two definitions each, and a declaration
    std::string name = "s" + std::to_string(i);
    one = record(w, name, {{"a", w.refer(Kind::ptr, "", one)}});
    TypeId forward = w.forward(Kind::struct_, name);
    other = record(w, name, {{"a", w.refer(Kind::ptr, "", other)}});
    w.refer(Kind::ptr, "", forward);
    other = forward;
  }
  EXPECT_GT(count_of(w), 4000u);
}

}  // namespace
}  // namespace skep::btf
