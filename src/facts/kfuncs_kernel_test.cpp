// SPDX-License-Identifier: Apache-2.0
// The rows of kfuncs, graded by the kernel of this machine, for the kfuncs that it was built with: which there are, who
// may call them, and those flags that the verifier's words tell apart.
#include <set>

#include "facts/calls.hpp"
#include "facts/kfuncs.hpp"

namespace skep::facts {
namespace {

// Functions that BTF tags so.
std::set<std::string_view> tagged(std::string_view tag) {
  const btf::Btf& k = kernel().vmlinux();
  std::set<std::string_view> names;
  for (btf::TypeId id = 1; id < k.count(); ++id)
    if (btf::Type t = k.type(id); t.kind == btf::Kind::decl_tag && t.name == tag)
      names.insert(k.type(t.size_or_type).name);
  return names;
}

class KfuncCalls : public testing::Test {
 protected:
  void SetUp() override {
    if (!kernel().loads({.type = ProgType::xdp})) GTEST_SKIP() << "bpf(2) cannot load an empty XDP program";
    there_ = tagged("bpf_kfunc");
  }
  // Of Linux's own tests, which programs may be attached to, not call.
  static bool is_for_tests(std::string_view name) {
    return name == "bpf_fentry_test1" || name.starts_with("bpf_modify_return_test");
  }
  bool has(const Kfunc& k) const { return there_.contains(k.name); }
  std::set<std::string_view> there_;
};

// A call with null in every argument.
Answer ask_null(const Kfunc& k, const Where& at, unsigned level = 1) {
  return kernel().ask(at, fmt::format("r1 = 0; r2 = 0; r3 = 0; r4 = 0; r5 = 0; call {}; r9 = r0; r0 = 0; exit", k.name),
                      "GPL", level);
}

// One place of every program type, and those that matter besides.
std::vector<Where> every_place() {
  std::vector<Where> all = places_here();
  for (const ProgTypeRow& r : prog_types)
    for (const AttachTypeRow& a : attach_types)
      if (kernel().loads({.type = r.id, .attach = a.id})) {
        all.push_back({.type = r.id, .attach = a.id});
        break;
      }
  all.push_back({.type = ProgType::kprobe, .attach = AttachType::trace_kprobe_session});
  all.push_back({.type = ProgType::kprobe, .attach = AttachType::trace_uprobe_session});
  all.push_back({.type = ProgType::struct_ops, .target = "bpf_dummy_ops"});
  std::erase_if(all, [](const Where& at) { return !kernel().loads(at); });
  return all;
}

TEST_F(KfuncCalls, TheTableHasTheKernelsKfuncs) {
  for (std::string_view name : there_) EXPECT_TRUE(is_for_tests(name) || kfunc_by_name(name) != nullptr) << name;
  EXPECT_EQ(nullptr, kfunc_by_name("bpf_no_such_function"));
  for (const Kfunc& k : kfuncs()) EXPECT_EQ(&k, kfunc_by_name(k.name));
  unsigned here = 0;
  for (const Kfunc& k : kfuncs()) here += has(k);
  std::printf("%u of %zu kfuncs are in this kernel\n", here, kfuncs().size());
  EXPECT_GE(here, 190U);
}

TEST_F(KfuncCalls, AreAllowedWhereTheTableSays) {
  unsigned asked = 0;
  for (const Where& at : every_place())
    for (const Kfunc& k : kfuncs()) {
      if (!has(k)) continue;
      Answer said = ask_null(k, at);
      EXPECT_EQ(may_call(k, at.type, at.attach, at.target), !said.has("is not allowed\n"))
          << k.name << " in " << at.name() << ": " << said.last();
      ++asked;
    }
  std::printf("%u pairs of kfunc and place\n", asked);
}

TEST_F(KfuncCalls, SleepWhereTheirFlagsSay) {
  for (const Where& at : places_here())
    for (const Kfunc& k : kfuncs()) {
      if (!has(k) || !may_call(k, at.type, at.attach, at.target)) continue;
      bool refused = ask_null(k, at).has("program must be sleepable to call sleepable kfunc");
      EXPECT_EQ(k.is(KfuncFlag::sleepable) && at.flags == 0, refused) << k.name << " in " << at.name();
    }
}

// The flags that null arguments tell apart: who wants pointers that are trusted, who wants an iterator.
TEST_F(KfuncCalls, RefuseNullWhereTheirFlagsSay) {
  using enum KfuncFlag;
  unsigned asked = 0;
  for (const Kfunc& k : kfuncs())
    for (const Where& at : places_here()) {
      if (!has(k) || !may_call(k, at.type, at.attach, at.target)) continue;
      Answer said = ask_null(k, at, 2);
      if (said.has("must be sleepable") || k.rare.rule == KfuncRule::xdp_metadata) continue;  // asked first
      bool trusts = k.is(trusted_args) || k.is(release) || k.is(rcu);
      bool iterates = k.is(iter_new) || k.is(iter_next) || k.is(iter_destroy);
      EXPECT_EQ(trusts, said.has("Possibly NULL pointer passed to trusted arg")) << k.name << ": " << said.last();
      EXPECT_TRUE(trusts || iterates == said.has("an iterator on stack")) << k.name << ": " << said.last();
      if (said.has("R9=")) {  // the call itself is fine
        EXPECT_EQ(k.is(acquire), said.has("reference leak")) << k.name;
        EXPECT_EQ(k.is(ret_null), said.has("_or_null")) << k.name;
      }
      ++asked;
      break;
    }
  std::printf("the flags of %u kfuncs\n", asked);
}

TEST_F(KfuncCalls, AreFastWhereBtfSaysSo) {
  std::set<std::string_view> fast = tagged("bpf_fastcall");
  for (const Kfunc& k : kfuncs()) EXPECT_TRUE(!has(k) || k.is(KfuncFlag::fastcall) == fast.contains(k.name)) << k.name;
}

}  // namespace
}  // namespace skep::facts
