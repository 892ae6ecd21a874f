// SPDX-License-Identifier: Apache-2.0
// Every map type against the model: all short sequences of operations first, then long random ones.
#include <gtest/gtest.h>

#include <random>

#include "maps/test_ops.hpp"

namespace skep::maps::test {
namespace {

using facts::MapType;

struct Pair {
  std::shared_ptr<Map> map;
  Model model;

  Pair(Definition d, unsigned lanes) : map(*create(d, lanes)), model(d, lanes) {}

  void same(const Op& op) { ASSERT_EQ(apply(*map, op), model.apply(op)) << op; }
  void same_content() {
    ASSERT_EQ(content(*map), model.content());
    Batch all = map->sys_lookup_batch({}, 1u << 20);
    ASSERT_EQ(all.err, -ENOENT);
    ASSERT_EQ(content(map->definition(), map->sys_value_size(), all), model.content());
  }
  void clear() {
    for (auto& [key, value] : content(*map)) ASSERT_EQ(map->sys_remove(key), 0);
    model.clear();
  }
};

// Two elements at most, three keys, so that every errno comes up; a removed key's element is reused at once.
std::vector<Op> every_op() {
  std::vector<Op> ops;
  for (uint32_t key = 0; key < 3; ++key) {
    for (uint64_t flags : {0u, 1u, 2u})
      ops.push_back({Kind::update, key, static_cast<uint8_t>(10 + key), flags, key % 2});
    ops.push_back({Kind::remove, key});
  }
  ops.push_back({Kind::sys_update, 1, 40});
  ops.push_back({Kind::sys_lookup_remove, 0});
  return ops;
}
// For longer sequences: keys 1 and 2 are only put in and taken out.
std::vector<Op> few_ops() {
  return {{Kind::update, 0, 10, 0, 1},
          {Kind::update, 0, 11, facts::update_noexist},
          {Kind::update, 0, 12, facts::update_exist},
          {Kind::remove, 0},
          {Kind::update, 1, 13},
          {Kind::remove, 1},
          {Kind::update, 2, 14, 0, 1},
          {Kind::sys_lookup_remove, 2}};
}

void every_sequence(const Definition& d, const std::vector<Op>& ops, unsigned length) {
  Pair pair(d, 2);
  std::vector<std::size_t> at(length, 0);
  while (true) {
    for (std::size_t i : at) {
      pair.same(ops[i]);
      for (uint32_t key = 0; key < 3; ++key)
        for (unsigned lane = 0; lane < (per_cpu(d) ? 2u : 1u); ++lane)
          pair.same({.kind = Kind::lookup, .key = key, .lane = lane});
      if (::testing::Test::HasFatalFailure()) return;
    }
    pair.same_content();
    if (::testing::Test::HasFatalFailure()) return;
    if (!is_array(d)) pair.clear();
    std::size_t digit = 0;
    while (digit < length && ++at[digit] == ops.size()) at[digit++] = 0;
    if (digit == length) return;
  }
}

TEST(Model, EverySequenceOnHash) {
  Definition d{.type = MapType::hash, .key_size = 4, .value_size = 8, .max_entries = 2};
  every_sequence(d, every_op(), 4);
  every_sequence(d, few_ops(), 5);
}
TEST(Model, EverySequenceOnPercpuHash) {
  Definition d{.type = MapType::percpu_hash, .key_size = 9, .value_size = 3, .max_entries = 2};
  every_sequence(d, every_op(), 3);
  every_sequence(d, few_ops(), 5);
}
TEST(Model, EverySequenceOnArrays) {
  for (MapType type : {MapType::array, MapType::percpu_array})
    every_sequence({.type = type, .key_size = 4, .value_size = 5, .max_entries = 2}, every_op(), 3);
}

Op random_op(std::mt19937& random, uint32_t keys, unsigned lanes) {
  constexpr uint64_t flags[] = {0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, uint64_t{1} << 32, ~uint64_t{0}};
  return {all_kinds[random() % std::size(all_kinds)], static_cast<uint32_t>(random() % keys),
          static_cast<uint8_t>(random()), flags[random() % std::size(flags)], static_cast<unsigned>(random() % lanes)};
}

TEST(Model, RandomOperationsOfEveryTypeAndShape) {
  std::mt19937 random(1);
  for (MapType type : {MapType::hash, MapType::percpu_hash, MapType::array, MapType::percpu_array})
    for (uint32_t key_size : {4u, 1u, 7u, 8u, 12u, 16u, 40u, 64u})
      for (uint32_t value_size : {8u, 1u, 12u, 100u}) {
        Definition d{.type = type, .key_size = key_size, .value_size = value_size, .max_entries = 20};
        if (is_array(d) && key_size != 4) continue;
        Pair pair(d, 3);
        for (int i = 0; i < 3000; ++i) {
          pair.same(random_op(random, 30, 3));
          if (i % 500 == 0) pair.same_content();
          if (HasFatalFailure()) return;
        }
      }
}

// A full map of many buckets: some have more than eight elements, so chains are walked, cut and grown.
TEST(Model, FullMapUnderChurn) {
  constexpr uint32_t entries = 4096;
  for (uint32_t flags : {0u, facts::map_flag::zero_seed}) {
    Pair pair({.type = MapType::hash, .key_size = 8, .value_size = 8, .max_entries = entries, .flags = flags}, 2);
    std::mt19937 random(2);
    for (int i = 0; i < 60'000; ++i) {
      uint32_t key = static_cast<uint32_t>(random() % (entries + entries / 8));
      Kind kind = random() % 4 ? Kind::update : random() % 2 ? Kind::remove : Kind::lookup;
      pair.same({.kind = kind, .key = key, .value = static_cast<uint8_t>(i)});
      if (HasFatalFailure()) return;
    }
    pair.same_content();
  }
}

// Batches of every size visit every element once, and removing batches leave nothing.
TEST(Model, BatchesOfEverySize) {
  for (MapType type : {MapType::hash, MapType::percpu_hash, MapType::array})
    for (uint32_t size = 1; size <= 23; ++size) {
      Pair pair({.type = type, .key_size = 4, .value_size = 4, .max_entries = 40}, 2);
      for (uint32_t k = 0; k < 22; ++k)
        pair.same({.kind = Kind::sys_update, .key = k, .value = static_cast<uint8_t>(k)});
      auto& d = pair.map->definition();
      std::map<Buffer, Buffer> seen;
      uint32_t total = 0;
      Batch batch;
      do {
        batch = pair.map->sys_lookup_batch(batch.next, size);
        seen.merge(content(d, pair.map->sys_value_size(), batch));
        total += batch.count;
        ASSERT_LE(batch.count, size);
      } while (batch.err == 0);
      EXPECT_EQ(batch.err, -ENOENT);
      EXPECT_EQ(total, pair.model.content().size());
      EXPECT_EQ(seen, pair.model.content());
      Batch taken = pair.map->sys_lookup_remove_batch({}, size);
      if (is_array(d)) {
        EXPECT_EQ(taken.err, not_supported);
        continue;
      }
      EXPECT_EQ(taken.count, std::min(size, 22u));
      EXPECT_EQ(content(*pair.map).size(), 22 - taken.count);
      for (; taken.err == 0; taken = pair.map->sys_lookup_remove_batch(taken.next, size)) {
      }
      EXPECT_TRUE(content(*pair.map).empty());
    }
}

}  // namespace
}  // namespace skep::maps::test
