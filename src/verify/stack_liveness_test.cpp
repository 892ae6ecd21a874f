// SPDX-License-Identifier: Apache-2.0
// What the table of live slots answers, told a walk step by step. That Linux answers the same is asked in
// stack_liveness_kernel_test.cpp.
#include "verify/stack_liveness.hpp"

#include <gtest/gtest.h>

#include "isa/assemble.hpp"

namespace skep::verify {
namespace {

class Walked : public testing::Test {
 protected:
  void program(std::string_view text) {
    prog_.type = facts::ProgType::socket_filter;
    prog_.insns = isa::assemble(text)->insns;
    flow_ = *analyse({.module = none_, .prog = prog_, .target = {}});
    live_ = std::make_unique<StackLiveness>(prog_.insns, flow_);
  }
  template <class F>
  void walk(const CallChain& chain, uint32_t insn, F what) {
    if (!live_->stands()) live_->stand(chain);
    live_->begin(insn);
    what(*live_);
    live_->commit();
  }
  SlotSet alive(const CallChain& chain, uint32_t insn, unsigned frame) { return live_->alive(chain, insn)[frame]; }

  static CallChain called(uint32_t from, uint32_t subprog) {
    CallChain chain;
    chain.top = 1;
    chain.calls[1] = {.callsite = from, .subprog = subprog};
    return chain;
  }
  static constexpr auto nothing = [](StackLiveness&) {};

  module::Module none_;
  module::ProgDef prog_;
  Flow flow_;
  std::unique_ptr<StackLiveness> live_;
  const CallChain main_;
};

TEST_F(Walked, ASlotIsAliveFromItsWriteToItsLastRead) {
  program("r0 = 0; *(u64 *)(r10 - 8) = 1; r0 = 0; r0 = *(u64 *)(r10 - 8); exit");
  walk(main_, 0, nothing);
  walk(main_, 1, [](auto& l) { l.write(0, 1); });
  walk(main_, 2, nothing);
  walk(main_, 3, [](auto& l) { l.read(0, 1); });
  walk(main_, 4, nothing);
  EXPECT_EQ(alive(main_, 3, 0), 0u);  // nothing is known before the path has ended
  live_->update(main_);
  const SlotSet expected[] = {0, 0, 1, 1, 0};
  for (uint32_t i = 0; i < 5; ++i) EXPECT_EQ(alive(main_, i, 0), expected[i]) << i;
}

TEST_F(Walked, WhatOneVisitDoesNotWriteStaysAliveAbove) {
  program("*(u64 *)(r10 - 8) = 1; r0 = *(u64 *)(r10 - 8); exit");
  for (SlotSet written : {SlotSet{3}, SlotSet{2}}) {
    walk(main_, 0, [&](auto& l) { l.write(0, written); });
    walk(main_, 1, [](auto& l) { l.read(0, 1); });
    live_->update(main_);
  }
  EXPECT_EQ(alive(main_, 0, 0), 1u);
  EXPECT_EQ(live_->masks(main_, 0, 0).written, 2u);
}

TEST_F(Walked, ACallDoesToItsCallerWhatItsFunctionDoes) {
  program("call pc+2; r0 = 0; exit; r0 = *(u64 *)(r1 - 16); *(u64 *)(r1 - 8) = 0; exit");
  const CallChain callee = called(0, 1);
  walk(main_, 0, [](auto& l) { l.leave(); });
  walk(callee, 3, [](auto& l) { l.read(0, 2); });
  walk(callee, 4, [](auto& l) { l.write(0, 1); });
  live_->update(callee);
  EXPECT_EQ(alive(main_, 0, 0), 2u);
  EXPECT_EQ(live_->masks(main_, 0, 0).must_write, 1u);
  EXPECT_EQ(alive(main_, 1, 0), 0u);
  EXPECT_EQ(alive(callee, 3, 0), 2u);
  EXPECT_EQ(alive(callee, 4, 0), 0u);
}

TEST_F(Walked, ACallersSlotReadAfterTheCallIsAliveInTheCallee) {
  program("call pc+2; r0 = *(u64 *)(r10 - 8); exit; r0 = 0; exit");
  const CallChain callee = called(0, 1);
  walk(callee, 3, nothing);
  live_->update(callee);
  walk(main_, 1, [](auto& l) { l.read(0, 1); });
  live_->update(main_);
  EXPECT_EQ(alive(callee, 3, 0), 1u);
  EXPECT_EQ(alive(called(0, 1), 4, 0), 1u);
}

TEST_F(Walked, LoopsKeepAliveWhatTheyReadInTheNextRound) {
  program("r0 = *(u64 *)(r10 - 8); if r0 == 0 goto +2; *(u64 *)(r10 - 16) = 0; goto -4; exit");
  walk(main_, 0, [](auto& l) { l.read(0, 1); });
  walk(main_, 1, nothing);
  walk(main_, 2, [](auto& l) { l.write(0, 2); });
  live_->update(main_);
  EXPECT_EQ(alive(main_, 3, 0), 1u);
  EXPECT_EQ(alive(main_, 2, 0), 1u);
  EXPECT_EQ(alive(main_, 4, 0), 0u);
}

}  // namespace
}  // namespace skep::verify
