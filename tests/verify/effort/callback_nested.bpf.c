// SPDX-License-Identifier: Apache-2.0
// bpf_loop within bpf_loop: pairs of bytes of a map value.
// Kinds: callbacks maps
#include "effort.h"

struct state {
  unsigned char *v;
  __u32 i, inversions;
};
static int inner(__u32 j, struct state *s) {
  __u32 i = s->i & 511;
  opaque(i);
  opaque(j);
  if (j >= 512) return 1;
  if (s->v[i] > s->v[j]) s->inversions++;
  for (int k = 0; k < 60; k++)
    if (s->v[j + k] == k) s->inversions++;
  return 0;
}
static int outer(__u32 i, struct state *s) {
  s->i = i;
  bpf_loop(512, inner, s, 0);
  return 0;
}
SEC("socket")
int walk(void *ctx) {
  struct state s = {block(0)};
  if (!s.v) return 0;
  bpf_loop(512, outer, &s, 0);
  return s.inversions;
}
