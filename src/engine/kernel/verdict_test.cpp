// SPDX-License-Identifier: Apache-2.0
// Logs as kernels have written them, and what is read in them.
#include "engine/kernel/verdict.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace skep::kernel {
namespace {

// 6.18.44, log level 5.
constexpr const char* refused = R"(Live regs before insn:
      0: .1........ (bf) r0 = r1
0: R1=ctx() R10=fp0
0: (bf) r0 = r1                       ; R0=ctx() R1=ctx()
1: (95) exit
R0 leaks addr as return value
verification time 42 usec
stack depth 8+16
processed 2 insns (limit 1000000) max_states_per_insn 1 total_states 4 peak_states 3 mark_read 0
)";

TEST(Verdict, OfTheVerifier) {
  const Verdict v = verdict_of(-EACCES, refused);
  EXPECT_EQ(v.outcome, Outcome::rejected);
  EXPECT_EQ(v.message, "R0 leaks addr as return value");
  EXPECT_EQ(v.insn, 1u);
  EXPECT_EQ(
      v.effort,
      (Effort{
          .processed = 2, .states = 4, .peak_states = 3, .max_states_per_insn = 1, .stack_depth = 24, .time_us = 42}));
  EXPECT_EQ(v.log, refused);
}

TEST(Verdict, NamesTheInstructionThatTheReasonNames) {
  EXPECT_EQ(verdict_of(-EINVAL, "0: (05) goto pc+7\njump out of range from insn 3 to 12\n").insn, 3u);
  EXPECT_EQ(verdict_of(-EINVAL, "5: (95) exit\nUnreleased reference id=2 alloc_insn=3\n").insn, 5u);
  EXPECT_EQ(verdict_of(-EINVAL, "unknown opcode ff\nprocessed 0 insns (limit 1000000) total_states 0\n").insn,
            std::nullopt);
  const Verdict loop =
      verdict_of(-EINVAL, "1: (05) goto pc-2\ninfinite loop detected at insn 0\ncur state: R0=0\nold state: R0=0\n");
  EXPECT_EQ(loop.message, "infinite loop detected at insn 0");
  EXPECT_EQ(loop.insn, 0u);
  EXPECT_EQ(verdict_of(-E2BIG, "BPF program is too large. Processed 1000001 insn\n").insn, std::nullopt);
}

TEST(Verdict, WithoutAWord) {
  EXPECT_EQ(verdict_of(-EINVAL, "").outcome, Outcome::attr);
  EXPECT_EQ(verdict_of(-E2BIG, "").outcome, Outcome::attr);
  EXPECT_EQ(verdict_of(-EPERM, "").outcome, Outcome::unknown);
  EXPECT_EQ(verdict_of(-ENOMEM, "0: (95) exit\n").outcome, Outcome::unknown);
  EXPECT_EQ(verdict_of(-ENOMEM, "1: (e5) may_goto pc+0\nThe sequence of 8193 jumps is too complex.\n").outcome,
            Outcome::rejected);
  EXPECT_EQ(verdict_of(0, "").outcome, Outcome::accepted);
  EXPECT_EQ(verdict_of(0, "").effort, std::nullopt);
}

TEST(Verdict, ErrnosByName) {
  EXPECT_EQ(errno_name(-EINVAL), "EINVAL");
  EXPECT_EQ(errno_name(-524), "ENOTSUPP");
  EXPECT_EQ(errno_name(7777), "7777");
}

}  // namespace
}  // namespace skep::kernel
