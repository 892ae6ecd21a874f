// SPDX-License-Identifier: Apache-2.0
// bpf_loop within an iterator, and an iterator within its callback.
// Kinds: callbacks iterators
#include "effort.h"

struct state {
  __u64 sum;
  __u32 i, seen;
};
static int each(__u32 n, struct state *s) {
  __u64 x = bpf_get_prandom_u32();
  if (x & 1) s->sum += n;
  each_number(k, 0, 16) {
    if ((x >> (k & 15)) & 1) s->seen++;
    if (s->seen > s->i) break;
  }
  return s->seen > 1000;
}
SEC("socket")
int walk(void *ctx) {
  struct state s = {};
  __u32 odd = 0;
  each_number(i, 0, 100) {
    s.i = i;
    bpf_loop(10, each, &s, 0);
    if (s.sum & 1) odd++;
    else if (odd > 10) odd = 0;
  }
  return s.sum + odd;
}
