// SPDX-License-Identifier: Apache-2.0
// Iterators three deep; each level counts, and the innermost writes where the others point.
// Kinds: iterators linked
#include "effort.h"

SEC("socket")
int walk(void *ctx) {
  __u64 cells[8] = {}, outer = 0, middle = 0, inner = 0;
  each_number(i, 0, 20) {
    outer++;
    each_number(j, 0, 20) {
      middle += i;
      each_number(k, 0, 20) {
        __u32 at = (i ^ j ^ k) & 7;
        if (bpf_get_prandom_u32() & 1) cells[at] += middle;
        inner ^= k;
        if (inner > outer) outer = inner;
      }
      if (middle > 1000) break;
    }
  }
  __u64 sum = outer + middle + inner;
  for (int i = 0; i < 8; i++) sum += cells[i];
  return sum;
}
