// SPDX-License-Identifier: Apache-2.0
// Which bytes a value has, counted by their upper half in an array on the stack.
// Kinds: maps linked
#include "effort.h"

SEC("socket")
int walk(void *ctx) {
  unsigned char *v = block(5);
  if (!v) return 0;
  __u32 counts[16] = {};
  for (int i = 0; i < 300; i++) {
    __u32 slot = v[i] >> 4;
    opaque(slot);
    counts[slot & 15]++;
  }
  __u32 most = 0, which = 0;
  for (int i = 0; i < 16; i++)
    if (counts[i] > most) most = counts[i], which = i;
  return which;
}
