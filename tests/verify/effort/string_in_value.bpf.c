// SPDX-License-Identifier: Apache-2.0
// A string in a map value, looked through until it ends.
// Kinds: maps
#include "effort.h"

SEC("socket")
int walk(void* ctx) {
  int key = bpf_get_prandom_u32() & 15, sum = 0;
  char* text = bpf_map_lookup_elem(&blocks, &key);
  if (!text) return 0;
  for (int i = 0; i < 1000; i++) {
    if (text[i] == 0) break;
    sum += text[i];
  }
  return sum;
}
