// SPDX-License-Identifier: Apache-2.0
// Global functions that call each other, four deep.
// Kinds: globals
#include "effort.h"

#define LINK(name, next, n)                                  \
  noinline_ int name(int x, int y) {                         \
    for (int i = 0; i < 30; i++) {                           \
      int bit = x >> (i & 31) & 1;                           \
      opaque(bit);                                           \
      if (bit) y += next;                                    \
    }                                                        \
    return y ^ n;                                            \
  }
LINK(fourth, x & 3, 4)
LINK(third, fourth(x, i), 3)
LINK(second, third(x, i), 2)
LINK(first, second(x, i), 1)
SEC("socket")
int walk(void *ctx) {
  int y = 0;
  for (int i = 0; i < 50; i++) y = first(bpf_get_prandom_u32(), y);
  return y;
}
