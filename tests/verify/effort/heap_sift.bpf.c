// SPDX-License-Identifier: Apache-2.0
// A number sinks into a heap: the place doubles, left or right.
// Kinds: maps linked
#include "effort.h"

SEC("socket")
int walk(void *ctx) {
  __u32 *v = (__u32 *)block(1);
  if (!v) return 0;
  for (int round = 0; round < 12; round++) {
    __u32 x = bpf_get_prandom_u32(), at = 0;
    for (int level = 0; level < 7; level++) {
      __u32 child = 2 * at + 1;
      if (child + 1 >= 256) break;
      if (v[child + 1] < v[child]) child++;
      if (v[child] >= x) break;
      v[at] = v[child];
      at = child;
    }
    if (at < 256) v[at] = x;
  }
  return v[0];
}
