// SPDX-License-Identifier: Apache-2.0
// The Internet checksum (RFC 1071) and its update (RFC 1624), in the representation of zero that Linux ends up with.
//
// Ones' complement has two zeros: a sum is 0 only if everything summed is 0, otherwise 0xffff. Words are summed in this
// machine's byte order; the checksum does not care (RFC 1071 section 2 B).
#pragma once

#include "base/bytes.hpp"

namespace skep::helpers {

constexpr uint32_t sum_add(uint32_t a, uint32_t b) {
  uint32_t s = a + b;
  return s + (s < a);
}
constexpr uint32_t sum_subtract(uint32_t a, uint32_t b) { return sum_add(a, ~b); }

constexpr uint16_t fold_sum(uint32_t s) {
  s = (s & 0xffff) + (s >> 16);
  return static_cast<uint16_t>(s + (s >> 16));
}

// The sum of words; a length that is not a multiple of 4 is continued with zeros.
inline uint32_t sum_of(Bytes bytes, uint32_t seed = 0) {
  uint64_t s = seed;
  while (bytes.size() >= 4) {
    s += load<uint32_t>(bytes.data());
    bytes = bytes.subspan(4);
  }
  uint32_t rest = 0;
  if (!bytes.empty()) std::memcpy(&rest, bytes.data(), bytes.size());
  s += rest;
  s = (s & 0xffffffff) + (s >> 32);
  return static_cast<uint32_t>(s + (s >> 32));
}

// A checksum field after `from` became `to` in what it covers: HC' = ~(~HC + ~m + m'), 32 bits wide.
constexpr uint16_t updated_checksum(uint16_t checksum, uint32_t from, uint32_t to) {
  return static_cast<uint16_t>(~fold_sum(sum_add(sum_subtract(~uint32_t{checksum}, from), to)));
}
// The same, summed 16 bits wide.
constexpr uint16_t updated_checksum_16(uint16_t checksum, uint16_t from, uint16_t to) {
  auto add = [](uint16_t a, uint16_t b) {
    auto s = static_cast<uint16_t>(a + b);
    return static_cast<uint16_t>(s + (s < a));
  };
  auto complement = [](uint16_t v) { return static_cast<uint16_t>(~v); };
  return complement(add(add(complement(checksum), complement(from)), to));
}

}  // namespace skep::helpers
