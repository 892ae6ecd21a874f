// SPDX-License-Identifier: Apache-2.0
// The hash of keys: folded 64 × 64 → 128-bit multiplications (as in wyhash), two words at a time. Chosen over CRC32C
// because it is seeded (CRC is linear: whoever learns one collision has them all, whatever the seed), as fast for one
// word and faster for many, and the same on every machine. hash_test.cpp holds it against a fair die.
#pragma once

#include <array>

#include "base/bytes.hpp"

namespace skep::maps {

__extension__ using Wide = unsigned __int128;

inline uint64_t fold(uint64_t a, uint64_t b) {
  Wide p = Wide{a} * b;
  return static_cast<uint64_t>(p) ^ static_cast<uint64_t>(p >> 64);
}

struct Seed {
  uint64_t a = 0x9e3779b97f4a7c15, b = 0xd6e8feb86659fd93;  // BPF_F_ZERO_SEED: the same order in every run
};

// A key as 64-bit words, the last one padded with zeros. How elements store keys, so equal words are equal keys.
class KeyWords {
 public:
  KeyWords(const uint8_t* key, uint32_t size) : key_(key), full_(size / 8), tail_(size % 8) {}
  uint32_t count() const { return full_ + (tail_ != 0); }
  uint64_t operator[](uint32_t i) const {
    if (i < full_) return load<uint64_t>(key_ + i * std::size_t{8});
    const uint8_t* rest = key_ + full_ * std::size_t{8};
    if (tail_ == 4) return load<uint32_t>(rest);
    uint64_t word = 0;
    for (uint32_t k = 0; k < tail_; ++k) word |= uint64_t{rest[k]} << (8 * k);
    return word;
  }

 private:
  const uint8_t* key_;
  uint32_t full_, tail_;
};

inline uint64_t hash_of(const KeyWords& key, const Seed& seed) {
  uint32_t n = key.count(), i = 0;
  uint64_t h = seed.a;
  for (; i + 2 < n; i += 2) h = fold(key[i] ^ h, key[i + 1] ^ seed.b);
  if (i + 1 < n)
    h = fold(key[i] ^ h, key[i + 1] ^ seed.b) ^ seed.a;
  else
    h ^= key[i];
  return fold(h, seed.b | 1);
}

}  // namespace skep::maps
