// SPDX-License-Identifier: Apache-2.0
// The sets of functions, graded by a kernel that has LSM programs and trampolines; where it has not, nothing is asked
// and the test says so.
#include "facts/calls.hpp"
#include "facts/functions.hpp"

namespace skep::facts {
namespace {

TEST(Functions, LsmHooksSleepAndAreOpenAsTheSetsSay) {
  if (!kernel().loads({.type = ProgType::lsm, .attach = AttachType::lsm_mac, .target = "bpf_lsm_file_open"})) {
    std::printf("not asked: this machine loads no LSM programs\n");
    return;
  }
  unsigned asked = 0;
  const btf::Btf& k = kernel().vmlinux();
  for (btf::TypeId id = 1; id < k.count(); ++id) {
    btf::Type t = k.type(id);
    if (t.kind != btf::Kind::func || !t.name.starts_with("bpf_lsm_") || k.find(t.name) != id) continue;
    Where awake{.type = ProgType::lsm, .attach = AttachType::lsm_mac, .target = t.name}, asleep = awake;
    asleep.flags = prog_flag::sleepable;
    Answer a = kernel().ask(awake, "r0 = 0; exit");
    if (a.has("points to wrong type name")) continue;  // a function that is called so and is no hook
    bool disabled = has_word(disabled_lsm_hooks, t.name);
    EXPECT_EQ(disabled, a.error != 0) << t.name << ": " << a.last();
    bool may_sleep = kernel().ask(asleep, "r0 = 0; exit").error == 0;
    EXPECT_EQ(has_word(sleepable_lsm_hooks, t.name) && !disabled, may_sleep) << t.name;
    ++asked;
  }
  std::printf("%u LSM hooks\n", asked);
}

TEST(Functions, NoReturnNoFexit) {
  Where fexit{.type = ProgType::tracing, .attach = AttachType::trace_fexit, .target = "bpf_fentry_test1"};
  if (!kernel().loads(fexit)) {
    std::printf("not asked: this machine loads no fexit programs\n");
    return;
  }
  for (std::string_view name : {"do_exit", "make_task_dead", "vfs_getattr", "filp_close"}) {
    fexit.target = name;
    EXPECT_EQ(has_word(noreturn_functions, name), !kernel().loads(fexit)) << name;
  }
}

TEST(Functions, WordsAreFoundWhole) {
  static_assert(has_word("one two", "one") && has_word("one two", "two") && !has_word("one two", "tw"));
  static_assert(!has_word("", "one") && !has_word("one", ""));
  static_assert(has_word(sleepable_lsm_hooks, "bpf_lsm_file_open") && !has_word(sleepable_lsm_hooks, "bpf_lsm_file"));
}

}  // namespace
}  // namespace skep::facts
