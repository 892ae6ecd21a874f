// SPDX-License-Identifier: Apache-2.0
// What C text looks like. That compilers lay it out as BTF says is asked of them: c_dump_peer_test.cpp.
#include "btf/c_dump.hpp"

#include <gtest/gtest.h>

#include "btf/made.hpp"
#include "btf/writer.hpp"

namespace skep::btf {
namespace {

Shared parsed(const Writer& w) {
  auto btf = parse(w.bytes());
  EXPECT_TRUE(btf) << btf.error().text();
  return *btf;
}
TypeId number(Writer& w, std::string_view name, uint32_t size, bool is_signed = true) {
  return w.integer(name, {.size_bytes = size,
                          .bits = static_cast<uint8_t>(size * 8),
                          .offset = 0,
                          .is_signed = is_signed,
                          .is_char = false,
                          .is_bool = false});
}
Member at(std::string_view name, TypeId type, uint32_t bit, uint8_t bits = 0) {
  return {.name = name, .type = type, .bit_offset = bit, .bitfield_bits = bits};
}
TypeId structure(Writer& w, std::string_view name, uint32_t size, std::initializer_list<Member> members) {
  return w.record(Kind::struct_, name, size, members);
}
std::string text_of(const Result<std::string>& r) { return r ? *r : r.error().text(); }
// Without the lines that are the same in every header.
std::string types_of(const std::string& text) {
  std::size_t begin = text.find("#endif\n\n", text.find("#define __skep_type_tag(tag)\n")) + 8;
  return text.substr(begin, text.find("#ifndef BPF_NO_PRESERVE_ACCESS_INDEX", begin) - begin);
}
std::string header(const Writer& w) { return types_of(text_of(c_header(*parsed(w)))); }

TEST(CDump, WhatIsHeldComesFirstWhatIsPointedToIsDeclared) {
  Writer w;
  TypeId i = number(w, "int", 4);                                                      // 1
  structure(w, "flow", 24, {at("next", 3, 0), at("peer", 4, 64), at("key", 5, 128)});  // 2
  w.refer(Kind::ptr, "", 2);
  w.refer(Kind::ptr, "", 6);
  structure(w, "key", 4, {at("addr", i, 0)});
  structure(w, "peer", 4, {at("id", i, 0)});
  EXPECT_EQ(header(w), R"(struct peer;

struct key {
	int addr;
};

struct flow {
	struct flow *next;
	struct peer *peer;
	struct key key;
};

struct peer {
	int id;
};

)");
}

TEST(CDump, DeclarationsGrowFromTheNameOutwards) {
  Writer w;
  TypeId i = number(w, "int", 4), c = number(w, "char", 1);
  TypeId flow = structure(w, "flow", 4, {at("a", i, 0)}), p = w.refer(Kind::ptr, "", flow);
  TypeId proto = w.function_proto(i, std::vector<Param>{{"f", p}, {"", 0}}), f = w.refer(Kind::ptr, "", proto);
  TypeId table = w.array({.element = f, .index = i, .count = 4}),
         name = w.array({.element = c, .index = i, .count = 16});
  TypeId matrix = w.array({.element = name, .index = i, .count = 2}), row = w.refer(Kind::ptr, "", name);
  TypeId constant = w.refer(Kind::const_, "", c), text = w.refer(Kind::ptr, "", constant);
  TypeId fixed = w.refer(Kind::const_, "", w.refer(Kind::volatile_, "", text));
  TypeId alone = w.refer(Kind::restrict_, "", w.refer(Kind::ptr, "", 0)),
         not_a_pointer = w.refer(Kind::restrict_, "", i);
  TypeId list = w.array({.element = constant, .index = i, .count = 3});
  TypeId proto_of_proto = w.function_proto(f, std::vector<Param>{});
  TypeId nameless = structure(w, "", 4, {at("a", i, 0)}), to_nameless = w.refer(Kind::ptr, "", nameless);
  TypeId of_nameless = w.function_proto(
      to_nameless, std::vector<Param>{{"", nameless}, {"", to_nameless}, {"", w.array({nameless, i, 2})}});
  auto btf = parsed(w);
  auto said = [&](TypeId id) { return text_of(c_declaration(*btf, id, "x")); };
  EXPECT_EQ(said(i), "int x");
  EXPECT_EQ(said(p), "struct flow *x");
  EXPECT_EQ(said(f), "int (*x)(struct flow *, ...)");
  EXPECT_EQ(said(table), "int (*x[4])(struct flow *, ...)");
  EXPECT_EQ(said(matrix), "char x[2][16]");
  EXPECT_EQ(said(row), "char (*x)[16]");
  EXPECT_EQ(said(fixed), "const char *const volatile x");
  EXPECT_EQ(said(alone), "void *__restrict x");
  EXPECT_EQ(said(not_a_pointer), "int x");
  EXPECT_EQ(said(list), "const char x[3]");
  EXPECT_EQ(said(of_nameless), "void *x(void *, void *, void *)");
  EXPECT_EQ(said(proto_of_proto), "int (*x(void))(struct flow *, ...)");
}

TEST(CDump, HolesAreFilledWhereCLeavesNone) {
  Writer w;
  TypeId i = number(w, "int", 4), l = number(w, "long", 8), u = number(w, "unsigned int", 4, false);
  structure(w, "natural", 16, {at("a", i, 0), at("b", l, 64)});
  structure(w, "holes", 24, {at("a", i, 32), at("b", i, 96)});
  structure(w, "packed", 12, {at("a", i, 0), at("b", l, 32)});
  structure(w, "bits", 8, {at("a", u, 0, 3), at("b", u, 8, 30), at("c", u, 45, 2)});
  structure(w, "nothing", 0, {});
  structure(w, "aligned", 32, {at("a", i, 0)});
  TypeId misplaced = structure(w, "misplaced", 32, {at("a", i, 0)});
  structure(w, "opaque", 16, {});
  structure(w, "user", 40, {at("a", i, 0), at("b", misplaced, 32)});
  EXPECT_EQ(header(w), R"(struct natural {
	int a;
	long b;
};

struct holes {
	unsigned char __hole_0[4];
	int a;
	unsigned char __hole_8[4];
	int b;
	unsigned char __hole_16[8];
};

struct packed {
	int a;
	long b;
} __attribute__((packed));

struct bits {
	unsigned int a : 3;
	unsigned char : 5;
	unsigned int b : 30;
	unsigned char : 2;
	unsigned char : 5;
	unsigned int c : 2;
	unsigned char : 1;
	unsigned char __hole_6[2];
} __attribute__((packed));

struct nothing {
};

struct aligned {
	int a;
} __attribute__((aligned(32)));

struct misplaced {
	int a;
	unsigned char __hole_4[28];
};

struct opaque {
	unsigned char __hole_0[16];
} __attribute__((aligned(8)));

struct user {
	int a;
	struct misplaced b;
} __attribute__((aligned(8)));

)");
}

TEST(CDump, WhatLiesOverEachOtherIsAUnion) {
  Writer w;
  TypeId i = number(w, "int", 4), l = number(w, "long", 8);
  structure(w, "over", 8, {at("a", l, 0), at("b", i, 16)});
  w.record(Kind::union_, "either", 6, std::vector<Member>{at("a", i, 0), at("b", i, 16)});
  EXPECT_EQ(header(w), R"(struct over {
	union {
		long a;
		struct {
			unsigned char __hole_0[2];
			int b;
		} __attribute__((packed));
		unsigned char __hole_0___2[8];
	} __attribute__((packed));
} __attribute__((packed));

union either {
	int a;
	struct {
		unsigned char __hole_0[2];
		int b;
	} __attribute__((packed));
	unsigned char __hole_0___2[6];
} __attribute__((packed));

)");
}

TEST(CDump, EnumsSayTheirSizeWhereCWouldTakeAnother) {
  Writer w;
  using Values = std::vector<Enumerator>;
  w.enumeration(Kind::enum_, "usual", 4, Writer::Sign::signed_, Values{{"MINUS", ~uint64_t{0}}, {"TWO", 2}});
  w.enumeration(Kind::enum_, "small", 1, Writer::Sign::unsigned_, Values{{"LAST", 255}});
  w.enumeration(Kind::enum64, "wide", 8, Writer::Sign::unsigned_, Values{{"ALL", ~uint64_t{0}}});
  w.enumeration(Kind::enum64, "roomy", 8, Writer::Sign::signed_, Values{{"LEAST", 1}});
  w.enumeration(Kind::enum_, "unknown", 4, Writer::Sign::unsigned_, Values{});
  EXPECT_EQ(header(w), R"(enum usual {
	MINUS = -1,
	TWO = 2,
};

enum small {
	LAST = 255,
} __attribute__((mode(QI)));

enum wide {
	ALL = 18446744073709551615ULL,
};

enum roomy {
	LEAST = 1,
} __attribute__((mode(DI)));

enum unknown {
	__no_unknown = 0,
};

)");
}

TEST(CDump, NamesAreMadeToFitC) {
  Writer w;
  TypeId i = number(w, "u32", 4, false);
  structure(w, "Option<u32>", 4, {at("0", i, 0)});
  structure(w, "twice", 4, {at("a", i, 0)});
  w.record(Kind::union_, "twice", 8, std::vector<Member>{at("a", i, 0), at("a", i, 0)});
  w.refer(Kind::typedef_, "twice", i);
  w.refer(Kind::typedef_, "int", i);
  w.forward(Kind::struct_, "twice");  // the first is what it means
  EXPECT_EQ(header(w), R"(struct Option_u32_ {
	unsigned int _0;
};

struct twice {
	unsigned int a;
};

union twice___2 {
	unsigned int a;
	unsigned int a___2;
	unsigned char __hole_0[8];
};

typedef unsigned int twice;

typedef unsigned int int_;

)");
}

TEST(CDump, HostsHaveTheirOwnTypedefsAndTheKeywordsOfCpp) {
  Writer w;
  TypeId l = number(w, "unsigned long", 8, false), size = w.refer(Kind::typedef_, "size_t", l);
  TypeId nameless = structure(w, "", 8, {at("class", size, 0)}), own = w.refer(Kind::typedef_, "own_t", nameless);
  TypeId state = w.enumeration(Kind::enum_, "", 4, Writer::Sign::unsigned_, std::vector<Enumerator>{{"OPEN", 1}});
  TypeId root = structure(w, "new", 24, {at("a", size, 0), at("b", own, 64), at("c", state, 128)});
  structure(w, "not_needed", 0, {});
  TypeId variable = w.variable("v", w.refer(Kind::const_, "", own), Linkage::global);
  auto btf = parsed(w);
  EXPECT_EQ(text_of(c_definitions(*btf, std::vector{root}, {.prefix = "p_"})), R"(typedef struct p_own_t {
	unsigned long class_;
} p_own_t;

enum {
	p_OPEN = 1,
};

struct p_new {
	unsigned long a;
	struct p_own_t b;
	unsigned int c;
};

)");
  const CVariable v = {.name = "v", .type = variable, .offset = 8};
  EXPECT_EQ(text_of(c_section(*btf, {&v, 1}, "p__rodata", {.prefix = "p_"})), R"(struct p__rodata {
	unsigned char __hole_0[8];
	struct p_own_t v;
})");
}

TEST(CDump, SectionsEndWithTheirLastVariable) {
  Writer w;
  TypeId wide = number(w, "long", 8), narrow = number(w, "char", 1);
  auto btf = parsed(w);
  const CVariable variables[] = {{.name = "new", .type = narrow, .offset = 18},
                                 {.name = "a", .type = wide, .offset = 8}};
  EXPECT_EQ(text_of(c_section(*btf, variables, "s")), R"(struct s {
	unsigned char __hole_0[8];
	long a;
	unsigned char __hole_16[2];
	char new_;
})");
  const CVariable between = {.name = "new", .type = wide, .offset = 2};  // no compiler's work
  EXPECT_EQ(text_of(c_section(*btf, {&between, 1}, "s", {.keywords = Keywords::c})), R"(struct s {
	unsigned char __hole_0[2];
	long new;
} __attribute__((packed)))");
}

TEST(CDump, WhatIsNoNameBecomesOne) {
  EXPECT_EQ(c_identifier("my-prog.bpf"), "my_prog_bpf");
  EXPECT_EQ(c_identifier("1st"), "_1st");
  EXPECT_EQ(c_identifier(""), "_");
  EXPECT_EQ(c_identifier("class"), "class_");
  EXPECT_EQ(c_identifier("class", Keywords::c), "class");
  EXPECT_EQ(c_identifier("int", Keywords::c), "int_");
}

// Valid BTF, but no C: what closes the loop has no name that could be declared ahead.
TEST(CDump, LoopsThatCCannotSayEndInVoid) {
  Writer w;
  w.refer(Kind::typedef_, "list", 2);  // typedef struct { list *next; } list
  structure(w, "", 8, {at("next", 3, 0)});
  w.refer(Kind::ptr, "", 1);
  structure(w, "matrix", 8, {at("rows", 5, 0)});  // struct matrix { struct matrix (*rows)[2]; }
  w.refer(Kind::ptr, "", 6);
  w.array({.element = 4, .index = 1, .count = 2});
  EXPECT_EQ(header(w), R"(typedef struct {
	void *next;
} list;

struct matrix {
	void *rows;
};

)");
}

TEST(CDump, SplitBtfIsItsOwnTypesAndWhatTheyNeed) {
  Writer base;
  TypeId i = number(base, "int", 4), held = structure(base, "held", 4, {at("a", i, 0)});
  TypeId pointed = structure(base, "pointed", 4, {at("a", i, 0)});
  structure(base, "other", 4, {at("a", i, 0)});
  Shared whole = parsed(base);
  Writer module(whole);
  TypeId p = module.refer(Kind::ptr, "", pointed);
  structure(module, "other", 16, {at("a", held, 0), at("p", p, 64)});  // another than the base's
  auto split = parse(module.bytes(), whole);
  ASSERT_TRUE(split) << split.error().text();
  EXPECT_EQ(types_of(text_of(c_header(**split))), R"(struct held {
	int a;
};

struct pointed;

struct other___2 {
	struct held a;
	struct pointed *p;
};

)");
}

TEST(CDump, TextThatWouldGrowWithoutEndIsRefusedWithTheType) {
  Writer w;
  TypeId inner = number(w, "int", 4);
  for (uint32_t i = 0, size = 8; i < 26; ++i, size *= 2)
    inner = structure(w, "", size, {at("a", inner, 0), at("b", inner, size * 4)});
  TypeId last = w.refer(Kind::typedef_, "bomb", inner);
  auto text = c_header(*parsed(w));
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().row().slug, "too-much-text");
  EXPECT_EQ(text.error().place(), "type " + std::to_string(last));
}

TEST(CDump, TypeTagsStayWhereTheyWere) {
  made::Folder folder;
  made::compile(folder, "clang-19", R"(
#define tag(t) __attribute__((btf_type_tag(t)))
struct inner { int x; };
struct tagged { int tag("user") *a; const struct inner tag("rcu") *tag("kptr") *b; } tagged;
int f(void) { return tagged.a != 0; }
)");
  auto first = *parse(*read_file(folder.path + "/btf"));
  std::string text = text_of(c_header(*first));
  EXPECT_NE(text.find("\t__skep_type_tag(\"user\") int *a;\n"), std::string::npos) << text;
  made::compile(folder, "clang-19", (text + "struct tagged tagged; int f(void) { return tagged.a != 0; }").c_str());
  auto again = *parse(*read_file(folder.path + "/btf"));
  EXPECT_EQ(text_of(c_header(*again)), text);
}

}  // namespace
}  // namespace skep::btf
