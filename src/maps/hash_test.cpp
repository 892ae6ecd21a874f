// SPDX-License-Identifier: Apache-2.0
// The hash function, and readers and writers of one map at the same time.
#include "maps/hash.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <thread>

#include "facts/uapi.hpp"

namespace skep::maps {
namespace {

using facts::MapType;

uint64_t hash_number(uint64_t n, uint32_t size) {
  Buffer key(size);
  std::memcpy(key.data(), &n, std::min<std::size_t>(size, 8));
  return hash_of(KeyWords(key.data(), size), Seed{});
}

// Chi-squared over 1,024 cells: 1023 ± 45 for a fair die. Keys as people have them: counters, counters in the upper
// bits, addresses of one subnet, few bits set.
TEST(HashFunction, FillsBucketsAndTagsEvenly) {
  constexpr uint32_t keys = 100'000, cells = 1024;
  for (uint32_t size : {4u, 7u, 8u, 16u, 20u, 64u})
    for (uint64_t step : {uint64_t{1}, uint64_t{0x100}, uint64_t{0x10001}, uint64_t{1} << 40}) {
      if (size < 8 && step >> 32) continue;
      uint32_t low[cells] = {}, high[cells] = {};
      for (uint64_t i = 0; i < keys; ++i) {
        uint64_t h = hash_number(i * step, size);
        ++low[h % cells];
        ++high[h >> 54];
      }
      if (size == 4 && step > 0x100) continue;  // i × step wraps: equal keys
      for (auto& count : {std::to_array(low), std::to_array(high)}) {
        double expected = double{keys} / cells, chi = 0;
        for (uint32_t c : count) chi += (c - expected) * (c - expected) / expected;
        EXPECT_LT(chi, 1023 + 6 * 45) << "size " << size << " step " << step;
      }
    }
}

TEST(HashFunction, EveryByteOfAKeyCounts) {
  for (uint32_t size = 1; size <= 70; ++size) {
    Buffer key(size);
    uint64_t zero = hash_of(KeyWords(key.data(), size), Seed{});
    for (uint32_t i = 0; i < size; ++i) {
      key[i] = 1;
      EXPECT_NE(hash_of(KeyWords(key.data(), size), Seed{}), zero) << size << " " << i;
      EXPECT_NE(hash_of(KeyWords(key.data(), size), Seed{.a = 1, .b = 2}), hash_of(KeyWords(key.data(), size), Seed{}));
      key[i] = 0;
    }
  }
}

struct Threads {
  std::vector<std::thread> pool;
  template <class F>
  Threads& run(unsigned n, F f) {
    for (unsigned i = 0; i < n; ++i) pool.emplace_back(f, i);
    return *this;
  }
  void join() {
    for (auto& t : pool) t.join();
    pool.clear();
  }
};

struct Concurrent : ::testing::Test {
  static constexpr uint32_t entries = 64;
  std::shared_ptr<Map> map = make(MapType::hash);
  std::atomic<bool> stop{false};

  static std::shared_ptr<Map> make(MapType type) {
    return *create({.type = type, .key_size = 8, .value_size = 16, .max_entries = entries}, 4);
  }
  static Buffer bytes(uint64_t a) { return Buffer(reinterpret_cast<uint8_t*>(&a), reinterpret_cast<uint8_t*>(&a + 1)); }
  static Buffer pair(uint64_t a) {
    Buffer both = bytes(a), again = bytes(~a);
    both.insert(both.end(), again.begin(), again.end());
    return both;
  }
  static constexpr unsigned rounds = 20'000;
};

// A key that is always there is always found, whatever its neighbours do and however often its value is changed; what
// user space reads is one value that was put in, never parts of two.
TEST_F(Concurrent, WhatStaysIsAlwaysFoundAndNeverTorn) {
  for (uint64_t k = 0; k < 8; ++k) ASSERT_EQ(map->sys_update(bytes(k), pair(k)), 0);
  std::atomic<uint64_t> lost{0}, torn{0}, reads{0};
  Threads writers, readers;
  writers.run(2, [&](unsigned t) {
    for (uint64_t i = 0; i < rounds; ++i) {
      EXPECT_EQ(map->update(bytes(i % 8), pair(i), 0, t), 0);
      map->update(bytes(1000 + i % 50), pair(i), 0, t);
      map->remove(bytes(1000 + (i + t * 20) % 50), t);
    }
  });
  readers.run(2, [&](unsigned t) {
    for (uint64_t i = 0; !stop; ++i) {
      lost += map->lookup(bytes(i % 8), 2 + t) == nullptr;
      auto value = map->sys_lookup(bytes(i % 8));
      lost += !value;
      if (value) torn += load<uint64_t>(value->data()) != ~load<uint64_t>(value->data() + 8);
      ++reads;
    }
  });
  writers.join();
  stop = true;
  readers.join();
  EXPECT_EQ(lost, 0u);
  EXPECT_EQ(torn, 0u);
  EXPECT_GT(reads, 0u);
}

// The map never holds more than it may, counts what it holds, and loses no element of its pool.
TEST_F(Concurrent, FullMapKeepsItsCount) {
  std::atomic<int64_t> balance{0};
  Threads all;
  all.run(4, [&](unsigned t) {
    std::mt19937_64 random(t);
    for (unsigned i = 0; i < rounds; ++i) {
      uint64_t key = random() % (2 * entries);
      if (random() % 2) {
        int err = map->update(bytes(key), pair(key), facts::update_noexist, t);
        balance += err == 0;
        EXPECT_TRUE(err == 0 || err == -EEXIST || err == -E2BIG) << err;
      } else {
        balance -= map->remove(bytes(key), t) == 0;
      }
    }
  });
  all.join();
  auto& hash = static_cast<Hash&>(*map);
  EXPECT_EQ(hash.count(), balance);
  EXPECT_EQ(map->sys_lookup_batch({}, 1000).count, balance);
  for (uint64_t k = 0; k < 2 * entries; ++k) map->sys_remove(bytes(k));
  for (uint64_t k = 0; k < entries; ++k) EXPECT_EQ(map->sys_update(bytes(k), pair(k)), 0);
  EXPECT_EQ(map->sys_update(bytes(entries), pair(0)), -E2BIG);
}

// What one lane counts needs no atomics, and user space sees the sum of all lanes afterwards.
TEST_F(Concurrent, LanesOfOneElementCountAlone) {
  map = make(MapType::percpu_hash);
  ASSERT_EQ(map->update(bytes(7), pair(0), 0, 0), 0);
  *static_cast<uint64_t*>(map->lookup(bytes(7), 0)) = 0;
  Threads all;
  all.run(4, [&](unsigned t) {
    for (uint64_t i = 0; i < rounds; ++i) *static_cast<uint64_t*>(map->lookup(bytes(7), t)) += 1;
  });
  all.join();
  auto values = map->sys_lookup(bytes(7));
  for (std::size_t t = 0; t < 4; ++t) EXPECT_EQ(load<uint64_t>(values->data() + t * 16), rounds);
}

TEST_F(Concurrent, WalksEndWhileOthersWrite) {
  Threads writers;
  writers.run(2, [&](unsigned t) {
    for (uint64_t i = 0; i < rounds; ++i) {
      map->update(bytes(i % 90), pair(i), 0, t);
      map->remove(bytes((i * 7) % 90), t);
    }
    stop = true;
  });
  while (!stop) {
    EXPECT_LE(map->sys_lookup_batch({}, 1000).count, 2 * entries);
    auto key = map->sys_next_key(std::nullopt);
    for (int i = 0; key && i < 200; ++i) key = map->sys_next_key(*key);
  }
  writers.join();
}

TEST(HashSpeed, LookupOfEightByteKeysAtEightThousand) {
  constexpr uint32_t entries = 8192, rounds = 1'000'000;
  auto map = *create({.type = MapType::hash, .key_size = 8, .value_size = 8, .max_entries = entries}, 4);
  auto time = [&](auto f) {
    auto start = std::chrono::steady_clock::now();
    for (uint64_t i = 0; i < rounds; ++i) f((i * 0x9e3779b97f4a7c15) >> 51);  // 13 bits: a key that is there
    return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count() / rounds;
  };
  auto bytes = [](const uint64_t& k) { return reinterpret_cast<const uint8_t*>(&k); };
  for (uint64_t k = 0; k < entries; ++k) ASSERT_EQ(map->update(bytes(k), bytes(k), 0, 0), 0);
  uint64_t sum = 0;
  double hit = time([&](uint64_t k) { sum += *static_cast<uint64_t*>(map->lookup(bytes(k), 0)) == k; });
  double miss = time([&](uint64_t k) {
    uint64_t other = k + entries;
    sum += map->lookup(bytes(other), 0) == nullptr;
  });
  double update = time([&](uint64_t k) { sum += map->update(bytes(k), bytes(k), 0, 0) == 0; });
  EXPECT_EQ(sum, 3 * uint64_t{rounds});
  std::printf("hash, 8-byte keys, %u entries: hit %.1f ns, miss %.1f ns, update %.1f ns\n", entries, hit, miss, update);
  EXPECT_LT(hit, 2000) << "not a measurement, a guard against walking";
}

}  // namespace
}  // namespace skep::maps
