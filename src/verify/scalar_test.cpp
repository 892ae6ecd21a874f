// SPDX-License-Identifier: Apache-2.0
// Laws of the scalar domain, against the instruction set's own semantics:
//   an operation's result holds op(x, y) for every x and y that its operands hold
//   a comparison that is decided comes out so for every x and y; what an edge learns leaves out no x, y that takes it
//   learning (sync) loses no number
// Ranges are tried on words of eight bits; scalars on all pairs of numbers around the places where a reading breaks.
#include "verify/scalar.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "isa/semantics.hpp"

namespace skep::verify {
namespace {

using isa::Cmp;

constexpr uint64_t numbers[] = {0,
                                1,
                                2,
                                0x7f,
                                0x80,
                                0xff,
                                0x7fff,
                                0x8000,
                                0x7fff'fffe,
                                0x7fff'ffff,
                                0x8000'0000,
                                0x8000'0001,
                                0xffff'ff80,
                                0xffff'ffff,
                                0x1'0000'0000,
                                0x1'7fff'ffff,
                                0x1'8000'0000,
                                0x7fff'ffff'ffff'ffff,
                                0x8000'0000'0000'0000,
                                0xffff'fffe'ffff'ffff,
                                0xffff'ffff'0000'0000,
                                0xffff'ffff'7fff'ffff,
                                0xffff'ffff'8000'0000,
                                0xffff'ffff'ffff'ff80,
                                0xffff'ffff'ffff'fffe,
                                0xffff'ffff'ffff'ffff};

// What holds two numbers and as little else as the domain can say.
struct Held {
  uint64_t members[2];
  Scalar scalar;
};

Scalar hull(uint64_t x, uint64_t y) {
  const auto sx = static_cast<int64_t>(x), sy = static_cast<int64_t>(y);
  const auto lx = static_cast<uint32_t>(x), ly = static_cast<uint32_t>(y);
  const auto slx = static_cast<int32_t>(lx), sly = static_cast<int32_t>(ly);
  return Scalar::of(unite(Tnum::constant(x), Tnum::constant(y)),
                    {std::min(sx, sy), std::max(sx, sy), std::min(x, y), std::max(x, y)},
                    {std::min(slx, sly), std::max(slx, sly), std::min(lx, ly), std::max(lx, ly)});
}

std::vector<Held> pairs() {
  std::vector<Held> all;
  for (const uint64_t& x : numbers)
    for (const uint64_t& y : numbers)
      if (&x <= &y) {
        Held h{{x, y}, hull(x, y)};
        h.scalar.sync();
        all.push_back(h);
      }
  return all;
}

// What is left when some readings are forgotten: everything that sync must restore from, in all combinations.
Scalar forgetting(const Scalar& s, unsigned which) {
  const Scalar any = Scalar::unknown();
  Scalar r = s;
  if ((which & 1) != 0) r.bits = any.bits;
  if ((which & 2) != 0) r.smin = any.smin, r.smax = any.smax;
  if ((which & 4) != 0) r.umin = any.umin, r.umax = any.umax;
  if ((which & 8) != 0) r.s32_min = any.s32_min, r.s32_max = any.s32_max;
  if ((which & 16) != 0) r.u32_min = any.u32_min, r.u32_max = any.u32_max;
  return r;
}

uint64_t computed(const isa::Row& row, uint64_t x, uint64_t y) {
  if (row.unary && row.source == isa::Source::none) y = x;
  if (row.bits == 64) return isa::eval<uint64_t>(isa::alu_of(row), x, y);
  return isa::eval<uint32_t>(isa::alu_of(row), static_cast<uint32_t>(x), static_cast<uint32_t>(y));
}

bool holds(Cmp op, unsigned bits, uint64_t x, uint64_t y) {
  if (bits == 64) return isa::eval<uint64_t>(op, x, y);
  return isa::eval<uint32_t>(op, static_cast<uint32_t>(x), static_cast<uint32_t>(y));
}

constexpr Cmp comparisons[] = {Cmp::jeq, Cmp::jne,  Cmp::jset, Cmp::jgt,  Cmp::jge, Cmp::jlt,
                               Cmp::jle, Cmp::jsgt, Cmp::jsge, Cmp::jslt, Cmp::jsle};

std::string both(const Held& a, const Held& b) { return kernel_text(a.scalar) + " and " + kernel_text(b.scalar); }

}  // namespace

TEST(Scalar, OperationsAreSound) {
  const auto all = pairs();
  for (const isa::Row& row : isa::rows) {
    if (row.shape != isa::Shape::alu || (row.source == isa::Source::imm && row.bits == 64)) continue;
    for (const Held& a : all)
      for (const Held& b : all) {
        const Scalar r = alu(row, a.scalar, b.scalar);
        ASSERT_TRUE(r.is_possible());
        for (const uint64_t x : a.members)
          for (const uint64_t y : b.members)
            ASSERT_TRUE(r.contains(computed(row, x, y)))
                << row.name << " of " << x << " and " << y << ", of " << both(a, b) << ", is " << kernel_text(r);
        if (row.unary) break;
      }
  }
}

TEST(Scalar, ComparisonsAreDecidedAndRefinedSoundly) {
  const auto all = pairs();
  for (const Cmp op : comparisons)
    for (const unsigned bits : {32U, 64U})
      for (const Held& a : all)
        for (const Held& b : all) {
          const Taken taken = decide(op, bits, a.scalar, b.scalar);
          const Refined edges[] = {refine(op, bits, Edge::not_taken, a.scalar, b.scalar),
                                   refine(op, bits, Edge::taken, a.scalar, b.scalar)};
          for (const Refined& r : edges) {
            ASSERT_TRUE(!r.possible || (r.a.is_possible() && r.b.is_possible()));
          }
          for (const uint64_t x : a.members)
            for (const uint64_t y : b.members) {
              const bool is = holds(op, bits, x, y);
              ASSERT_NE(taken, is ? Taken::never : Taken::always) << both(a, b);
              ASSERT_TRUE(edges[is].possible);
              ASSERT_TRUE(edges[is].a.contains(x) && edges[is].b.contains(y)) << both(a, b);
            }
        }
}

TEST(Scalar, ConstantsAreDecided) {
  for (const Cmp op : comparisons)
    for (const unsigned bits : {32U, 64U})
      for (const uint64_t x : numbers)
        for (const uint64_t y : numbers)
          ASSERT_EQ(decide(op, bits, Scalar::constant(x), Scalar::constant(y)),
                    holds(op, bits, x, y) ? Taken::always : Taken::never);
}

TEST(Scalar, LearningLosesNothingAndRestoresFromEveryReading) {
  for (const Held& h : pairs())
    for (unsigned which = 0; which < 32; ++which) {
      Scalar s = forgetting(hull(h.members[0], h.members[1]), which);
      s.sync();
      for (const uint64_t x : h.members) ASSERT_TRUE(s.contains(x)) << which << ' ' << kernel_text(h.scalar);
      // One reading of a half or of the whole is enough to know a constant.
      if (h.members[0] == h.members[1] && (which & 7) != 7) {
        ASSERT_EQ(s, Scalar::constant(h.members[0])) << which;
      }
    }
}

TEST(Scalar, LoadsKeepTheLowBytes) {
  for (const Held& h : pairs())
    for (const unsigned bytes : {1U, 2U, 4U, 8U}) {
      const Scalar zero = zero_extended(h.scalar, bytes), sign = sign_extended(h.scalar, bytes);
      for (const uint64_t x : h.members) {
        const unsigned away = 64 - 8 * bytes;
        ASSERT_TRUE(zero.contains(x << away >> away)) << kernel_text(h.scalar);
        ASSERT_TRUE(sign.contains(static_cast<uint64_t>(static_cast<int64_t>(x << away) >> away)));
      }
    }
}

TEST(Scalar, BitwiseResultsOfAllOrNothingAreWalkedApart) {
  const Scalar s = alu(isa::row(isa::Op::arsh64_imm), Scalar::unknown(), Scalar::constant(63));
  const isa::Row& row = isa::row(isa::Op::and_64_imm);
  const auto two = fork(row, s, Scalar::constant(7));
  ASSERT_TRUE(two);
  EXPECT_EQ(alu(row, two->now, Scalar::constant(7)), Scalar::constant(7));
  EXPECT_EQ(alu(row, two->later, Scalar::constant(7)), Scalar::constant(0));
  EXPECT_FALSE(fork(row, Scalar::unknown(), Scalar::constant(7)));
  EXPECT_FALSE(fork(row, s, s));
  EXPECT_FALSE(fork(isa::row(isa::Op::xor_64_imm), s, Scalar::constant(7)));
  EXPECT_FALSE(fork(isa::row(isa::Op::neg64), s, s));
}

// Pruning takes a scalar that holds more for one that was walked.
TEST(Scalar, InclusionIsOfSets) {
  const auto all = pairs();
  for (const Held& a : all) {
    EXPECT_TRUE(Scalar::unknown().includes(a.scalar));
    for (const Held& b : all)
      if (a.scalar.includes(b.scalar)) {
        for (const uint64_t x : b.members) ASSERT_TRUE(a.scalar.contains(x));
      }
  }
}

// Ends of ranges of eight-bit words: with the ranges between them every carry, sign and overflow occurs.
constexpr uint8_t ends[] = {0, 1, 16, 127, 128, 129, 254, 255};

template <isa::Alu op, class Operation>
void expect_sound(Operation operation) {
  using R = Range<uint8_t>;
  const auto ranges = [] {
    std::vector<R> all;
    for (const uint8_t lo : ends)
      for (const uint8_t hi : ends) {
        if (lo <= hi) all.push_back(R::of_unsigned(lo, hi));
        R r = R::all();
        r.smin = static_cast<int8_t>(lo), r.smax = static_cast<int8_t>(hi);
        if (r.smin <= r.smax) all.push_back(r);
      }
    return all;
  }();
  const auto reach = [](const R& r, auto&& f) {
    for (unsigned x = r.umin; x <= r.umax; ++x)
      if (r.contains(static_cast<uint8_t>(x))) f(static_cast<uint8_t>(x));
  };
  for (const R& a : ranges)
    for (const R& b : ranges) {
      const R r = operation(a, b);
      bool sound = r.is_possible();
      reach(a, [&](uint8_t x) { reach(b, [&](uint8_t y) { sound &= r.contains(isa::alu<op>(x, y)); }); });
      ASSERT_TRUE(sound) << int{a.smin} << ".." << int{a.smax} << ' ' << int{b.smin} << ".." << int{b.smax};
    }
}

TEST(Range, SumsDifferencesAndProductsOfBytesAreSound) {
  expect_sound<isa::Alu::add>([](auto& a, auto& b) { return add(a, b); });
  expect_sound<isa::Alu::sub>([](auto& a, auto& b) { return sub(a, b); });
  expect_sound<isa::Alu::mul>([](auto& a, auto& b) { return mul(a, b); });
}

TEST(Scalar, IsWrittenAsTheKernelWritesIt) {
  EXPECT_EQ(kernel_text(Scalar::unknown()), "scalar()");
  EXPECT_EQ(kernel_text(Scalar::constant(5)), "5");
  EXPECT_EQ(kernel_text(Scalar::constant(uint64_t(-32768))), "-32768");
  EXPECT_EQ(kernel_text(Scalar::constant(0x8000)), "0x8000");
  EXPECT_EQ(kernel_text(hull(uint64_t(-11), uint64_t(-1))),
            "scalar(smin=smin32=-11,smax=smax32=-1,umin=0xfffffffffffffff5,umin32=0xfffffff5,"
            "var_off=(0xfffffffffffffff5; 0xa))");
  EXPECT_EQ(kernel_text(zero_extended(Scalar::unknown(), 1)),
            "scalar(smin=smin32=0,smax=umax=smax32=umax32=255,var_off=(0x0; 0xff))");
}

}  // namespace skep::verify
