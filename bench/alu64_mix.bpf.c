// SPDX-License-Identifier: Apache-2.0
// 64-bit arithmetic, four values that depend on each other a little: what a core can do in parallel it may.
#include "row.h"

ROW {
  u64 a = *(u64 *)mem, b = *(u64 *)(mem + 8), c = *(u64 *)(mem + 16), d = len;
  for (u64 i = 0; i < repeats; i++) {
    a += b, c ^= d, b *= 0x9e3779b1, d -= a;
    a ^= a >> 13, c += i, b |= 1, d ^= d << 7;
    a -= c, c *= 31, b ^= b >> 29, d += b;
    a ^= d, c ^= c >> 17, b += c & 0xff, d = -d;
  }
  return a ^ b ^ c ^ d;
}
