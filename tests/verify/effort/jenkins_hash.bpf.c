// SPDX-License-Identifier: Apache-2.0
// Jenkins' hash over sixty words, in three registers that are mixed.
#include "effort.h"

#define rot(x, k) ((x) << (k) | (x) >> (32 - (k)))
#define mix(a, b, c)                                                                                              \
  (a -= c, a ^= rot(c, 4), c += b, b -= a, b ^= rot(a, 6), a += c, c -= b, c ^= rot(b, 8), b += a, a -= c, \
   a ^= rot(c, 16), c += b, b -= a, b ^= rot(a, 19), a += c, c -= b, c ^= rot(b, 4), b += a)
SEC("socket")
int walk(void *ctx) {
  __u32 *v = (__u32 *)block(0);
  if (!v) return 0;
  __u32 a = 0xdeadbeef, b = a, c = a;
  for (int i = 0; i < 60; i += 3) {
    a += v[i], b += v[i + 1], c += v[i + 2];
    opaque(a);
    mix(a, b, c);
  }
  return c;
}
