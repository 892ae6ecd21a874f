// SPDX-License-Identifier: Apache-2.0
// Sorting by swaps: a branch in each of 1,560 rounds.
// Kinds: maps
#include "effort.h"

SEC("socket")
int walk(void* ctx) {
  int key = 0;
  char* v = bpf_map_lookup_elem(&blocks, &key);
  if (!v) return 0;
  for (int i = 0; i < 40; i++)
    for (int j = 0; j < 39; j++)
      if (v[j] > v[j + 1]) {
        char t = v[j];
        v[j] = v[j + 1];
        v[j + 1] = t;
      }
  return v[0];
}
