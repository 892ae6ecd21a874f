// SPDX-License-Identifier: Apache-2.0
// Six bits of a filter for each of thirty keys.
// Kinds: maps
#include "effort.h"

SEC("socket")
int walk(void *ctx) {
  unsigned char *v = block(3);
  if (!v) return 0;
  int known = 0;
  for (int i = 0; i < 30; i++) {
    __u32 h = bpf_get_prandom_u32(), missing = 0;
    for (int k = 0; k < 6; k++) {
      __u32 byte = h >> 3 & 1023, bit = 1u << (h & 7);
      opaque(byte);
      if (byte >= 1024) return 0;
      if (!(v[byte] & bit)) missing++;
      v[byte] |= bit;
      h = h * 2654435761u + 1;
    }
    if (missing == 0) known++;
  }
  return known;
}
