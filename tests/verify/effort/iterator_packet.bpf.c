// SPDX-License-Identifier: Apache-2.0
// An iterator over the options of a packet.
// Kinds: iterators packets switches
#include "effort.h"

SEC("xdp")
int walk(struct xdp_md *ctx) {
  unsigned char *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  __u32 off = 14, seen = 0;
  each_number(i, 0, 100) {
    unsigned char *p = data + off + (i & 1);
    if (off > 1400 || p + 2 > end) break;
    if (p[0] == 255) break;
    for (int bit = 0; bit < 8; bit++)
      if (p[0] >> bit & 1) seen += bit;
    switch (p[0] & 15) {
      case 1: seen |= 1; break;
      case 2: seen |= 2; break;
      case 3:
        if (p + 6 > end) return XDP_DROP;
        seen ^= *(__u32 *)(p + 2);
        break;
      case 4: return XDP_DROP;
    }
    off += p[1] + 2;
  }
  return seen & 1 ? XDP_PASS : XDP_DROP;
}
