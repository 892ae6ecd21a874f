// SPDX-License-Identifier: Apache-2.0
// What compilers do not write, what is told to people, and targets that are not little-endian kernels. Everything a
// compiler can ask is in tests/core.
#include "btf/core.hpp"

#include <gtest/gtest.h>

#include "btf/made.hpp"
#include "btf/writer.hpp"

namespace skep::btf::core {
namespace {

Shared compiled(const std::string& source) {
  made::Folder folder;
  made::compile(folder, "clang-19", (source + "\nint entry(void) { return 0; }").c_str());
  return *parse(*read_file(folder.path + "/btf"));
}

struct Asked {
  Shared local;
  std::string_view name;
  Ask ask;
  const char* access;
};
Result<Spec> asked(const Asked& a) {
  return spec_of(*a.local, {.insn_off = 0,
                            .type = a.local->find(a.name).value_or(0),
                            .access = a.access,
                            .kind = static_cast<uint32_t>(a.ask)});
}
Result<Decision> decision_of(const Asked& a, const Target& target) {
  auto spec = TRY(asked(a));
  return decide(spec, candidates(spec, target), target.order);
}
template <class T>
std::string told(const Result<T>& r) {
  return r ? "accepted" : r.error().text();
}

constexpr const char* local_types = R"(
enum state { RUNNING, STOPPED };
struct mm { long pgd[4]; };
struct task { int pid; struct mm mm; union { int cpu; struct { enum state state; }; }; unsigned low : 3, high : 9; };
struct list { int head; };
struct task task; struct list list;
)";

const Shared& local() {
  static const Shared btf = compiled(local_types);
  return btf;
}

TEST(Core, SpecsReadLikeC) {
  auto text_of = [](const char* type, Ask ask, const char* access) {
    return text(*asked({local(), type, ask, access}));
  };
  EXPECT_EQ(text_of("task", Ask::field_byte_offset, "0:1:0:2"), "struct task.mm.pgd[2]");
  EXPECT_EQ(text_of("task", Ask::field_byte_offset, "3:0"), "struct task[3].pid");
  EXPECT_EQ(text_of("task", Ask::field_byte_offset, "0:2:1:0"), "struct task.state");
  EXPECT_EQ(text_of("state", Ask::enumval_value, "1"), "enum state::STOPPED");
  EXPECT_EQ(text_of("mm", Ask::type_size, "0"), "struct mm");
}

TEST(Core, PathsThatLeadNowhere) {
  auto refusal = [](const char* type, Ask ask, const char* access) {
    return told(asked({local(), type, ask, access}));
  };
  for (const char* access : {"", ":", "0:", ":0", "0::1", "0:x", "-1", "4294967296", "0 "})
    EXPECT_EQ(refusal("task", Ask::field_exists, access),
              "its path is '" + std::string(access) +
                  "'; a path is up to 64 numbers like 0:1:2, and only a field's has more than one");
  std::string deep = "0";
  for (int i = 0; i < 64; ++i) deep += ":0";
  EXPECT_TRUE(refusal("task", Ask::field_exists, deep.c_str()).starts_with("its path is '0:0:0"));
  EXPECT_TRUE(refusal("task", Ask::type_exists, "1").starts_with("its path is '1'"));
  EXPECT_TRUE(refusal("state", Ask::enumval_value, "0:0").starts_with("its path is '0:0'"));
  EXPECT_EQ(refusal("task", Ask::field_exists, "0:9"), "its path leads to number 9 of struct task, which has 5");
  EXPECT_EQ(refusal("task", Ask::field_exists, "0:1:0:4"), "its path leads to number 4 of long[4], which has 4");
  EXPECT_EQ(refusal("state", Ask::enumval_value, "2"), "its path leads to number 2 of enum state, which has 2");
  EXPECT_EQ(refusal("task", Ask::field_exists, "0:0:0"),
            "its path leads to number 0 of int, which has no parts of the sort it asks for");
  EXPECT_EQ(refusal("task", Ask::enumval_value, "0"),
            "its path leads to number 0 of struct task, which has no parts of the sort it asks for");
  EXPECT_EQ(refusal("task", static_cast<Ask>(13), "0"), "a CO-RE relocation of kind 13; kinds 0 to 12 are known");
}

TEST(Core, TypesWithoutNamesAreNotFound) {
  auto btf = compiled("struct { int a; } it; int (*f)(int);");
  const Type anonymous = btf->resolve(btf->type(*btf->find("it")).size_or_type);
  auto spec = *spec_of(*btf, {.insn_off = 0, .type = anonymous.id, .access = "0", .kind = 9});
  EXPECT_TRUE(candidates(spec, {.btf = btf}).empty());
  EXPECT_EQ(told(decide(spec, {})),
            "type_size of a struct without a name; types of the target are found by name. give it a name or a typedef");
}

TEST(Core, SaysWhatTheTargetHasInstead) {
  auto target = compiled(R"(
    enum state { RUNING, PARKED };
    struct mm { long pgd[2]; };
    struct task { int pidd; struct { struct mm mm; union { int cpus; }; }; float low; };
    struct list { int tail, middle; };
    enum state state; struct task task; struct list list;
  )");
  auto missing = [&](const char* type, Ask ask, const char* access) {
    return decision_of({local(), type, ask, access}, {.btf = target})->missing;
  };
  EXPECT_EQ(missing("task", Ask::field_byte_offset, "0:0"),
            "the target's struct task has no member 'pid'; did you mean pidd?");
  EXPECT_EQ(missing("task", Ask::field_byte_offset, "0:2:0"),
            "the target's struct task has no member 'cpu'; did you mean cpus?");
  EXPECT_EQ(missing("list", Ask::field_byte_offset, "0:0"),
            "the target's struct list has no member 'head'; it has tail, middle");
  EXPECT_EQ(missing("task", Ask::field_byte_offset, "0:1:0:3"), "the target's long[2] has no element 3");
  EXPECT_EQ(missing("task", Ask::field_byte_offset, "0:3"), "member 'low' is float in the target, unsigned int here");
  EXPECT_EQ(missing("state", Ask::enumval_value, "0"),
            "the target's enum state has no 'RUNNING'; did you mean RUNING?");
  EXPECT_EQ(decision_of({local(), "mm", Ask::field_byte_size, "0:0"}, {.btf = compiled("int a;")})->missing,
            "the target has no struct mm");
}

TEST(Core, AmbiguityNamesBoth) {
  auto target = compiled("struct list { int a, head; }; struct list___2 { int head; } two; struct list one;");
  EXPECT_TRUE(told(decision_of({local(), "list", Ask::field_byte_offset, "0:0"}, {.btf = target}))
                  .starts_with("several types of the target may be struct list.head and they differ in "
                               "field_byte_offset: it is "));
}

TEST(Core, ModulesAreAskedOnlyForWhatTheKernelLacks) {
  auto kernel = compiled("struct task { long x; int pid; } t;");
  auto module = compiled("struct task { int pid; } t; struct list { int a, b, head; } l;");
  const Target target{.btf = kernel, .modules = [&] { return std::vector{module}; }};
  EXPECT_EQ(decision_of({local(), "task", Ask::field_byte_offset, "0:0"}, target)->value, 8u);
  EXPECT_EQ(decision_of({local(), "list", Ask::field_byte_offset, "0:0"}, target)->value, 8u);
}

TEST(Core, AModuleAddsItsOwnTypesToTheKernels) {
  auto kernel = compiled("struct mm { long x; long pgd[4]; } m;");
  Writer w(kernel);
  const TypeId number = w.integer(
      "int", {.size_bytes = 4, .bits = 32, .offset = 0, .is_signed = true, .is_char = false, .is_bool = false});
  const Member members[] = {{.name = "kept", .type = *kernel->find("mm"), .bit_offset = 0, .bitfield_bits = 0},
                            {.name = "head", .type = number, .bit_offset = 320, .bitfield_bits = 0}};
  w.record(Kind::struct_, "list", 48, members);
  auto module = *parse(w.bytes(), kernel);
  const Target target{.btf = kernel, .modules = [&] { return std::vector{module}; }};
  EXPECT_EQ(decision_of({local(), "list", Ask::field_byte_offset, "0:0"}, target)->value, 40u);
  EXPECT_EQ(decision_of({local(), "list", Ask::type_id_target, "0"}, target)->value, module->count() - 1);
  EXPECT_EQ(candidates(*asked({local(), "mm", Ask::type_size, "0"}), {.btf = kernel, .modules = target.modules}).size(),
            1u);
  EXPECT_TRUE(
      candidates(*asked({local(), "mm", Ask::type_size, "0"}), {.btf = compiled("int a;"), .modules = target.modules})
          .empty())
      << "what a module shares with its kernel is not the module's";
}

// In a load of a big-endian machine the first bit of a bit-field is the highest.
TEST(Core, ShiftsOfBothByteOrders) {
  auto shift = [](const char* access, std::endian order) {
    return decision_of({local(), "task", Ask::field_lshift_u64, access}, {.btf = local(), .order = order})->value;
  };
  EXPECT_EQ(shift("0:3", std::endian::little), 61u);
  EXPECT_EQ(shift("0:4", std::endian::little), 52u);
  EXPECT_EQ(shift("0:3", std::endian::big), 32u);
  EXPECT_EQ(shift("0:4", std::endian::big), 35u);
  EXPECT_EQ(shift("0:0", std::endian::big), 32u);
}

}  // namespace
}  // namespace skep::btf::core
