// SPDX-License-Identifier: Apache-2.0
// Two places in a ring, one ahead of the other by a constant: a bound of one is a bound of both.
// Kinds: maps linked
#include "effort.h"

SEC("socket")
int walk(void *ctx) {
  unsigned char *v = block(0);
  if (!v) return 0;
  __u64 head = bpf_get_prandom_u32(), sum = 0;
  for (int i = 0; i < 150; i++) {
    __u64 ahead = head + 4;
    if (ahead > 900) {
      head = 0;
      continue;
    }
    sum += v[ahead] - v[head];
    head = ahead;
  }
  return sum;
}
