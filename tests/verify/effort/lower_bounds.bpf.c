// SPDX-License-Identifier: Apache-2.0
// A limit that is lowered step by step, and a copy that is as large: each test narrows both.
// Kinds: linked maps
#include "effort.h"

SEC("socket")
int walk(void *ctx) {
  unsigned char *v = block(0);
  if (!v) return 0;
  __u64 limit = bpf_get_prandom_u32(), sum = 0;
  for (__u64 i = 1000; i > 700; i -= 3) {
    __u64 copy = limit;
    opaque(copy);
    if (limit > i) {
      sum++;
      continue;
    }
    sum += v[copy];
    if (copy & 1) break;
    if (limit < 10) limit += 5;
  }
  return sum;
}
