// SPDX-License-Identifier: Apache-2.0
// A packet in a buffer as XDP sees one: headroom before it, room behind it, and data, data_end, data_meta as real
// addresses that a program may dereference.
//
//     start    + record             data_meta  data                       data_end        end      hard end
//     |        |                        |      |  what the program reads  |   fragments   |         |
//     |<-- 40 -->| 216 bytes to grow into      |<------------- size() ------------------>|
//
// Linux puts one page around the linear part (256 bytes before it, 320 behind) and the rest of a large packet into
// fragments of a page each; a program reaches those with xdp_load_bytes only. Here the fragments follow the linear
// part in memory, so that data_end is all that distinguishes them. Limits and errnos are Linux 6.18's as its test run
// answers them (helpers/kernel_test.cpp asks it).
//
// Reused from packet to packet without allocation. The memory is places of equal size, each made when first needed;
// relocate() moves the packet to the next one, so that pointers from before point outside it (for 15 moves). One
// thread at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/bytes.hpp"

namespace skep::context {

class Packet {
 public:
  static constexpr uint32_t page = 4096, headroom = 256, frame_record = 40, tail_record = 320;
  static constexpr uint32_t linear_limit = page - headroom - tail_record;  // 3520
  static constexpr uint32_t link_header = 14;                              // nothing makes a packet shorter than that
  static constexpr std::size_t max_size = 120'000;

  enum class Layout : uint8_t { linear, paged };  // paged: at most linear_limit bytes before data_end
  // Where the packet lies now, for code that reads it from memory.
  struct View {
    uint8_t *data = nullptr, *data_end = nullptr, *data_meta = nullptr;
    uint64_t size = 0;
  };

  Packet() : Packet(nullptr) {}
  explicit Packet(View* view);              // kept up to date; may be null
  void assign(Bytes bytes, Layout layout);  // at most max_size bytes; no metadata
  void relocate();

  uint8_t* data() const { return at(data_); }
  uint8_t* data_end() const { return at(data_end_); }
  uint8_t* data_meta() const { return at(meta_); }
  std::size_t size() const { return end_ - data_; }  // all of it, fragments too
  std::size_t metadata() const { return data_ - meta_; }
  MutableBytes bytes() const { return {data(), size()}; }
  Bytes with_metadata() const { return {data_meta(), end_ - meta_}; }

  // 0 or a negative errno. Bytes that join the packet at its end are zero, those at its head what the headroom held.
  int adjust_head(int32_t by);
  int adjust_tail(int32_t by);
  int adjust_meta(int32_t by);

  // Where a test run is told how the frame is divided: its first `length` bytes are metadata (false: Linux refuses
  // that length), the linear part ends `length` bytes after the metadata's start.
  bool divide_metadata(std::size_t length);
  bool divide_linear(std::size_t length);
  // Makes the first `length` bytes invisible: they stay before data, in hidden(). length <= size().
  void hide(std::size_t length);
  MutableBytes hidden() const { return {at(data_ - hidden_), hidden_}; }
  Bytes with_hidden() const { return {at(data_ - hidden_), hidden_ + size()}; }

 private:
  static constexpr std::size_t places = 16, place_size = 128 * 1024;
  static_assert(headroom + max_size + page <= place_size);

  uint8_t* at(std::size_t offset) const { return places_[place_].get() + offset; }
  void settle();  // after every change of the offsets
  int grow(uint32_t by);
  int shrink(uint32_t by);

  std::array<std::unique_ptr<uint8_t[]>, places> places_;
  std::size_t place_ = 0;
  // Offsets in the place: meta_ <= data_ <= data_end_ <= end_, data_end_ <= hard_end_.
  uint32_t meta_ = headroom, data_ = headroom, data_end_ = headroom, end_ = headroom, hard_end_ = headroom;
  uint32_t hidden_ = 0;
  View* view_;
};

}  // namespace skep::context
