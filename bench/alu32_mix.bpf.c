// SPDX-License-Identifier: Apache-2.0
// 32-bit arithmetic: alu64_mix on the lower halves.
#include "row.h"

ROW {
  u32 a = *(u32 *)mem, b = *(u32 *)(mem + 8), c = *(u32 *)(mem + 16), d = (u32)len;
  for (u32 i = 0; i < repeats; i++) {
    a += b, c ^= d, b *= 0x9e3779b1, d -= a;
    a ^= a >> 13, c += i, b |= 1, d ^= d << 7;
    a -= c, c *= 31, b ^= b >> 19, d += b;
    a ^= d, c ^= c >> 17, b += c & 0xff, d = -d;
  }
  return a ^ b ^ c ^ d;
}
