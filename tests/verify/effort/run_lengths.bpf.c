// SPDX-License-Identifier: Apache-2.0
// Runs of equal bytes, written behind as pairs: the place to read and the place to write both move.
// Kinds: maps linked
#include "effort.h"

SEC("socket")
int walk(void *ctx) {
  unsigned char *v = block(0);
  if (!v) return 0;
  __u32 from = 0, to = 512;
  for (int i = 0; i < 8; i++) {
    if (from >= 400 || to > 1000) break;
    __u8 c = v[from];
    __u32 run = 1;
    for (int k = 0; k < 4; k++) {
      if (v[from + run] != c) break;
      run++;
    }
    v[to] = c;
    v[to + 1] = run;
    to += 2;
    from += run;
  }
  return to;
}
