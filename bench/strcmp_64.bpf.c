// SPDX-License-Identifier: Apache-2.0
// Two strings compared, byte by byte, that differ in their 64th: a loop with two ways out.
#include "row.h"

static always_inline int compare(const u8 *a, const u8 *b) {
  for (u32 at = 0; at < 64; at++)
    if (a[at] != b[at] || !a[at]) return a[at] - b[at];
  return 0;
}

ROW {
  for (u32 at = 0; at < 64; at++) mem[64 + at] = mem[at] |= 1;
  u64 sum = len;
  for (u32 i = 0; i < repeats; i++) {
    mem[127] = (u8)(i | 1);
    barrier();
    sum = sum * 3 + (u64)compare(mem, mem + 64);
  }
  return sum;
}
