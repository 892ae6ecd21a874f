// SPDX-License-Identifier: Apache-2.0
// An open-coded iterator over a thousand numbers, into an array on the stack.
// Kinds: iterators switches
#include "effort.h"

SEC("socket")
int walk(void *ctx) {
  __u32 counts[8] = {}, most = 0;
  each_number(i, 0, 1000) {
    __u32 x = bpf_get_prandom_u32();
    for (int k = 0; k < 4; k++)
      if (x >> k & 1) counts[k]++;
    switch (i & 3) {
      case 0: counts[0] += i; break;
      case 1: counts[1] ^= x; break;
      case 2: most |= x & 255; break;
    }
  }
  each_number(i, 0, 8) {
    if (i >= 0 && i < 8 && counts[i] > most) most = counts[i];
  }
  return most;
}
