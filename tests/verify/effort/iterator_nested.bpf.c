// SPDX-License-Identifier: Apache-2.0
// Iterators within each other over the bytes of a map value.
// Kinds: iterators maps
#include "effort.h"

SEC("socket")
int walk(void *ctx) {
  unsigned char *v = block(0);
  if (!v) return 0;
  __u32 equal = 0, longest = 0;
  each_number(i, 0, 64) {
    each_number(j, 0, 64) {
      __u64 a = i & 63, b = j & 63;
      __u32 run = 0;
      for (int k = 0; k < 16; k++) {
        if (v[a + k] != v[b + k]) break;
        run++;
      }
      if (run > longest) longest = run;
      equal += run;
    }
  }
  return equal + longest;
}
