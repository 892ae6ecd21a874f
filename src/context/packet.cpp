// SPDX-License-Identifier: Apache-2.0
#include "context/packet.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace skep::context {

Packet::Packet(View* view) : view_(view) {
  places_[0] = std::make_unique_for_overwrite<uint8_t[]>(place_size);
  settle();
}

void Packet::settle() {
  if (view_ != nullptr) *view_ = {.data = data(), .data_end = data_end(), .data_meta = data_meta(), .size = size()};
}

void Packet::assign(Bytes bytes, Layout layout) {
  auto size = static_cast<uint32_t>(bytes.size());
  uint32_t linear = layout == Layout::paged ? std::min(size, linear_limit) : size;
  place_ = 0;
  meta_ = data_ = headroom;
  data_end_ = headroom + linear;
  end_ = headroom + size;
  hard_end_ = headroom + std::max(linear, linear_limit);
  hidden_ = 0;
  std::memset(at(0), 0, headroom);
  if (size != 0) std::memcpy(data(), bytes.data(), size);
  settle();
}

void Packet::relocate() {
  const uint8_t* from = at(0);
  place_ = (place_ + 1) % places;
  if (!places_[place_]) places_[place_] = std::make_unique_for_overwrite<uint8_t[]>(place_size);
  std::memcpy(at(0), from, end_);
  settle();
}

int Packet::adjust_head(int32_t by) {
  int64_t data = int64_t{data_} + by;
  if (data < int64_t{frame_record} + (data_ - meta_) || data > int64_t{data_end_} - link_header) return -EINVAL;
  std::size_t length = metadata();
  auto meta = static_cast<uint32_t>(data) - static_cast<uint32_t>(length);
  std::memmove(at(meta), at(meta_), length);  // metadata travels with the packet's head
  meta_ = meta;
  data_ = static_cast<uint32_t>(data);
  settle();
  return 0;
}

int Packet::adjust_meta(int32_t by) {
  int64_t meta = int64_t{meta_} + by;
  if (meta < frame_record || meta > data_) return -EINVAL;
  if ((data_ - meta) % 4 != 0 || data_ - meta > 252) return -EACCES;
  meta_ = static_cast<uint32_t>(meta);
  settle();
  return 0;
}

int Packet::adjust_tail(int32_t by) {
  return by >= 0 ? grow(static_cast<uint32_t>(by)) : shrink(uint32_t{0} - static_cast<uint32_t>(by));
}

// The linear part grows up to the hard end; where there are fragments, the last one up to its page.
int Packet::grow(uint32_t by) {
  uint32_t fragments = end_ - data_end_;
  uint32_t room = fragments == 0 ? hard_end_ - data_end_ : (page - fragments % page) % page;
  if (by > room) return -EINVAL;
  std::memset(at(end_), 0, by);
  end_ += by;
  if (fragments == 0) data_end_ = end_;
  settle();
  return 0;
}

int Packet::shrink(uint32_t by) {
  if (size() < std::size_t{by} + link_header) return -EINVAL;
  end_ -= by;
  data_end_ = std::min(data_end_, end_);
  settle();
  return 0;
}

bool Packet::divide_metadata(std::size_t length) {
  if (length % 4 != 0 || length > headroom - frame_record || length > data_end_ - data_) return false;
  if (length + link_header > size()) return false;
  auto n = static_cast<uint32_t>(length);
  bool full = data_end_ == hard_end_;  // what moves into the headroom leaves room behind
  std::memmove(at(data_ - n), data(), size());
  meta_ = data_ - n;
  end_ -= n;
  data_end_ = full ? std::min(end_, hard_end_) : data_end_ - n;
  settle();
  return true;
}

bool Packet::divide_linear(std::size_t length) {
  if (length < metadata() || length > end_ - meta_) return false;
  data_end_ = std::min(meta_ + static_cast<uint32_t>(length), hard_end_);
  settle();
  return true;
}

void Packet::hide(std::size_t length) {
  hidden_ = static_cast<uint32_t>(length);
  data_ += hidden_;
  meta_ = data_;
  settle();
}

}  // namespace skep::context
