// SPDX-License-Identifier: Apache-2.0
// The memory of maps: which value holds an address, what is refused.
#include "maps/segment.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include "maps/array.hpp"
#include "maps/prog_array.hpp"
#include "maps/test_ops.hpp"

namespace skep::maps::test {
namespace {

using facts::MapType;

Definition shape(MapType type, uint32_t value_size) {
  return {.type = type, .key_size = 4, .value_size = value_size, .max_entries = 5};
}
constexpr MapType with_values[] = {MapType::array, MapType::percpu_array, MapType::hash, MapType::percpu_hash};

// Asks about every byte of the segment and some around it: those of the values that lookup gives, and no others, are
// live bytes, and each knows its value and lane.
TEST(ValueAt, KnowsEveryByte) {
  for (MapType type : with_values)
    for (uint32_t value_size : {1u, 7u, 8u, 9u, 24u}) {
      auto map = *create(shape(type, value_size), 3);
      for (uint32_t k = 0; k < 4; ++k) ASSERT_EQ(apply(*map, {.kind = Kind::sys_update, .key = k}).err, 0);
      bool lanes_differ = per_cpu(map->definition());
      std::map<const uint8_t*, unsigned> values;  // where each starts, whose it is
      for (uint32_t k = 0; k < (is_array(map->definition()) ? 5u : 4u); ++k)
        for (unsigned lane = 0; lane < 3; ++lane)
          values[static_cast<uint8_t*>(map->lookup(key_bytes(map->definition(), k), lane))] =
              lanes_differ ? lane : no_lane;
      MutableBytes all = map->segment();
      for (const uint8_t* at = all.data() - 64; at < all.data() + all.size() + 64; ++at) {
        auto found = map->value_at(at);
        auto expected = values.upper_bound(at);
        bool inside = expected != values.begin() && at < std::prev(expected)->first + value_size;
        ASSERT_EQ(found && found->life == Life::live, inside) << at - all.data();
        if (!inside) continue;
        ASSERT_EQ(found->base, std::prev(expected)->first);
        ASSERT_EQ(found->size, value_size);
        ASSERT_EQ(found->lane, std::prev(expected)->second);
      }
      EXPECT_FALSE(map->value_at(nullptr));
      EXPECT_FALSE(map->value_at(reinterpret_cast<void*>(~uintptr_t{0})));
    }
}

// A program may still hold the value that it removed: its memory stays the map's, and says so.
TEST(ValueAt, RemovedValueIsFreeMemoryOfTheMap) {
  auto map = *create(shape(MapType::hash, 8), 1);
  Buffer key = key_bytes(map->definition(), 1);
  map->sys_update(key, Buffer(8, 1));
  void* value = map->lookup(key, 0);
  ASSERT_EQ(map->remove(key, 0), 0);
  ASSERT_TRUE(map->value_at(value));
  EXPECT_EQ(map->value_at(value)->life, Life::free);
}

TEST(Segment, TakesNoMemoryBeforeItIsUsed) {
  auto segment = Segment::reserve(64 << 20);
  ASSERT_TRUE(segment);
  EXPECT_FALSE(Segment::reserve(~uint64_t{0}));
  unsigned char in_memory = 1;
  ASSERT_EQ(::mincore(segment->at(9 << 20), 4096, &in_memory), 0);
  EXPECT_EQ(in_memory & 1, 0);
}

TEST(Create, SaysWhatWasFoundAndWhatWouldBeRight) {
  auto refused = [](Definition d) { return create(d, 2).error().text(); };
  EXPECT_EQ(refused({.name = "hits", .type = MapType::array, .key_size = 8, .value_size = 4, .max_entries = 1}),
            "key_size is 8; maps of type array have 4. set key_size to 4");
  EXPECT_EQ(refused({.name = "hits", .type = MapType::hash, .key_size = 8, .value_size = 4}),
            "max_entries is 0; a map needs at least 1. set max_entries");
  EXPECT_EQ(
      refused(
          {.name = "hits", .type = MapType::array, .key_size = 4, .value_size = 4, .max_entries = 1, .flags = 0x81}),
      "flags 0x1 mean nothing for maps of type array. remove them");
  EXPECT_EQ(refused({.name = "q", .type = MapType::queue, .value_size = 4, .max_entries = 1}),
            "maps of type queue are not available in the user engine yet");
  Definition huge{.name = "all", .type = MapType::array, .key_size = 4, .value_size = 1 << 30, .max_entries = ~0u};
  EXPECT_EQ(create(huge, 2).error().row().err, ENOMEM);
  huge.type = MapType::percpu_array;
  EXPECT_EQ(create(huge, 2).error().row().err, E2BIG);
  EXPECT_EQ(create({.type = MapType::percpu_array, .key_size = 4, .value_size = 1 << 15, .max_entries = ~0u}, ~0u)
                .error()
                .row()
                .err,
            ENOMEM);
  EXPECT_EQ(
      create({.type = MapType::percpu_hash, .key_size = 4 << 19, .value_size = 1 << 15, .max_entries = 1 << 27}, ~0u)
          .error()
          .row()
          .err,
      ENOMEM);
}

TEST(Create, WhatNobodyTouchesCostsNothing) {  // 8 GiB of values
  auto map = create({.type = MapType::array, .key_size = 4, .value_size = 1 << 20, .max_entries = 8 << 10}, 2);
  if (!map) GTEST_SKIP() << map.error().text();  // a small machine: the kernel would refuse it too
  *static_cast<uint8_t*>((*map)->lookup(key_bytes((*map)->definition(), 8191), 0)) = 1;
}

TEST(Array, ShapeIsWhatLookupComputes) {
  for (MapType type : {MapType::array, MapType::percpu_array})
    for (uint32_t entries : {1u, 2u, 5u, 8u, 9u}) {
      auto map = *create({.type = type, .key_size = 4, .value_size = 12, .max_entries = entries}, 3);
      ArrayShape s = *map->array_shape();
      EXPECT_EQ(s.entries, entries);
      EXPECT_TRUE(s.index_mask >= entries - 1 && s.index_mask < 2 * entries);
      for (unsigned lane = 0; lane < 3; ++lane)
        for (uint32_t i = 0; i < entries + 2; ++i)
          EXPECT_EQ(map->lookup(key_bytes(map->definition(), i), lane),
                    i < entries ? s.base + lane * s.lane_stride + i * s.stride : nullptr);
    }
}

TEST(ProgArray, CountsHandlesAndNeverOutlivesThem) {
  auto map = *create({.type = MapType::prog_array, .key_size = 4, .value_size = 4, .max_entries = 600}, 2);
  auto& programs = static_cast<ProgArray&>(*map);
  auto program = std::make_shared<int>(7);
  EXPECT_EQ(programs.get(0), nullptr);
  for (uint32_t i : {0u, 511u, 512u, 599u}) EXPECT_EQ(programs.set(i, {program, 40 + i}), 0);
  EXPECT_EQ(program.use_count(), 5);
  EXPECT_EQ(programs.set(600, {program, 1}), -E2BIG);
  EXPECT_EQ(programs.set(0, {program, 1}, 1), -EINVAL);
  EXPECT_EQ(programs.get(512), program);
  EXPECT_EQ(programs.get(600), nullptr);
  EXPECT_EQ(programs.clear(512), 0);
  EXPECT_EQ(programs.clear(512), -ENOENT);
  EXPECT_EQ(programs.clear(600), -E2BIG);
  Buffer key = key_bytes(map->definition(), 511), value(4);
  store(value.data(), 40 + 511);
  EXPECT_EQ(map->sys_lookup(key).value(), value);
  EXPECT_EQ(map->sys_update(key, value), -EBADF);
  EXPECT_EQ(map->lookup(key, 0), nullptr);  // programs never look inside
  EXPECT_EQ(map->sys_remove(key), 0);
  map.reset();
  EXPECT_EQ(program.use_count(), 1);
}

}  // namespace
}  // namespace skep::maps::test
