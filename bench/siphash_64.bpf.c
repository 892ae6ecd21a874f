// SPDX-License-Identifier: Apache-2.0
// SipHash-2-4 of 64 bytes: additions, rotations, exclusive ors on four values.
#include "row.h"

#define rotate(x, by) ((x) << (by) | (x) >> (64 - (by)))
#define ROUND                                                   \
  a += b, c += d, b = rotate(b, 13) ^ a, d = rotate(d, 16) ^ c; \
  a = rotate(a, 32), c += b, a += d;                            \
  b = rotate(b, 17) ^ c, d = rotate(d, 21) ^ a, c = rotate(c, 32)

ROW {
  u64 key0 = *(u64 *)(mem + 64), key1 = *(u64 *)(mem + 72), hash = 0;
  for (u32 i = 0; i < repeats; i++) {
    u64 a = 0x736f6d6570736575 ^ key0, b = 0x646f72616e646f6d ^ key1;
    u64 c = 0x6c7967656e657261 ^ key0, d = 0x7465646279746573 ^ key1;
    for (u32 at = 0; at < 64; at += 8) {
      u64 m = *(u64 *)(mem + at);
      d ^= m;
      ROUND;
      ROUND;
      a ^= m;
    }
    u64 last = (u64)64 << 56;
    d ^= last;
    ROUND;
    ROUND;
    a ^= last;
    c ^= 0xff;
    ROUND;
    ROUND;
    ROUND;
    ROUND;
    hash = a ^ b ^ c ^ d;
    key0 ^= hash;
  }
  return hash ^ len;
}
