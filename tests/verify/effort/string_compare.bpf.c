// SPDX-License-Identifier: Apache-2.0
// Two strings, of which each may end anywhere.
// Kinds: maps
#include "effort.h"

SEC("socket")
int walk(void *ctx) {
  unsigned char *a = block(0), *b = block(1);
  if (!a || !b) return 0;
  int key = bpf_get_prandom_u32() & 31;
  for (int i = 0; i < 900; i++) {
    if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
    if (a[i] == 0) break;
    if (a[i] == key) return 2;
  }
  return 0;
}
