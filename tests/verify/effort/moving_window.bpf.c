// SPDX-License-Identifier: Apache-2.0
// A window over bytes whose length is bounded once, before many numbers that live on the stack.
// Kinds: maps linked
#include "effort.h"

SEC("socket")
int walk(void *ctx) {
  unsigned char *v = block(0);
  if (!v) return 0;
  __u64 size = bpf_get_prandom_u32(), a = 1, b = 2, c = 3, d = 5, e = 7, f = 11;
  if (size < 16 || size > 500) return 0;
  for (__u64 i = 0; i + 8 < size && i < 100; i++) {
    a += v[i] * b, b ^= v[i + 1] + c, c += v[i + 2] - d, d ^= v[i + 3] + e, e += v[i + 4] - f, f ^= v[i + 5] + a;
    if (a > b) c++;
    if (e > f) d++;
  }
  return a ^ b ^ c ^ d ^ e ^ f;
}
