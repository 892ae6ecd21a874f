// SPDX-License-Identifier: Apache-2.0
// SipHash of four hundred bytes: 64-bit sums and rotations of what nobody knows.
#include "effort.h"

#define rot(x, k) ((x) << (k) | (x) >> (64 - (k)))
#define round                                                                                                   \
  (a += b, b = rot(b, 13) ^ a, a = rot(a, 32), c += d, d = rot(d, 16) ^ c, a += d, d = rot(d, 21) ^ a, c += b, \
   b = rot(b, 17) ^ c, c = rot(c, 32))
SEC("socket")
int walk(void *ctx) {
  __u64 *v = (__u64 *)block(1);
  if (!v) return 0;
  __u64 a = 0x736f6d6570736575ull, b = 0x646f72616e646f6dull, c = 0x6c7967656e657261ull, d = 0x7465646279746573ull;
  for (int i = 0; i < 50; i++) {
    d ^= v[i];
    round;
    round;
    a ^= v[i];
    opaque(a);
  }
  return a ^ b ^ c ^ d;
}
