// SPDX-License-Identifier: Apache-2.0
// bpf_loop whose callback's state has counters, a small array, and a number that bounds another.
// Kinds: callbacks linked
#include "effort.h"

struct state {
  __u32 counts[4], fill, most;
  __u64 last, sum;
};
static int each(__u32 i, struct state *s) {
  __u32 x = bpf_get_prandom_u32();
  __u32 k = s->fill;
  if (k < 4) {
    s->counts[k & 3]++;
    s->fill = k + 1;
  } else {
    s->fill = 0;
  }
  switch (x & 3) {
    case 0: s->sum += i; break;
    case 1: s->sum ^= x; break;
    case 2: s->most = x & 255; break;
    default:
      if (s->last == x) return 1;
  }
  s->last = x;
  return 0;
}
SEC("socket")
int walk(void *ctx) {
  struct state s = {};
  bpf_loop(100, each, &s, 0);
  if (s.fill > 2) bpf_loop(1000, each, &s, 0);
  return s.sum + s.most + s.fill + s.counts[0] + s.counts[1] + s.counts[2] + s.counts[3];
}
