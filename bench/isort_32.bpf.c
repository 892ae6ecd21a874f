// SPDX-License-Identifier: Apache-2.0
// Insertion sort of 32 numbers: loads, stores and branches that depend on the data.
#include "row.h"

ROW {
  u32 *from = (u32 *)mem, *sorted = (u32 *)(mem + 128);
  u64 sum = len;
  for (u32 i = 0; i < repeats; i++) {
    for (u32 n = 0; n < 32; n++) {
      u32 v = from[n] * (2 * i + 1), at = n;
      for (; at > 0 && sorted[at - 1] > v; at--) sorted[at] = sorted[at - 1];
      sorted[at] = v;
    }
    sum = sum * 31 + sorted[i & 31];
  }
  return sum;
}
