// SPDX-License-Identifier: Apache-2.0
// Numbers at constant distances from each other, some of them spilled, bounded once and used many times.
// Kinds: linked maps
#include "effort.h"

SEC("socket")
int walk(void *ctx) {
  unsigned char *v = block(0), *w = block(1);
  if (!v || !w) return 0;
  __u64 at = bpf_get_prandom_u32(), sum = 0;
  for (int n = 0; n < 40; n++) {
    __u64 a = at, b = at + 1, c = at + 17;
    opaque(a);
    volatile __u64 kept = at;
    if (at > 900) {
      at = bpf_get_prandom_u32() & 1023;
      continue;
    }
    if (b < 901) sum += v[at] + w[at + 1];
    if (c < 918) sum += v[at + 17];
    if (a < 900) sum += w[a];
    if (kept < 1000) sum ^= v[kept];
    if (sum & 1) at += 3;
    else at += 5;
  }
  return sum;
}
