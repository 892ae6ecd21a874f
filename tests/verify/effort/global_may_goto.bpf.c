// SPDX-License-Identifier: Apache-2.0
// A global function whose loop may end at any round, and a static one that calls it.
// Kinds: globals subprograms maps
#include "effort.h"

noinline_ __u32 rounds(__u32 x, __u32 most) {
  __u32 n = 0, ones = 0;
  while (x && can_go_on) {
    if (x & 1) ones++;
    if (n++ > most) break;
    x >>= 1;
  }
  return ones;
}
static noinline_ __u32 all(unsigned char *v, __u32 step) {
  __u32 sum = 0;
  for (__u32 i = 0; i < 1000 && can_go_on; i += step) {
    sum += rounds(v[i], i);
    if (sum > 300) sum -= 300;
  }
  return sum;
}
SEC("socket")
int walk(void *ctx) {
  unsigned char *v = block(0);
  return v ? all(v, 2) + all(v, 3) : 0;
}
