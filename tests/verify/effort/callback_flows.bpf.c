// SPDX-License-Identifier: Apache-2.0
// Every element of a map, with what is found so far on the stack, and bpf_loop over each of them.
// Kinds: callbacks maps
#include "effort.h"

struct found {
  __u64 best, second;
  __u32 key, n;
};
static int cell(__u32 i, struct found *f) {
  if (i & 1) f->n++;
  if (f->n > 5) f->second = i;
  return 0;
}
static long each(void *map, __u32 *key, __u64 *value, struct found *f) {
  if (value[0] > f->best) {
    f->second = f->best;
    f->best = value[0];
    f->key = *key;
  } else if (value[1] > f->second) {
    f->second = value[1];
  }
  bpf_loop(8, cell, f, 0);
  return f->n > 100;
}
SEC("socket")
int walk(void *ctx) {
  struct found f = {};
  bpf_for_each_map_elem(&flows, each, &f, 0);
  if (f.best > f.second) bpf_for_each_map_elem(&flows, each, &f, 0);
  return f.best + f.second + f.key;
}
