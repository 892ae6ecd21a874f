// SPDX-License-Identifier: Apache-2.0
// Sizes into powers of two: five tests for each, then a counter.
// Kinds: maps switches
#include "effort.h"

SEC("socket")
int walk(void *ctx) {
  for (int i = 0; i < 40; i++) {
    __u32 x = bpf_get_prandom_u32(), slot = 0;
    if (x >> 16) slot += 16, x >>= 16;
    if (x >> 8) slot += 8, x >>= 8;
    if (x >> 4) slot += 4, x >>= 4;
    if (x >> 2) slot += 2, x >>= 2;
    if (x >> 1) slot += 1;
    __u64 *v = bpf_map_lookup_elem(&flows, &slot);
    if (v) v[slot & 7]++;
  }
  return 0;
}
