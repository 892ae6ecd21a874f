// SPDX-License-Identifier: Apache-2.0
// Law: an operation's tnum holds the result for all numbers its operands stand for. All tnums of a few bits, at the
// bottom of the word, around its middle and at its top.
#include "verify/tnum.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace skep::verify {
namespace {

std::vector<Tnum> all_of(unsigned bits, unsigned at) {
  std::vector<Tnum> all;
  for (uint64_t mask = 0; mask < uint64_t{1} << bits; ++mask)
    for (uint64_t value = 0; value < uint64_t{1} << bits; ++value)
      if ((value & mask) == 0) all.push_back({value << at, mask << at});
  return all;
}

std::vector<uint64_t> members(Tnum t) {
  std::vector<uint64_t> all;
  for (uint64_t part = t.mask;; part = (part - 1) & t.mask) {
    all.push_back(t.value | part);
    if (part == 0) return all;
  }
}

Tnum hull(const std::vector<uint64_t>& numbers) {
  Tnum t = Tnum::constant(numbers.front());
  for (const uint64_t x : numbers) t = unite(t, Tnum::constant(x));
  return t;
}

constexpr unsigned places[] = {0, 30, 59};

template <class Abstract, class Concrete>
void expect_exact(Abstract abstract, Concrete concrete) {
  for (const unsigned at : places) {
    const auto all = all_of(5, at);
    std::vector<std::vector<uint64_t>> numbers;
    for (const Tnum t : all) numbers.push_back(members(t));
    for (std::size_t a = 0; a < all.size(); ++a)
      for (std::size_t b = 0; b < all.size(); ++b) {
        Tnum results = Tnum::constant(concrete(numbers[a].front(), numbers[b].front()));
        for (const uint64_t x : numbers[a])
          for (const uint64_t y : numbers[b]) results = unite(results, Tnum::constant(concrete(x, y)));
        ASSERT_EQ(abstract(all[a], all[b]), results)
            << all[a].value << ' ' << all[a].mask << ' ' << all[b].value << ' ' << all[b].mask;
      }
  }
}

}  // namespace

TEST(Tnum, SumsDifferencesAndBitwiseResultsAreTheSmallestThatAreSound) {
  expect_exact([](Tnum a, Tnum b) { return a + b; }, [](uint64_t x, uint64_t y) { return x + y; });
  expect_exact([](Tnum a, Tnum b) { return a - b; }, [](uint64_t x, uint64_t y) { return x - y; });
  expect_exact([](Tnum a, Tnum b) { return a & b; }, [](uint64_t x, uint64_t y) { return x & y; });
  expect_exact([](Tnum a, Tnum b) { return a | b; }, [](uint64_t x, uint64_t y) { return x | y; });
  expect_exact([](Tnum a, Tnum b) { return a ^ b; }, [](uint64_t x, uint64_t y) { return x ^ y; });
}

TEST(Tnum, ProductsAreSound) {
  for (const unsigned at : places)
    for (const Tnum a : all_of(5, at))
      for (const Tnum b : all_of(5, 0)) {
        const Tnum ab = a * b, ba = b * a;
        for (const uint64_t x : members(a))
          for (const uint64_t y : members(b)) ASSERT_TRUE(ab.contains(x * y) && ba.contains(x * y));
      }
}

TEST(Tnum, ShiftsAndNegationAreTheSmallestThatAreSound) {
  for (const unsigned at : {0U, 27U, 56U})
    for (const Tnum a : all_of(8, at)) {
      const auto xs = members(a);
      auto exact = [&](Tnum got, auto f) {
        std::vector<uint64_t> results;
        for (const uint64_t x : xs) results.push_back(f(x));
        return got == hull(results);
      };
      ASSERT_TRUE(exact(-a, [](uint64_t x) { return uint64_t{0} - x; }));
      for (const unsigned n : {0U, 1U, 5U, 31U}) {
        ASSERT_TRUE(exact(a << n, [&](uint64_t x) { return x << n; }));
        ASSERT_TRUE(exact(a >> n, [&](uint64_t x) { return x >> n; }));
        ASSERT_TRUE(exact(arsh(a, n, 64), [&](uint64_t x) { return uint64_t(int64_t(x) >> n); }));
        ASSERT_TRUE(exact(arsh(a, n, 32), [&](uint64_t x) { return uint64_t{uint32_t(int32_t(x) >> n)}; }));
      }
    }
}

TEST(Tnum, RangesAreCoveredFromEndToEnd) {
  for (uint64_t lo = 0; lo < 256; ++lo) {
    std::vector<uint64_t> numbers;
    for (uint64_t hi = lo; hi < 256; ++hi) {
      numbers.push_back(hi);
      const Tnum t = Tnum::range(lo, hi);
      ASSERT_TRUE(t.includes(hull(numbers)));
      ASSERT_EQ(t.high(), Tnum::constant(0));
    }
  }
  EXPECT_EQ(Tnum::range(0, ~uint64_t{0}), Tnum::unknown());
  EXPECT_EQ(Tnum::range(0x1234, 0x1234), Tnum::constant(0x1234));
}

TEST(Tnum, SetsMeetJoinAndInclude) {
  const auto all = all_of(4, 30);
  for (const Tnum a : all)
    for (const Tnum b : all) {
      const auto xs = members(a), ys = members(b);
      std::vector<uint64_t> both, either = xs;
      for (const uint64_t y : ys) {
        if (a.contains(y)) both.push_back(y);
        either.push_back(y);
      }
      ASSERT_EQ(overlap(a, b), !both.empty());
      if (!both.empty()) {
        ASSERT_EQ(intersect(a, b), hull(both));
      }
      ASSERT_EQ(unite(a, b), hull(either));
      ASSERT_EQ(a.includes(b), both.size() == ys.size());
    }
}

TEST(Tnum, MembersAreFoundInOrder) {
  for (const unsigned at : places)
    for (const Tnum t : all_of(5, at)) {
      uint64_t x = t.least();
      uint64_t count = 1;
      for (; x != t.greatest(); ++count) {
        const uint64_t next = t.next_member(x);
        ASSERT_GT(next, x);
        ASSERT_TRUE(t.contains(next));
        for (const uint64_t from : {x + 1, x + (next - x) / 2 + (next - x) % 2, next})
          ASSERT_EQ(t.member_from(from), next);
        x = next;
      }
      ASSERT_EQ(count, members(t).size());
      ASSERT_EQ(t.next_member(x), t.least());
      ASSERT_EQ(t.member_from(0), t.least());
      ASSERT_EQ(t.member_from(~uint64_t{0}), t.greatest());
    }
}

TEST(Tnum, HalvesAndTruncation) {
  const Tnum t{0x1200'0000'3400'0000, 0x00ff'0000'00ff'00ff};
  EXPECT_EQ(t.low(), (Tnum{0x3400'0000, 0x00ff'00ff}));
  EXPECT_EQ(t.high().with_low(t.low()), t);
  EXPECT_EQ(t.truncated_to(8), t);
  EXPECT_EQ(t.truncated_to(4), t.low());
  EXPECT_EQ(t.truncated_to(1), (Tnum{0, 0xff}));
  EXPECT_TRUE((Tnum{5, uint64_t{1} << 40}).is_low_constant());
}

}  // namespace skep::verify
