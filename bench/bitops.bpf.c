// SPDX-License-Identifier: Apache-2.0
// Bits counted, reversed, searched and bytes swapped, with shifts and masks.
#include "row.h"

static always_inline u64 count(u64 v) {
  v -= v >> 1 & 0x5555555555555555;
  v = (v & 0x3333333333333333) + (v >> 2 & 0x3333333333333333);
  return ((v + (v >> 4)) & 0x0f0f0f0f0f0f0f0f) * 0x0101010101010101 >> 56;
}

static always_inline u64 reverse(u64 v) {
  v = (v >> 1 & 0x5555555555555555) | (v & 0x5555555555555555) << 1;
  v = (v >> 2 & 0x3333333333333333) | (v & 0x3333333333333333) << 2;
  v = (v >> 4 & 0x0f0f0f0f0f0f0f0f) | (v & 0x0f0f0f0f0f0f0f0f) << 4;
  return __builtin_bswap64(v);
}

ROW {
  u64 x = *(u64 *)mem ^ len, bits = 0;
  for (u32 i = 0; i < repeats; i++) {
    bits += count(x) + count(x & -x);
    x = reverse(x) * 0x9e3779b97f4a7c15 + bits;
  }
  return x ^ bits;
}
