// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <set>

#include "isa/op.hpp"
#include "isa/semantics.hpp"

namespace skep::isa {
namespace {

TEST(Decode, IsTheInverseOfEncodeForEveryRow) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(Op::ld_imm64_high); ++i) {
    Op op = static_cast<Op>(i);
    EXPECT_EQ(row(decode(encode(op))).name, row(op).name);
  }
}

TEST(Decode, ReadsWhatHidesInOffAndImm) {
  EXPECT_EQ(decode(make_insn(0x3f, 1, 2, 1, 0)), Op::sdiv64_reg);
  EXPECT_EQ(decode(make_insn(0x3f, 1, 2, 2, 0)), Op::reserved);
  EXPECT_EQ(decode(make_insn(0xbf, 1, 2, 8, 0)), Op::movsx64_8);
  EXPECT_EQ(decode(make_insn(0xbc, 1, 2, 32, 0)), Op::reserved);  // there is no 32-bit move from s32
  EXPECT_EQ(decode(make_insn(0xdb, 1, 2, 0, 0xf1)), Op::cmpxchg64);
  EXPECT_EQ(decode(make_insn(0xd3, 1, 2, 0, 0x100)), Op::load_acquire8);
  EXPECT_EQ(decode(make_insn(0xd3, 1, 2, 0, 0)), Op::reserved);
  EXPECT_EQ(decode(make_insn(0x85, 0, 3, 0, 0)), Op::reserved);
  EXPECT_EQ(decode(make_insn(0x8d, 0, 0, 0, 0)), Op::unknown);
  EXPECT_EQ(decode(make_insn(0x00, 0, 0, 0, 0)), Op::unknown);
}

TEST(Decode, FieldsThatSelectNothingDoNotInfluenceIt) {
  EXPECT_EQ(decode(make_insn(0x0f, 1, 2, 77, 99)), Op::add64_reg);
  EXPECT_EQ(decode(make_insn(0x95, 9, 9, 9, 9)), Op::exit);
  EXPECT_EQ(decode(make_insn(0xb7, 1, 9, 8, 9)), Op::mov64_imm);
}

TEST(Decode, KnowsEveryOpcodeByteOfTheTableAndTheStandardIsWhole) {
  std::set<uint8_t> standard, all;
  for (const Row& r : rows) {
    if (r.shape == Shape::none) continue;
    all.insert(r.code);
    if (r.group != Group::linux_) standard.insert(r.code);
  }
  for (int code = 0; code < 256; ++code) {
    const auto byte = static_cast<uint8_t>(code);
    EXPECT_EQ(decode(make_insn(byte, 0, 0, 0, 0)) != Op::unknown, all.contains(byte)) << code;
  }
  // 12 binary ALU operations × 4, NEG × 2, END × 3, 11 compares × 4, JA × 2, CALL, EXIT, LD_IMM64,
  // LDX × 7, ST × 4, STX × 4, ATOMIC × 2, ABS and IND × 3.
  EXPECT_EQ(standard.size(), 12u * 4 + 2 + 3 + 44 + 2 + 3 + 7 + 4 + 4 + 2 + 6);
}

}  // namespace
}  // namespace skep::isa
