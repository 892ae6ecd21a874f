// SPDX-License-Identifier: Apache-2.0
// A callback that ends its loop when it found what it looks for; what it needs is in the context.
// Kinds: callbacks maps switches
#include "effort.h"

struct search {
  unsigned char *v;
  __u32 found, steps;
};
static int each(__u32 i, struct search *s) {
  if (i >= 1000) return 1;
  s->steps++;
  switch (s->v[i]) {
    case 'a': s->found = 1; return 1;
    case 'b': s->found += 2; break;
    case 'c': s->found ^= 4; break;
    case 'd': s->found |= 8; break;
    case 'e':
      for (int k = 1; k < 24; k++)
        if (s->v[i + k] == 'f') s->found++;
      break;
  }
  return s->found > 100;
}
SEC("socket")
int walk(void *ctx) {
  struct search s = {block(1)};
  if (!s.v) return 0;
  for (int round = 0; round < 6; round++) bpf_loop(1000, each, &s, 0);
  return s.found;
}
