// SPDX-License-Identifier: Apache-2.0
// What solve() gives makes every condition true; and it finds what is needed through each operation that programs use
// on the way from what they read to what they access.
#include "verify/formula.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "isa/semantics.hpp"

namespace skep::verify {
namespace {

using isa::Alu, isa::Cmp;

bool all_hold(const Formula& f, std::span<const Condition> conditions, const Inputs64& inputs) {
  Values values(f, conditions);
  values.compute(inputs);
  return std::ranges::all_of(conditions, [&](const Condition& c) { return values.holds(c); });
}

constexpr Alu two_operands[] = {Alu::add, Alu::sub, Alu::mul,  Alu::div, Alu::or_,  Alu::and_, Alu::lsh,
                                Alu::rsh, Alu::mod, Alu::xor_, Alu::mov, Alu::arsh, Alu::sdiv, Alu::smod};
constexpr Cmp comparisons[] = {Cmp::jeq,  Cmp::jgt, Cmp::jge, Cmp::jset, Cmp::jne, Cmp::jsgt,
                               Cmp::jsge, Cmp::jlt, Cmp::jle, Cmp::jslt, Cmp::jsle};

// A condition on op(input, c) that a known input meets: op, width, comparison, both outcomes.
TEST(Formula, OneOperationIsUndone) {
  Chance chance;
  unsigned asked = 0, solved = 0;
  for (const Alu op : two_operands)
    for (const unsigned bits : {32U, 64U})
      for (const Cmp cmp : comparisons)
        for (const bool holds : {true, false})
          for (const uint64_t c : {1ULL, 3ULL, 4ULL, 12ULL, 255ULL}) {
            const uint64_t x = chance.below(100'000);
            Formula f;
            const Node value = f.alu(op, bits, f.input(0, UINT64_MAX, 0), f.constant(c));
            const uint64_t reached = bits == 64 ? isa::eval(op, x, c) : isa::eval(op, uint32_t(x), uint32_t(c));
            const uint64_t other = cmp == Cmp::jeq || cmp == Cmp::jset ? reached : reached + (x & 1);
            if (isa::eval(cmp, reached, other) != holds) continue;
            const Condition condition{cmp, 64, value, f.constant(other), holds};
            const auto inputs = solve(f, std::span(&condition, 1), chance);
            ++asked;
            solved += inputs.has_value();
            EXPECT_TRUE(!inputs || all_hold(f, std::span(&condition, 1), *inputs));
          }
  EXPECT_GE(solved * 100, asked * 97) << solved << " of " << asked;
}

// An index as clang computes it: two bytes of a packet in network order, masked, scaled; beyond 1,024 bytes.
TEST(Formula, AWayOfSeveralOperationsIsUndone) {
  Chance chance;
  Formula f;
  const Node bytes[] = {f.input(0, 255, 0), f.input(0, 255, 0)};
  const Node port = f.alu(Alu::be16, 64, f.constant(0), f.bytes(bytes));
  const Node index = f.alu(Alu::and_, 64, port, f.constant(0x7ff));
  const Node offset = f.alu(Alu::lsh, 64, index, f.constant(2));
  const Condition conditions[] = {{Cmp::jgt, 64, port, f.constant(1023), true},
                                  {Cmp::jgt, 64, offset, f.constant(1020), true},
                                  {Cmp::jset, 64, port, f.constant(0x8000), true}};
  const auto inputs = solve(f, conditions, chance);
  ASSERT_TRUE(inputs);
  EXPECT_TRUE(all_hold(f, conditions, *inputs));
}

TEST(Formula, WhatCannotBeIsNotFound) {
  Chance chance;
  Formula f;
  const Node x = f.input(0, 255, 0);
  const Condition conditions[] = {{Cmp::jgt, 64, x, f.constant(255), true}};
  EXPECT_FALSE(solve(f, conditions, chance));
}

// A number nobody can choose decides nothing: what rests on it is left to the run.
TEST(Formula, UnknownsAreLeftOut) {
  Chance chance;
  Formula f;
  const Node x = f.input(0, 255, 0);
  const Condition conditions[] = {{Cmp::jeq, 64, f.alu(Alu::add, 64, x, f.unknown()), f.constant(5), true},
                                  {Cmp::jeq, 64, x, f.constant(7), true}};
  EXPECT_EQ(solve(f, conditions, chance), Inputs64{7});
}

// Whatever is made with half an address is another number in each process, also beside other unknowns.
TEST(Formula, WhatRestsOnAnAddressSaysSo) {
  Formula f;
  const Node x = f.input(0, 255, 0), address = f.address();
  const Node sum = f.alu(Alu::add, 32, f.alu(Alu::lsh, 64, address, f.constant(1)), f.unknown());
  const Node bytes[] = {f.byte(x, 0), f.byte(sum, 3)};
  EXPECT_TRUE(f.rests_on_address(f.bytes(bytes)));
  EXPECT_FALSE(f.is_known(sum));
  EXPECT_TRUE(f.rests_on_address(f.below(x, sum)));
  EXPECT_FALSE(f.rests_on_address(f.alu(Alu::add, 64, x, f.unknown())));
}

// Bytes stored and loaded again are the number they were; in another order they are not.
TEST(Formula, BytesOfANumberAreTheNumber) {
  Formula f;
  const Node x = f.input(0, UINT64_MAX, 0);
  std::vector<Node> parts;
  for (unsigned i = 0; i < 8; ++i) parts.push_back(f.byte(x, i));
  EXPECT_EQ(f.bytes(parts), x);
  std::swap(parts[0], parts[1]);
  EXPECT_NE(f.bytes(parts), x);
}

}  // namespace
}  // namespace skep::verify
