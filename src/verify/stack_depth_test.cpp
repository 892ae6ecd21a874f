// SPDX-License-Identifier: Apache-2.0
// Stack depths that need callbacks, tail calls or other targets; plain chains of calls are compared with the kernel's
// own count in stack_depth_kernel_test.cpp.
#include "verify/stack_depth.hpp"

#include <gtest/gtest.h>

#include "isa/assemble.hpp"

namespace skep::verify {
namespace {

using facts::ProgType;

class StackDepthTest : public testing::Test {
 protected:
  void program(std::string_view text, ProgType type = ProgType::socket_filter) {
    prog_.type = type;
    prog_.insns = isa::assemble(text)->insns;
    flow_ = *analyse({.module = none_, .prog = prog_, .target = {}});
    use_ = std::make_unique<FrameUse>(flow_);
  }
  void frames(std::initializer_list<uint32_t> bytes) {
    uint32_t s = 0;
    for (uint32_t b : bytes) use_->grow(s++, b);
  }
  std::string verdict(const facts::Target& target = {}) const {
    const auto depth = check_stack_depth({.module = none_, .prog = prog_, .target = target}, flow_, *use_);
    return depth ? "accepted" : depth.error().error.kernel();
  }

  module::Module none_;
  module::ProgDef prog_;
  Flow flow_;
  std::unique_ptr<FrameUse> use_;
};

constexpr std::string_view calls_one = "call pc+1; exit; exit";
constexpr std::string_view refers_to_one = "r2 = func[pc+3]; r0 = 0; exit; exit";

TEST_F(StackDepthTest, FramesAreRoundedByTheExecutor) {
  program(calls_one);
  frames({488, 8});
  EXPECT_EQ(verdict(), "accepted");  // 496 + 16
  const facts::Target interpreter(facts::Target::newest_patch, facts::Caps::all(), facts::Jit::off);
  EXPECT_EQ(verdict(interpreter), "combined stack size of 2 calls is 544. Too large");  // 512 + 32
  program(calls_one);
  frames({480, 0});
  EXPECT_EQ(verdict(interpreter), "accepted");  // an empty frame takes 32 bytes there
}

TEST_F(StackDepthTest, AFunctionReferenceCountsAsACallUnlessItRunsAlone) {
  program(refers_to_one);
  frames({264, 264});
  EXPECT_EQ(verdict(), "combined stack size of 2 calls is 544. Too large");
  use_->runs_as_callback(1, Callback::now);
  EXPECT_EQ(verdict(), "combined stack size of 2 calls is 544. Too large");
  use_->runs_as_callback(1, Callback::later);
  EXPECT_EQ(verdict(), "accepted");
  frames({0, 520});
  EXPECT_EQ(verdict(), "combined stack size of 1 calls is 528. Too large");
}

TEST_F(StackDepthTest, TailCallsLeaveRoomForThemselves) {
  program(calls_one);
  flow_.subprogs[1].tail_calls = true;
  frames({240, 8});
  EXPECT_EQ(verdict(), "accepted");
  frames({248, 8});
  EXPECT_EQ(verdict(), "tail_calls are not allowed when call stack of previous frames is 256 bytes. Too large");
}

TEST_F(StackDepthTest, PrivateStacks) {
  program(calls_one, ProgType::tracepoint);
  frames({512, 512});
  EXPECT_EQ(verdict(), "accepted");
  flow_.subprogs[0].tail_calls = true;
  EXPECT_EQ(verdict(), "combined stack size of 2 calls is 1024. Too large");
  program(calls_one, ProgType::xdp);
  frames({512, 8});
  EXPECT_EQ(verdict(), "combined stack size of 2 calls is 528. Too large");
}

TEST_F(StackDepthTest, WhatAlsoRunsAloneHasNoPrivateStack) {
  // 0 calls 1 and refers to 2, 2 calls 1.
  program("call pc+4; r2 = func[pc+4]; r0 = 0; exit; exit; call pc-2; exit", ProgType::tracepoint);
  ASSERT_EQ(flow_.subprogs.size(), 3u);
  use_->runs_as_callback(2, Callback::later);
  frames({32, 496, 0});
  EXPECT_EQ(verdict(), "combined stack size of 2 calls is 528. Too large");
}

TEST_F(StackDepthTest, ManyWaysDownAreCountedOnce) {
  std::string text;
  for (int f = 0; f < 8; ++f) {
    for (int n = 0; n < 250 && f < 7; ++n) text += "call pc+" + std::to_string(250 - n) + "; ";
    text += "exit; ";
  }
  program(text);  // 250^7 chains
  EXPECT_EQ(verdict(), "accepted");
}

}  // namespace
}  // namespace skep::verify
