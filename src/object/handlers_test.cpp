// SPDX-License-Identifier: Apache-2.0
#include "object/handlers.hpp"

#include <gtest/gtest.h>

#include "object/join.hpp"
#include "object/made.hpp"
#include "object/strip.hpp"

namespace skep::object {
namespace {

using Names = std::vector<std::string>;

const std::string start = std::string(made::prelude) + R"(
#define CATCHES(f) __attribute__((btf_decl_tag("exception_callback:" f)))
#define GLOBAL __attribute__((noinline))
extern void bpf_throw(unsigned long long) __attribute__((section(".ksyms")));
)";
const std::string handler = "GLOBAL int handles(unsigned long long cookie) { return cookie & 1; }";
const std::string program = "SEC(\"tc\") CATCHES(\"handles\") int p(struct __sk_buff *s) { bpf_throw(7); return 0; }";

Names functions(const module::ProgDef& p) {
  Names out;
  for (const auto& s : p.subprogs) out.push_back(s.name);
  return out;
}

// Of each program: its functions.
std::vector<Names> linked(std::string_view source) {
  const module::Module m = made::module_of("clang-19", start + std::string(source));
  std::vector<Names> out;
  for (const auto& p : m.progs) {
    out.push_back(functions(p));
    for (const auto& s : p.subprogs) EXPECT_EQ(m.btf->type(s.type).name, s.name);
    EXPECT_TRUE(std::ranges::is_sorted(p.subprogs, {}, &module::Subprog::first_insn));
  }
  return out;
}
std::string refusal(std::string_view source) { return made::refusal_of("clang-19", start + std::string(source)); }

TEST(Handlers, ComeBehindWhatIsCalled) {
  EXPECT_EQ(linked(handler + R"(
static GLOBAL int calms(int a) { return a & 3; }
GLOBAL int thinks(unsigned long long cookie) { return calms(cookie); }
GLOBAL int throws(int a) { if (a == 7) bpf_throw(a); return a; }
SEC("tc") CATCHES("handles") int one(struct __sk_buff *s) { return throws(s->len); }
SEC("tc") CATCHES("thinks") int two(struct __sk_buff *s) { return throws(s->len) + calms(s->len); }
SEC("tc") CATCHES("handles") int calls_it(struct __sk_buff *s) { return handles(s->len) + throws(s->len); }
SEC("tc") CATCHES("handles") int throws_nothing(struct __sk_buff *s) { return 0; }
SEC("tc") int has_none(struct __sk_buff *s) { return throws(s->len); })"),
            (std::vector<Names>{{"one", "throws", "handles"},
                                {"two", "throws", "calms", "thinks"},
                                {"calls_it", "handles", "throws"},
                                {"throws_nothing", "handles"},
                                {"has_none", "throws"}}));
}

// Its externs, lines and CO-RE relocations are the program's.
TEST(Handlers, BringWhatTheyUse) {
  const auto m = made::module_of("clang-19", start + R"(
extern int bpf_not_here(void) __attribute__((section(".ksyms"), weak));
struct task_struct { int pid; } __attribute__((preserve_access_index));
GLOBAL int handles(unsigned long long cookie) { return bpf_not_here() + ((struct task_struct *)cookie)->pid; }
SEC("tc") CATCHES("handles") int p(struct __sk_buff *s) { return s->len; })");
  const module::ProgDef& p = m.progs[0];
  ASSERT_EQ(p.externs.size(), 1u);
  EXPECT_GE(p.externs[0].insn, p.subprogs[1].first_insn);
  EXPECT_EQ(p.core_relocations, 1u);
  EXPECT_NE(module::source_line(p, p.subprogs[1].first_insn), nullptr);
}

// Which of two is meant is for the kernel to ask; on a subprogram a tag means nothing.
TEST(Handlers, OfTwoTagsNoneIsTaken) {
  EXPECT_EQ(linked(handler + R"(
GLOBAL int other(unsigned long long cookie) { return 2; }
SEC("tc") CATCHES("handles") CATCHES("other") int p(struct __sk_buff *s) { return 0; })"),
            (std::vector<Names>{{"p"}}));
  EXPECT_EQ(linked(handler + R"(
GLOBAL CATCHES("handles") int sub(int a) { return a + 1; }
SEC("tc") int p(struct __sk_buff *s) { return sub(s->len); })"),
            (std::vector<Names>{{"p", "sub"}}));
}

TEST(Handlers, AreFoundByNameOrRefused) {
  const std::string place = "o.o: program 'p': ";
  EXPECT_EQ(refusal(handler + program), "accepted");
  EXPECT_EQ(refusal(program),
            place +
                "its exception callback 'handles' is not defined here; functions that could be: none. define it, "
                "without SEC(), or join the object that has it: skep gen object OUT FILE…");
  EXPECT_EQ(refusal("GLOBAL int handle(unsigned long long cookie) { return 0; }" + program),
            place +
                "its exception callback 'handles' is not defined here; functions that could be: handle; did you "
                "mean handle? define it, without SEC(), or join the object that has it: skep gen object OUT "
                "FILE…");
  EXPECT_EQ(refusal("extern int handles(unsigned long long);" + program).substr(0, 60),
            (place + "its exception callback 'handles' is not defined here").substr(0, 60));
  EXPECT_EQ(refusal("SEC(\"tc\") " + handler + program),
            place +
                "its exception callback 'handles' is in section 'tc'; exception callbacks are functions of .text. "
                "leave out the SEC() of 'handles'");
  EXPECT_EQ(refusal("SEC(\"tc\") CATCHES(\"p\") int p(struct __sk_buff *s) { return 0; }"),
            place +
                "its exception callback 'p' is in section 'tc'; exception callbacks are functions of .text. "
                "leave out the SEC() of 'p'");
  EXPECT_EQ(refusal("static __attribute__((used)) " + handler + program),
            place +
                "its exception callback 'handles' is static; the kernel takes global functions that are not "
                "hidden. declare it without static and __hidden");
  EXPECT_EQ(refusal("__attribute__((visibility(\"hidden\"))) " + handler + program),
            place +
                "its exception callback 'handles' is hidden; the kernel takes global functions that are not "
                "hidden. declare it without static and __hidden");
  EXPECT_EQ(refusal("__attribute__((weak)) " + handler + program), "accepted");
  EXPECT_EQ(refusal("SEC(\"tc\") CATCHES(\"\") int p(struct __sk_buff *s) { return 0; }"),
            place +
                "its tag exception_callback: names no function. write the function's name: "
                "__exception_cb(handler)");
}

// Only programs throw, and libbpf takes no other tag than that of a global function.
TEST(Handlers, OfWhatIsNoProgramAreRefused) {
  const std::string words =
      "is tagged exception_callback:handles, but it is no program, nor any other global function. tag the program that "
      "throws: __exception_cb(handles) SEC(\"tc\") int …";
  EXPECT_EQ(refusal(handler + R"(
static GLOBAL CATCHES("handles") int sub(int *a) { return *a + 1; }
SEC("tc") int p(struct __sk_buff *s) { int a = s->len; return sub(&a); })"),
            "o.o: 'sub' " + words);
  EXPECT_EQ(refusal(handler + "CATCHES(\"handles\") int variable = 3;" + program), "o.o: 'variable' " + words);
}

Object object_of(const char* name, const std::string& source) {
  auto o = Object::parse(name, made::compiled("clang-19", start + source));
  if (!o) ADD_FAILURE() << o.error().text(), std::abort();
  return std::move(*o);
}
module::Module joined(std::vector<Object> objects) {
  auto bytes = join(objects);
  EXPECT_TRUE(bytes) << bytes.error().text();
  auto m = open(*Object::parse("joined.o", *bytes));
  EXPECT_TRUE(m) << m.error().text();
  return m ? std::move(*m) : module::Module{};
}

std::vector<Names> joined(const std::string& a, const std::string& b) {
  std::vector<Object> objects;
  objects.push_back(object_of("a.o", a));
  objects.push_back(object_of("b.o", b));
  std::vector<Names> out;
  for (const auto& p : joined(std::move(objects)).progs) out.push_back(functions(p));
  return out;
}

TEST(Handlers, StayWithTheirProgramsInJoinedObjects) {
  const std::string other = R"(
GLOBAL int mends(unsigned long long cookie) { return 2; }
SEC("tc") CATCHES("mends") int q(struct __sk_buff *s) { bpf_throw(1); return 0; })";
  EXPECT_EQ(joined(handler + program, other), (std::vector<Names>{{"p", "handles"}, {"q", "mends"}}));
  EXPECT_EQ(joined(program, handler), (std::vector<Names>{{"p", "handles"}})) << "another object has the function";
  const std::string weak = "__attribute__((weak)) " + handler;
  EXPECT_EQ(joined(weak + program, weak + R"(
SEC("tc") CATCHES("handles") int q(struct __sk_buff *s) { bpf_throw(1); return 0; })"),
            (std::vector<Names>{{"p", "handles"}, {"q", "handles"}}));
}

// The tags of a weak program go with it.
TEST(Handlers, OfAReplacedProgramAreGone) {
  const std::string weak = R"(
GLOBAL int mends(unsigned long long cookie) { return 2; }
__attribute__((weak)) SEC("tc") CATCHES("mends") int p(struct __sk_buff *s) { return 1; })";
  EXPECT_EQ(joined(handler + program, weak), (std::vector<Names>{{"p", "handles"}}));
  EXPECT_EQ(joined(weak, handler + program), (std::vector<Names>{{"p", "handles"}}));
  EXPECT_EQ(joined(weak, "SEC(\"tc\") int p(struct __sk_buff *s) { return 0; }"), (std::vector<Names>{{"p"}}));
}

TEST(Handlers, StayWhereDebuggingInformationGoes) {
  const Object whole = object_of("a.o", handler + program);
  const auto less = stripped(whole);
  ASSERT_TRUE(less);
  const auto m = open(*Object::parse("less.o", *less));
  ASSERT_TRUE(m) << m.error().text();
  EXPECT_EQ(functions(m->progs[0]), (Names{"p", "handles"}));
}

}  // namespace
}  // namespace skep::object
