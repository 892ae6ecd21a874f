// SPDX-License-Identifier: Apache-2.0
// Four characters become three bytes.
// Kinds: maps switches
#include "effort.h"

static __always_inline int value(__u8 c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}
SEC("socket")
int walk(void *ctx) {
  unsigned char *v = block(8);
  if (!v) return 0;
  __u32 bits = 0, to = 512;
  for (int i = 0; i < 48; i++) {
    int x = value(v[i]);
    if (x < 0) return i;
    bits = bits << 6 | x;
    if ((i & 3) == 3) {
      v[to] = bits >> 16, v[to + 1] = bits >> 8, v[to + 2] = bits;
      to += 3;
      bits = 0;
    }
  }
  return to;
}
