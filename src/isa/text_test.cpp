// SPDX-License-Identifier: Apache-2.0
// Printing and assembling are inverse: over every row and its edges, over random bytes, over a million clean
// instructions.
#include <gtest/gtest.h>

#include <random>

#include "base/sanitized.hpp"
#include "isa/assemble.hpp"
#include "isa/check.hpp"
#include "isa/op.hpp"
#include "isa/print.hpp"

namespace skep::isa {
namespace {

constexpr std::size_t instructions = static_cast<std::size_t>(Op::ld_imm64_high);

constexpr std::size_t slower = sanitized ? 20 : 1;

// Every text of `program` assembles to it again.
void expect_round_trip(const std::vector<Insn>& program) {
  const std::string text = print_program(program);
  auto again = assemble(text);
  ASSERT_TRUE(again) << again.error().text() << "\n" << text.substr(0, 2000);
  ASSERT_EQ(again->insns.size(), program.size());
  for (std::size_t pc = 0; pc < program.size(); ++pc)
    ASSERT_EQ(again->insns[pc], program[pc]) << "insn " << pc << ": " << print(program, pc);
}

std::vector<uint8_t> registers(FieldRule f) {
  if (f.use == Use::selects) return {static_cast<uint8_t>(f.value)};
  if (f.use == Use::no) return {0};
  return {0, 1, 5, 9, 10};
}
std::vector<int16_t> offsets(FieldRule f) {
  if (f.use == Use::selects) return {static_cast<int16_t>(f.value)};
  if (f.use == Use::no) return {0};
  return {0, 1, -1, 5, 255, 256, -256, INT16_MAX, INT16_MIN};
}
std::vector<int32_t> immediates(FieldRule f) {
  if (f.use == Use::selects) return {f.value};
  if (f.use == Use::no) return {0};
  return {0, 1, -1, 9, 10, 0x100, 0x110, 65536, 0x7fff, -0x8000, INT32_MAX, INT32_MIN};
}
std::vector<int32_t> high_halves(const Insn& low) {
  std::vector<int32_t> fitting;
  for (int32_t v : {0, 1, -1, INT32_MAX, INT32_MIN})
    if (check_high(low, make_insn(0, 0, 0, 0, v))) fitting.push_back(v);
  return fitting;
}

TEST(Text, RoundTripsForEveryRowAndEveryEdge) {
  std::vector<Insn> program;
  for (std::size_t i = 0; i < instructions; ++i) {
    const Row& r = rows[i];
    for (uint8_t dst : registers(r.dst))
      for (uint8_t src : registers(r.src))
        for (int16_t off : offsets(r.off))
          for (int32_t imm : immediates(r.imm)) {
            const Insn insn = make_insn(r.code, dst, src, off, imm);
            ASSERT_EQ(row(decode(insn)).name, r.name);
            ASSERT_TRUE(check(insn)) << r.name << ": " << check(insn).error().text();
            if (!is_ld_imm64(insn)) {
              program.push_back(insn);
              continue;
            }
            for (int32_t high : high_halves(insn)) {
              program.push_back(insn);
              program.push_back(make_insn(0, 0, 0, 0, high));
            }
          }
  }
  EXPECT_EQ(print_program(program).find(".insn"), std::string::npos);
  expect_round_trip(program);
}

TEST(Text, RoundTripsForEveryFirstTwoBytes) {
  if (sanitized) GTEST_SKIP() << "the random bytes below are enough for a sanitizer";
  std::vector<Insn> program;
  for (int code = 0; code < 256; ++code)
    for (int regs = 0; regs < 256; ++regs)
      for (int32_t imm : {0, 1, 16})
        program.push_back(
            {.code = static_cast<uint8_t>(code), .regs = static_cast<uint8_t>(regs), .off = 0, .imm = imm});
  expect_round_trip(program);
}

TEST(Text, RoundTripsForRandomBytes) {
  std::mt19937_64 random(1);
  std::vector<Insn> program(200'000 / slower);
  for (Insn& insn : program) insn = std::bit_cast<Insn>(random());
  expect_round_trip(program);
}

TEST(Text, RoundTripsForAMillionCleanInstructions) {
  std::mt19937_64 random(2);
  auto value = [&](FieldRule f, int bits) -> int32_t {
    if (f.use == Use::selects) return f.value;
    if (f.use == Use::no) return 0;
    return static_cast<int32_t>(static_cast<int64_t>(random()) >> (64 - 1 - random() % static_cast<unsigned>(bits)));
  };
  auto reg = [&](FieldRule f) {
    if (f.use == Use::selects) return static_cast<uint8_t>(f.value);
    return f.use == Use::no ? uint8_t{0} : static_cast<uint8_t>(random() % register_count);
  };
  std::vector<Insn> program;
  for (std::size_t n = 0; n < 1'000'000 / slower; ++n) {
    const Row& r = rows[random() % instructions];
    program.push_back(
        make_insn(r.code, reg(r.dst), reg(r.src), static_cast<int16_t>(value(r.off, 16)), value(r.imm, 32)));
    if (!is_ld_imm64(program.back())) continue;
    const Insn high = make_insn(0, 0, 0, 0, static_cast<int32_t>(random()));
    program.push_back(check_high(program.back(), high) ? high : Insn{});
  }
  ASSERT_TRUE(check(program));
  expect_round_trip(program);
}

}  // namespace
}  // namespace skep::isa
