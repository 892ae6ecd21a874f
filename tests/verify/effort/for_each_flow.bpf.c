// SPDX-License-Identifier: Apache-2.0
// Every element of a hash: how many bits it has.
// Kinds: callbacks maps
#include "effort.h"

struct totals {
  __u64 last;
};
struct bpf_map;
static long each(struct bpf_map *map, __u32 *key, __u64 *v, struct totals *t) {
  __u64 sum = 0;
  for (int i = 0; i < 40; i++) {
    __u64 x = v[i & 7] >> i & 1;
    opaque(x);
    if (x) sum++;
  }
  v[7] = sum;
  t->last = v[0];
  return t->last > 1000;
}
SEC("socket")
int walk(void *ctx) {
  struct totals t = {};
  bpf_for_each_map_elem(&flows, each, &t, 0);
  return t.last;
}
