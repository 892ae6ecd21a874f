// SPDX-License-Identifier: Apache-2.0
// Global functions with iterators and callbacks of their own, called from an iterator.
// Kinds: globals iterators callbacks
#include "effort.h"

struct sums {
  __u64 all, odd;
};
static int each(__u32 i, struct sums *s) {
  s->all += i;
  if (i & 1) s->odd++;
  return s->all > 1000;
}
noinline_ int loop(int rounds, __u32 seed) {
  struct sums s = {seed};
  if (rounds < 0 || rounds > 100) return 0;
  bpf_loop(rounds, each, &s, 0);
  return s.all + s.odd;
}
noinline_ int iterate(struct sums *s, int n) {
  if (!s) return 0;
  __u32 hits = 0;
  each_number(i, 0, n) {
    if (i & 3) s->all++;
    else if (s->odd > s->all) hits++;
    if (hits > 10) break;
  }
  return hits;
}
SEC("socket")
int walk(void *ctx) {
  struct sums s = {};
  __u32 total = 0;
  each_number(i, 0, 100) {
    total += loop(i, s.all);
    total += iterate(&s, i);
    if (total & 1) s.odd++;
    if (total > 1 << 20) break;
  }
  return total + s.all;
}
