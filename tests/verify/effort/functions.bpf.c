// SPDX-License-Identifier: Apache-2.0
// A function with a loop, called in a loop with other bounds each time.
// Kinds: subprograms
#include "effort.h"

static __attribute__((noinline)) int mix(int x, int n) {
  int sum = x;
  for (int i = 0; i < n && i < 50; i++) {
    sum ^= bpf_get_prandom_u32();
    if (sum & 1) sum += n;
  }
  return sum;
}
SEC("socket")
int walk(void* ctx) {
  int sum = 0;
  for (int i = 0; i < 40; i++) sum += mix(sum, i);
  return sum;
}
