// SPDX-License-Identifier: Apache-2.0
// Copies between a map, where others may read and write at the same time, and memory that is ours alone. In the map
// words are read and written whole (relaxed atomics, plain moves on every machine we know), so an aligned 8-byte
// counter is never seen half-written; a longer value may be, as on Linux.
#pragma once

#include <atomic>

#include "base/bytes.hpp"

namespace skep::maps {

inline void copy_in(void* to_map, const uint8_t* from, std::size_t size) {
  auto* words = static_cast<uint64_t*>(to_map);
  std::size_t i = 0;
  for (; i + 8 <= size; i += 8)
    std::atomic_ref(words[i / 8]).store(load<uint64_t>(from + i), std::memory_order_relaxed);
  auto* bytes = static_cast<uint8_t*>(to_map);
  for (; i < size; ++i) std::atomic_ref(bytes[i]).store(from[i], std::memory_order_relaxed);
}

inline void copy_out(uint8_t* to, const void* from_map, std::size_t size) {
  auto* words = const_cast<uint64_t*>(static_cast<const uint64_t*>(from_map));  // atomic_ref<const T> is C++26
  std::size_t i = 0;
  for (; i + 8 <= size; i += 8) store(to + i, std::atomic_ref(words[i / 8]).load(std::memory_order_relaxed));
  auto* bytes = const_cast<uint8_t*>(static_cast<const uint8_t*>(from_map));
  for (; i < size; ++i) to[i] = std::atomic_ref(bytes[i]).load(std::memory_order_relaxed);
}

inline void clear(void* in_map, std::size_t size) {
  auto* words = static_cast<uint64_t*>(in_map);  // values lie round_up(size, 8) apart
  for (std::size_t i = 0; i < size; i += 8) std::atomic_ref(words[i / 8]).store(0, std::memory_order_relaxed);
}

}  // namespace skep::maps
