// SPDX-License-Identifier: Apache-2.0
// The packet's buffer. That Linux answers the same is asked in helpers/kernel_test.cpp.
#include "context/packet.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <numeric>

namespace skep::context {
namespace {

Buffer frame_of(std::size_t size) {
  Buffer b(size);
  std::iota(b.begin(), b.end(), uint8_t{1});
  return b;
}
Buffer copy(Bytes b) { return {b.begin(), b.end()}; }

TEST(Packet, linear_layout_shows_everything_paged_layout_one_page) {
  Packet p;
  p.assign(frame_of(5000), Packet::Layout::linear);
  EXPECT_EQ(p.data_end() - p.data(), 5000);
  p.assign(frame_of(5000), Packet::Layout::paged);
  EXPECT_EQ(p.data_end() - p.data(), 3520);
  EXPECT_EQ(p.size(), 5000u);
  EXPECT_EQ(copy(p.bytes()), frame_of(5000));
}

TEST(Packet, head_moves_within_the_headroom_and_up_to_the_link_header) {
  Packet p;
  for (int32_t by = -300; by <= 100; ++by) {
    p.assign(frame_of(64), Packet::Layout::paged);
    bool fits = by >= -216 && by <= 50;
    EXPECT_EQ(p.adjust_head(by), fits ? 0 : -EINVAL) << by;
    EXPECT_EQ(p.size(), static_cast<std::size_t>(fits ? 64 - by : 64)) << by;
    EXPECT_EQ(p.bytes()[0], fits ? (by < 0 ? 0 : by + 1) : 1) << "the headroom of a new packet is zero";
  }
}

TEST(Packet, bytes_cut_off_at_the_head_come_back_with_it) {
  Packet p;
  p.assign(frame_of(64), Packet::Layout::paged);
  ASSERT_EQ(p.adjust_head(10), 0);
  ASSERT_EQ(p.adjust_head(-10), 0);
  EXPECT_EQ(copy(p.bytes()), frame_of(64));
}

TEST(Packet, tail_grows_with_zeros_into_the_page_and_shrinks_to_the_link_header) {
  Packet p;
  for (std::size_t size : {14u, 64u, 3520u, 3521u, 5000u, 9000u})
    for (int32_t by = -9100; by <= 4200; by += by < -50 && by > -3000 ? 7 : 1) {
      p.assign(frame_of(size), Packet::Layout::paged);
      int64_t most =
          size <= 3520 ? 3520 - static_cast<int64_t>(size) : (4096 - (static_cast<int64_t>(size) - 3520) % 4096) % 4096;
      bool fits = by <= most && static_cast<int64_t>(size) + by >= 14;
      ASSERT_EQ(p.adjust_tail(by), fits ? 0 : -EINVAL) << size << " " << by;
      if (!fits) continue;
      ASSERT_EQ(p.size(), size + static_cast<std::size_t>(by));
      ASSERT_TRUE(by <= 0 || p.bytes().back() == 0);
      ASSERT_LE(p.data_end(), p.data() + p.size());
    }
}

TEST(Packet, extremes_do_not_overflow) {
  Packet p;
  p.assign(frame_of(64), Packet::Layout::paged);
  for (int32_t by : {INT32_MIN, INT32_MAX}) {
    EXPECT_EQ(p.adjust_head(by), -EINVAL);
    EXPECT_EQ(p.adjust_tail(by), -EINVAL);
    EXPECT_EQ(p.adjust_meta(by), -EINVAL);
  }
  EXPECT_EQ(copy(p.bytes()), frame_of(64));
}

TEST(Packet, metadata_is_a_multiple_of_four_in_the_headroom_and_travels_with_the_head) {
  Packet p;
  for (int32_t by = -300; by <= 10; ++by) {
    p.assign(frame_of(64), Packet::Layout::paged);
    int expected = by > 0 || by < -216 ? -EINVAL : by % 4 != 0 ? -EACCES : 0;
    ASSERT_EQ(p.adjust_meta(by), expected) << by;
  }
  p.assign(frame_of(64), Packet::Layout::paged);
  ASSERT_EQ(p.adjust_meta(-8), 0);
  store(p.data_meta(), uint64_t{0x1122334455667788});
  ASSERT_EQ(p.adjust_head(-20), 0);
  EXPECT_EQ(load<uint64_t>(p.data_meta()), 0x1122334455667788u);
  EXPECT_EQ(p.adjust_head(-189), -EINVAL) << "metadata needs its place too";
  EXPECT_EQ(p.adjust_head(-188), 0);
}

TEST(Packet, relocation_keeps_content_and_leaves_the_old_address) {
  Packet p;
  p.assign(frame_of(5000), Packet::Layout::paged);
  ASSERT_EQ(p.adjust_head(20), 0);
  ASSERT_EQ(p.adjust_meta(-4), 0);
  Buffer before = copy(p.with_metadata());
  std::vector<const uint8_t*> seen;
  for (int i = 0; i < 16; ++i) {
    seen.push_back(p.data());
    p.relocate();
    if (i == 15) break;  // back at the first place
    for (const uint8_t* old : seen) ASSERT_TRUE(old + 5000 < p.data_meta() || old > p.data_end());
  }
  EXPECT_EQ(copy(p.with_metadata()), before);
  ASSERT_EQ(p.adjust_head(-20), 0);
  EXPECT_EQ(copy(p.bytes().subspan(20)), Buffer(before.begin() + 4, before.end()));
}

TEST(Packet, hidden_bytes_stay_before_the_packet) {
  Packet p;
  p.assign(frame_of(60), Packet::Layout::linear);
  p.hide(14);
  EXPECT_EQ(p.size(), 46u);
  EXPECT_EQ(p.bytes()[0], 15);
  EXPECT_EQ(copy(p.with_hidden()), frame_of(60));
}

}  // namespace
}  // namespace skep::context
