// SPDX-License-Identifier: Apache-2.0
#include "lane/domain.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace skep::lane {
namespace {

TEST(Domain, DefaultIsSixteenLanesOrFourPerCpu) {
  EXPECT_GE(default_lanes(), 16u);
  EXPECT_GE(default_lanes(), 4 * std::thread::hardware_concurrency());
  EXPECT_EQ(Domain().lanes(), default_lanes());
  EXPECT_EQ(Domain(0).lanes(), 1u);
}

TEST(Domain, ThreadComesBackToItsLane) {
  Domain d(4);
  unsigned first = d.enter().index();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(d.enter().index(), first);
  {
    auto other = d.enter_at(3);
  }
  EXPECT_EQ(d.enter().index(), first);
}

TEST(Domain, NestedRunsKeepTheLaneAndCountTheirDepth) {
  Domain d(1);  // a nested run that wanted a lane of its own would hang here
  auto outer = d.enter();
  EXPECT_EQ(outer.depth(), 0u);
  {
    auto inner = d.enter();
    EXPECT_EQ(inner.index(), outer.index());
    EXPECT_EQ(inner.depth(), 1u);
    EXPECT_EQ(d.enter().depth(), 2u);
    EXPECT_EQ(d.enter_at(0).depth(), 2u);
  }
  EXPECT_EQ(d.enter().depth(), 1u);
}

TEST(Domain, DomainsAreIndependent) {
  Domain a(2), b(2);
  auto in_a = a.enter();
  auto in_b = b.enter();
  EXPECT_EQ(in_b.depth(), 0u);
  EXPECT_EQ(a.enter().depth(), 1u);
}

TEST(Domain, LaneIsFreeWhenTheLastGuardEndsInAnyOrder) {
  Domain d(1);
  auto one = std::make_unique<Lane>(d.enter());
  auto two = std::make_unique<Lane>(std::move(*one));  // moved: still one guard
  EXPECT_EQ(two->depth(), 0u);
  auto three = std::make_unique<Lane>(d.enter());
  two.reset();
  std::atomic<bool> entered{false};
  std::thread other([&] {
    auto lane = d.enter();
    entered = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_FALSE(entered);
  three.reset();
  other.join();
  EXPECT_TRUE(entered);
}

TEST(Domain, EveryLaneIsGivenOutOnce) {
  Domain d(3);
  std::atomic<unsigned> inside{0};
  std::set<unsigned> seen;
  std::mutex m;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&] {
      auto lane = d.enter();
      inside.fetch_add(1);
      while (inside.load() < 3) std::this_thread::yield();  // all three at once
      std::lock_guard lock(m);
      seen.insert(lane.index());
    });
  for (auto& t : threads) t.join();
  EXPECT_EQ(seen, (std::set<unsigned>{0, 1, 2}));
}

// The law: what a lane indexes needs no atomics. The plain sums below are what tsan watches.
TEST(Domain, MoreThreadsThanLanesLoseNoCount) {
  constexpr unsigned lanes = 2, threads = 6, rounds = 3000;
  Domain d(lanes);
  uint64_t sums[lanes] = {};
  std::vector<std::thread> pool;
  for (unsigned t = 0; t < threads; ++t)
    pool.emplace_back([&, t] {
      for (unsigned i = 0; i < rounds; ++i) {
        auto lane = t == 0 && i % 16 == 0 ? d.enter_at(i % lanes) : d.enter();
        sums[lane.index()] += 1;
        if (i % 64 == 0) std::this_thread::yield();  // leave others to find no lane free
      }
    });
  for (auto& t : pool) t.join();
  EXPECT_EQ(sums[0] + sums[1], uint64_t{threads} * rounds);
}

TEST(Domain, EnterAndLeaveCostAFewNanoseconds) {
  Domain d;
  constexpr int rounds = 1'000'000;
  uint64_t sum = 0;
  auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < rounds; ++i) sum += d.enter().index();
  std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(sum, 0u);
  RecordProperty("enter_leave_ns", std::to_string(took.count() / rounds));
  std::printf("enter and leave: %.1f ns\n", took.count() / rounds);
  EXPECT_LT(took.count() / rounds, 1000) << "not a measurement, a guard against a system call in the fast path";
}

}  // namespace
}  // namespace skep::lane
