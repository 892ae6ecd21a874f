// SPDX-License-Identifier: Apache-2.0
// Square roots by Newton, as long as they change.
#include "effort.h"

SEC("socket")
int walk(void *ctx) {
  __u64 sum = 0;
  for (int i = 0; i < 60; i++) {
    __u64 x = bpf_get_prandom_u32(), root = x / 2 + 1;
    for (int step = 0; step < 6; step++) {
      __u64 better = (root + x / root) / 2;
      if (better >= root) break;
      root = better;
    }
    sum += root;
  }
  return sum;
}
