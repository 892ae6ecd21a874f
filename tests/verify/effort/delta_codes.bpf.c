// SPDX-License-Identifier: Apache-2.0
// Numbers of one to five bytes, seven bits in each, read from a value until it ends.
// Kinds: maps linked
#include "effort.h"

SEC("socket")
int walk(void *ctx) {
  unsigned char *v = block(0);
  if (!v) return 0;
  __u32 at = 0, last = 0, sum = 0;
  for (int n = 0; n < 6; n++) {
    __u32 x = 0;
    for (int k = 0; k < 5; k++) {
      if (at >= 1024) return sum;
      __u8 c = v[at++];
      x |= (__u32)(c & 127) << (7 * k);
      if (c < 128) break;
    }
    if (x == 0) break;
    last += x;
    sum ^= last;
  }
  return sum;
}
