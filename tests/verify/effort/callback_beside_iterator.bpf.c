// SPDX-License-Identifier: Apache-2.0
// Rounds of an iterator that go through another one or through bpf_loop: a call of a callback is met by states of both.
// Kinds: callbacks iterators linked
#include "effort.h"

struct state {
  __u32 a, b, c;
};
static int each(__u32 i, struct state *s) {
  __u32 cells[4] = {};
  if (!block(1)) return 1;
  s->b = s->c >> 5;
  s->a = cells[s->a & 3];
  return s->a > 100;
}
SEC("socket")
int walk(void *ctx) {
  __u64 a = bpf_get_prandom_u32(), b = 0, c = 0, d = bpf_get_prandom_u32();
  each_number(i, 0, 100) {
    if (i > 23) {
      each_number(j, 1, 100) {
        a++;
        c |= d;
        if (b > 50) break;
      }
    } else {
      struct state s = {11, c};
      bpf_loop(5, each, &s, 0);
      c += s.a;
      a = s.b;
    }
  }
  if (c > 4) c = a;
  if (d > b) d = (__u32)bpf_get_prandom_u32();
  return a + b + c + d;
}
