// SPDX-License-Identifier: Apache-2.0
// A key on the stack that a helper reads: its bound is forgotten, and the branches pile up.
// Kinds: maps
#include "effort.h"

SEC("socket")
int walk(void* ctx) {
  __u64 sum = 0;
  for (__u32 i = 0; i < 64; i++) {
    __u64* v = bpf_map_lookup_elem(&flows, &i);
    if (v)
      for (int j = 0; j < 8; j++) sum += v[j];
    else
      sum++;
  }
  return sum;
}
