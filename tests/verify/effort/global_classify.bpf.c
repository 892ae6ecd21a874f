// SPDX-License-Identifier: Apache-2.0
// A decision tree as global functions, and a static one between them.
// Kinds: globals subprograms switches
#include "effort.h"

noinline_ int leaf(__u32 a, __u32 b) {
  int score = 0;
  for (int i = 0; i < 24; i++) {
    __u32 x = (a >> (i & 7)) ^ (b << (i & 7));
    opaque(x);
    switch (x & 3) {
      case 0: score++; break;
      case 1: score--; break;
      case 2: score += 2; break;
    }
  }
  return score;
}
static noinline_ int between(__u32 a, __u32 b, __u32 n) {
  int best = -100;
  for (__u32 i = 0; i < n && i < 10; i++) {
    int s = leaf(a + i, b);
    if (s > best) best = s;
  }
  return best;
}
noinline_ int tree(__u32 a, __u32 b) {
  if (a < 100) return between(a, b, 3);
  if (b < 100) return between(b, a, 5);
  return between(a ^ b, a, 10);
}
SEC("socket")
int walk(void *ctx) {
  int all = 0;
  for (int i = 0; i < 30; i++) all += tree(bpf_get_prandom_u32(), bpf_get_prandom_u32());
  return all;
}
