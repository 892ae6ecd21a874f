// SPDX-License-Identifier: Apache-2.0
// What helpers are for: checksums stay right, maps and host answer. Errnos are compared with Linux in
// helpers_kernel_test.cpp.
#include <gtest/gtest.h>

#include <random>

#include "context/context.hpp"
#include "facts/uapi.hpp"
#include "helpers/sum.hpp"
#include "helpers/table.hpp"

namespace skep::helpers {
namespace {

using context::Context;

// RFC 1071, as it stands there: 16-bit words, end-around carry.
uint16_t reference_checksum(Bytes bytes) {
  uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) sum += i % 2 == 0 ? bytes[i] : uint32_t{bytes[i]} << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

struct Machine {
  vm::Host host;
  vm::Run run{};
  Context context{facts::ProgType::sched_cls};

  Machine() {
    run.host = &host;
    run.context = &context;
  }
  uint64_t call(uint16_t id, uint64_t a = 0, uint64_t b = 0, uint64_t c = 0, uint64_t d = 0, uint64_t e = 0) {
    return function(id)(run, a, b, c, d, e);
  }
};
template <class T>
uint64_t address(T* p) {
  return reinterpret_cast<uint64_t>(p);
}

TEST(Checksums, sums_are_those_of_rfc_1071) {
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    Buffer bytes(random() % 64);
    for (uint8_t& b : bytes) b = static_cast<uint8_t>(random() % 3 == 0 ? 0xff : random());
    ASSERT_EQ(static_cast<uint16_t>(~fold_sum(sum_of(bytes))), reference_checksum(bytes));
  }
  static_assert(fold_sum(0) == 0 && fold_sum(0xffffffff) == 0xffff && fold_sum(0x1ffff) == 1);
}

// Changing bytes and telling l3_csum_replace or csum_diff + l4_csum_replace leaves the checksum right.
TEST(Checksums, replacing_keeps_a_packet_right) {
  Machine m;
  std::mt19937 random(2);
  for (int i = 0; i < 20'000; ++i) {
    Buffer packet(64);
    for (uint8_t& b : packet) b = static_cast<uint8_t>(random());
    store(&packet[24], uint16_t{0});
    store(&packet[24], reference_checksum(packet));
    ASSERT_TRUE(m.context.assign(packet));
    uint8_t* data = m.context.packet().data();
    std::size_t at = 28 + random() % 8 * 4;
    auto before = load<uint32_t>(data + at);
    auto after = static_cast<uint32_t>(random());
    ASSERT_EQ(m.call(9, 0, at, address(&after), 4, 0), 0u);
    if (i % 2 == 0) {
      ASSERT_EQ(m.call(10, 0, 24, before, after, 4), 0u);
    } else {
      uint64_t difference = m.call(28, address(&before), 4, address(&after), 4, 0);
      ASSERT_EQ(m.call(11, 0, 24, 0, difference, facts::csum_flag::pseudo_header), 0u);
    }
    Buffer sum_me(data, data + 64);
    ASSERT_EQ(reference_checksum(sum_me), 0);
  }
}

TEST(Checksums, udp_without_one_stays_so_and_never_gets_zero) {
  Machine m;
  Buffer packet(64);
  ASSERT_TRUE(m.context.assign(packet));
  constexpr uint64_t udp = facts::csum_flag::mangled_0, enforce = facts::csum_flag::enforce;
  EXPECT_EQ(m.call(11, 0, 24, 1, 2, udp | 2), 0u);
  EXPECT_EQ(load<uint16_t>(m.context.packet().data() + 24), 0);
  EXPECT_EQ(m.call(11, 0, 24, 0, 0xffff, udp | enforce | 2), 0u);
  EXPECT_EQ(load<uint16_t>(m.context.packet().data() + 24), 0xffff);
}

TEST(PacketBytes, a_load_that_fails_zeroes_its_destination) {
  Machine m;
  ASSERT_TRUE(m.context.assign(Buffer(64, 7)));
  uint64_t out = ~uint64_t{0};
  EXPECT_EQ(m.call(26, 0, 60, address(&out), 8), vm::errno_result(EFAULT));
  EXPECT_EQ(out, 0u);
  EXPECT_EQ(m.call(26, 0, 56, address(&out), 8), 0u);
  EXPECT_EQ(out, 0x0707070707070707u);
}

TEST(PacketBytes, a_store_may_forget_the_hash) {
  Machine m;
  ASSERT_TRUE(m.context.assign(Buffer(64, 7)) && m.context.set("hash", 5));
  EXPECT_EQ(m.call(9, 0, 0, address("x"), 1, facts::csum_flag::recompute_csum), 0u);
  EXPECT_EQ(m.context.get(facts::CtxValue::hash), 5u);
  EXPECT_EQ(m.call(9, 0, 0, address("x"), 1, facts::csum_flag::invalidate_hash), 0u);
  EXPECT_EQ(m.context.get(facts::CtxValue::hash), 0u);
}

TEST(Host, answers_clock_random_lane_and_takes_lines) {
  Machine m;
  std::string said;
  m.host = {
      .now_ns = [] { return 123u; }, .random = [] { return 456u; }, .printk = [&](std::string_view s) { said = s; }};
  m.run.lane = 3;
  EXPECT_EQ(m.call(5), 123u);
  EXPECT_EQ(m.call(7), 456u);
  EXPECT_EQ(m.call(8), 3u);
  EXPECT_EQ(m.call(6, address("n=%d\n"), 6, 9), 4u);
  EXPECT_EQ(said, "n=9") << "a line, without its end";
  m.host.printk = nullptr;
  EXPECT_EQ(m.call(6, address("n=%d\n"), 6, 9), 4u);
}

TEST(Maps, elements_belong_to_the_lane) {
  Machine m;
  auto map = maps::create({.type = facts::MapType::percpu_hash, .key_size = 4, .value_size = 8, .max_entries = 2}, 2);
  ASSERT_TRUE(map);
  uint64_t self = address(map->get()), value = 9;
  uint32_t key = 1;
  EXPECT_EQ(m.call(1, self, address(&key)), 0u);
  EXPECT_EQ(m.call(2, self, address(&key), address(&value), facts::update_exist), vm::errno_result(ENOENT));
  EXPECT_EQ(m.call(2, self, address(&key), address(&value), facts::update_any), 0u);
  EXPECT_EQ(*reinterpret_cast<uint64_t*>(m.call(1, self, address(&key))), 9u);
  m.run.lane = 1;
  EXPECT_EQ(*reinterpret_cast<uint64_t*>(m.call(1, self, address(&key))), 0u);
  EXPECT_EQ(m.call(3, self, address(&key)), 0u);
  EXPECT_EQ(m.call(3, self, address(&key)), vm::errno_result(ENOENT));
}

}  // namespace
}  // namespace skep::helpers
