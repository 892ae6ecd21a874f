// SPDX-License-Identifier: Apache-2.0
#include "isa/check.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "isa/op.hpp"

namespace skep::isa {
namespace {

std::string said(const Result<void>& answer) { return answer ? "fine" : answer.error().text(); }
std::string said_of(uint8_t code, uint8_t dst, uint8_t src, int16_t off, int32_t imm) {
  return said(check(make_insn(code, dst, src, off, imm)));
}

TEST(Check, NamesTheOpcodeThatIsUnknown) {
  EXPECT_EQ(said_of(0x8d, 0, 0, 0, 0), "no operation has opcode 0x8d");
  EXPECT_EQ(said_of(0x00, 0, 0, 0, 0), "no operation has opcode 0x00");
}

TEST(Check, SaysWhichSelectionsExist) {
  EXPECT_EQ(said_of(0x85, 0, 3, 0, 1), "src is 3, which selects no operation of opcode 0x85; 0, 1 or 2 would");
  EXPECT_EQ(said_of(0x3f, 1, 2, 2, 0), "off is 2, which selects no operation of opcode 0x3f; 0 or 1 would");
  EXPECT_EQ(said_of(0xbf, 1, 2, 1, 9), "imm is 9, which selects no operation of opcode 0xbf; 65536 or 1 would");
  EXPECT_EQ(said_of(0xbf, 1, 2, 9, 0), "off is 9, which selects no operation of opcode 0xbf; 0, 8, 16, 32 or 1 would");
  EXPECT_EQ(said_of(0xd3, 1, 2, 0, 0), "imm is 0, which selects no operation of opcode 0xd3; 256 or 272 would");
  EXPECT_EQ(said_of(0xe5, 0, 1, 0, 0), "src is 1, which selects no operation of opcode 0xe5; 0 would");
}

TEST(Check, NamesTheFieldThatMustBeZero) {
  EXPECT_EQ(said_of(0x95, 0, 0, 0, 7), "imm is 7; exit does not use it, so it must be 0");
  EXPECT_EQ(said_of(0x0f, 1, 2, -1, 0), "off is -1; add64_reg does not use it, so it must be 0");
  EXPECT_EQ(said_of(0x07, 1, 12, 0, 0), "src is 12; add64_imm does not use it, so it must be 0");
  EXPECT_EQ(said_of(0x05, 1, 0, 0, 0), "dst is 1; ja does not use it, so it must be 0");
}

TEST(Check, NamesTheRegisterThatDoesNotExist) {
  EXPECT_EQ(said_of(0x0f, 11, 2, 0, 0), "dst is r11; registers are r0 to r10");
  EXPECT_EQ(said_of(0x0f, 1, 15, 0, 0), "src is r15; registers are r0 to r10");
}

TEST(Check, LeavesToTheVerifierWhatTheStandardDefines) {
  EXPECT_EQ(said_of(0x37, 1, 0, 0, 0), "fine");        // division by zero
  EXPECT_EQ(said_of(0x67, 1, 0, 0, 99), "fine");       // a shift by 99
  EXPECT_EQ(said_of(0xb7, 10, 0, 0, 0), "fine");       // writing r10
  EXPECT_EQ(said_of(0x05, 0, 0, -32768, 0), "fine");   // a jump to nowhere
  EXPECT_EQ(said_of(0x85, 0, 0, 0, 999'999), "fine");  // a helper nobody has
}

TEST(Check, WantsABlankSecondHalf) {
  const Insn imm = encode(Op::ld_imm64), map = encode(Op::ld_map_fd), value = encode(Op::ld_map_value);
  EXPECT_EQ(said(check_high(imm, make_insn(0, 0, 0, 0, 5))), "fine");
  EXPECT_EQ(said(check_high(value, make_insn(0, 0, 0, 0, 5))), "fine");
  EXPECT_EQ(said(check_high(map, make_insn(0, 0, 0, 0, 5))), "imm of the second half is 5; ld_map_fd wants 0 there");
  EXPECT_EQ(said(check_high(encode(Op::ld_func), make_insn(0, 0, 0, 0, 1))),
            "imm of the second half is 1; ld_func wants 0 there");
  EXPECT_EQ(said(check_high(imm, make_insn(0x95, 0, 0, 0, 0))),
            "the opcode of the second half is 149; ld_imm64 wants 0 there");
  EXPECT_EQ(said(check_high(imm, make_insn(0, 1, 0, 0, 0))), "dst of the second half is 1; ld_imm64 wants 0 there");
  EXPECT_EQ(said(check_high(imm, make_insn(0, 0, 2, 0, 0))), "src of the second half is 2; ld_imm64 wants 0 there");
  EXPECT_EQ(said(check_high(imm, make_insn(0, 0, 0, 3, 0))), "off of the second half is 3; ld_imm64 wants 0 there");
}

TEST(Check, OfAProgramSaysWhere) {
  const Insn imm = encode(Op::ld_imm64), exit = encode(Op::exit);
  EXPECT_EQ(said(check(std::vector{imm, Insn{}, exit})), "fine");
  EXPECT_EQ(said(check(std::vector{exit, imm})), "insn 1: the program ends inside ld_imm64, which takes two slots");
  EXPECT_EQ(said(check(std::vector{exit, imm, exit})),
            "insn 2: the opcode of the second half is 149; ld_imm64 wants 0 there");
  EXPECT_EQ(said(check(std::vector{exit, Insn{}})), "insn 1: no operation has opcode 0x00");
}

}  // namespace
}  // namespace skep::isa
