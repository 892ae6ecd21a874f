// SPDX-License-Identifier: Apache-2.0
// Halving a range of 256 numbers, again and again.
// Kinds: maps linked
#include "effort.h"

SEC("socket")
int walk(void *ctx) {
  __u32 *v = (__u32 *)block(4);
  if (!v) return 0;
  int found = 0;
  for (int i = 0; i < 2; i++) {
    __u32 x = bpf_get_prandom_u32(), low = 0, high = 256;
    for (int step = 0; step < 9 && low < high; step++) {
      __u32 middle = (low + high) / 2;
      if (middle >= 256) break;
      if (v[middle] < x)
        low = middle + 1;
      else
        high = middle;
    }
    found += low;
  }
  return found;
}
