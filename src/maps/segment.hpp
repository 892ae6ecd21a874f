// SPDX-License-Identifier: Apache-2.0
// The memory of one map: an address range reserved when the map is made, which never moves and starts as zeros.
// Pages nobody has touched cost nothing. What lies inside refers to other parts by offset only.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "base/bytes.hpp"

namespace skep::maps {

class Segment {
 public:
  // Nothing where the size is more than this machine's memory, or the address space has no room: -ENOMEM.
  static std::optional<Segment> reserve(uint64_t size);

  Segment(Segment&& from) noexcept : bytes_(std::exchange(from.bytes_, {})) {}
  Segment& operator=(Segment&&) = delete;
  ~Segment();

  uint8_t* at(uint64_t offset) { return bytes_.data() + offset; }
  const uint8_t* at(uint64_t offset) const { return bytes_.data() + offset; }
  MutableBytes bytes() { return bytes_; }

 private:
  explicit Segment(MutableBytes bytes) : bytes_(bytes) {}
  MutableBytes bytes_;
};

}  // namespace skep::maps
