// SPDX-License-Identifier: Apache-2.0
// bpf_loop, its state behind a pointer to the stack.
// Kinds: callbacks
#include "effort.h"

struct state {
  __u64 sum, least, most;
  __u32 odd;
};
static int each(__u32 i, struct state *s) {
  __u64 x = bpf_get_prandom_u32();
  s->sum += x;
  if (x < s->least) s->least = x;
  if (x > s->most) s->most = x;
  for (int bit = 0; bit < 2; bit++) {
    __u64 one = x >> bit & 1;
    opaque(one);
    if (one) s->odd++;
  }
  return s->sum > 1ull << 40;
}
SEC("socket")
int walk(void *ctx) {
  struct state s = {.least = ~0ull};
  bpf_loop(1000, each, &s, 0);
  bpf_loop(10, each, &s, 0);
  return s.sum + s.odd;
}
