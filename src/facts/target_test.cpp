// SPDX-License-Identifier: Apache-2.0
#include "facts/target.hpp"

#include <gtest/gtest.h>

#include <tuple>

namespace skep::facts {
namespace {

std::string refused(std::string_view name) {
  auto t = target_by_name(name);
  return t ? "accepted " + t->name() : t.error().text();
}

TEST(Target, NamesArePrintedResolved) {
  EXPECT_EQ("linux-6.18.44", Target().name());
  EXPECT_EQ("linux-6.18.44", target_by_name("linux-6.18")->name());
  EXPECT_EQ("linux-6.18.15", target_by_name("linux-6.18.15")->name());
  EXPECT_EQ("linux-6.18.44+caps=bpf,net_admin", target_by_name("linux-6.18+caps=net_admin,bpf")->name());
  EXPECT_EQ("linux-6.18.44+caps=none", target_by_name("linux-6.18+caps=none")->name());
  EXPECT_EQ("linux-6.18.44", target_by_name("linux-6.18.44+caps=all")->name());
}

TEST(Target, EveryNameItPrintsIsOneItTakes) {
  for (unsigned bits = 0; bits < 16; ++bits) {
    Caps caps = Caps::none();
    for (Cap c : {Cap::bpf, Cap::net_admin, Cap::perfmon, Cap::sys_admin})
      if (bits >> static_cast<unsigned>(c) & 1) caps = caps.with(c);
    for (Jit jit : {Jit::on, Jit::off})
      for (Mitigations mitigations : {Mitigations::on, Mitigations::off}) {
        Target t(3, caps, jit, mitigations);
        auto again = target_by_name(t.name());
        EXPECT_EQ(t.name(), again->name());
        EXPECT_EQ(std::tuple(caps, jit, mitigations), std::tuple(again->caps(), again->jit(), again->mitigations()));
      }
  }
}

TEST(Target, WhatDoesNotExistIsRefused) {
  for (auto name :
       {"", "linux", "linux-5.10", "linux-6.180", "linux-6.18.45", "linux-6.18.", "linux-6.18.4x", "linux-6.18-4"})
    EXPECT_TRUE(refused(name).starts_with("no target '" + std::string(name) + "' is known")) << refused(name);
  for (auto name : {"linux-6.18+jit", "linux-6.18+", "linux-6.18+nojit+", "linux-6.18+mitigations=on"})
    EXPECT_TRUE(refused(name).starts_with("a target has no option '")) << refused(name);
  EXPECT_EQ(
      "target 'linux-6.18+caps=root': 'root' is no capability that matters to BPF; there are bpf, net_admin, perfmon, "
      "sys_admin. write caps=bpf,net_admin, caps=all or caps=none",
      refused("linux-6.18+caps=root"));
  EXPECT_TRUE(refused("linux-6.18+caps=bpf,").find("'' is no capability") != std::string::npos);
}

TEST(Target, PrivilegesDecideAboutUninitialisedStack) {
  EXPECT_TRUE(Target().uninit_stack_readable());
  EXPECT_FALSE(target_by_name("linux-6.18+caps=bpf,net_admin")->uninit_stack_readable());
  EXPECT_TRUE(target_by_name("linux-6.18+caps=bpf,perfmon")->uninit_stack_readable());
}

TEST(Target, TheFiveSwitchesFollowFromCapabilitiesAndMitigations) {
  auto switches = [](std::string_view name) {
    const Privileges p = target_by_name(name)->privileges();
    return std::string{p.bpf_capable ? 'b' : '-', p.allow_ptr_leaks ? 'p' : '-', p.allow_uninit_stack ? 'u' : '-',
                       p.bypass_spec_v1 ? '1' : '-', p.bypass_spec_v4 ? '4' : '-'};
  };
  EXPECT_EQ("bpu14", switches("linux-6.18"));
  EXPECT_EQ("bpu14", switches("linux-6.18+caps=sys_admin"));
  EXPECT_EQ("b----", switches("linux-6.18+caps=bpf,net_admin"));
  EXPECT_EQ("b--14", switches("linux-6.18+caps=bpf+mitigations=off"));
  EXPECT_EQ("-pu14", switches("linux-6.18+caps=perfmon"));
  EXPECT_EQ("-----", switches("linux-6.18+caps=none"));
}

TEST(Target, LimitsFollowFromJitAndCapabilities) {
  EXPECT_EQ(16U, Target().limits().stack_rounding);
  EXPECT_EQ(32U, target_by_name("linux-6.18+nojit")->limits().stack_rounding);
  EXPECT_EQ(1'000'000U, Target().limits().program_insns);
  EXPECT_EQ(4096U, target_by_name("linux-6.18+caps=net_admin")->limits().program_insns);
  EXPECT_EQ(64U, target_by_name("linux-6.18+caps=none")->limits().states_per_insn);
}

TEST(Target, HasWhatItsVersionHas) {
  EXPECT_EQ(Support::yes, Target().has(Feature::load_acquire));
  EXPECT_EQ(Support::no, Target().has(Feature::insn_array));
  EXPECT_EQ(33U, Target().limits().tail_calls);
  EXPECT_EQ(8U, Target().limits().frames);
  EXPECT_EQ("tail_call", Target().helper(12)->name);
}

}  // namespace
}  // namespace skep::facts
