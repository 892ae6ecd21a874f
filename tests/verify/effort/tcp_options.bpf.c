// SPDX-License-Identifier: Apache-2.0
// The options of a TCP header: a kind, a length, and each kind with its own place to look.
// Kinds: packets switches
#include "effort.h"

SEC("xdp")
int walk(struct xdp_md *ctx) {
  unsigned char *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  if (data + 54 > end) return XDP_DROP;
  __u32 left = (data[46] >> 4) * 4, mss = 536, scale = 0, sacks = 0, stamp = 0;
  if (left < 20) return XDP_DROP;
  left -= 20;
  unsigned char *p = data + 54;
  for (int i = 0; i < 8; i++) {
    if (left == 0 || p + 1 > end) break;
    if (p[0] == 0) break;
    if (p[0] == 1) {
      p++, left--;
      continue;
    }
    if (p + 2 > end) return XDP_DROP;
    __u32 size = p[1];
    if (size < 2 || size > left || size > 40) return XDP_DROP;
    switch (p[0]) {
      case 2:
        if (p + 4 > end) return XDP_DROP;
        mss = p[2] << 8 | p[3];
        break;
      case 3:
        if (p + 3 > end) return XDP_DROP;
        scale = p[2];
        break;
      case 5: sacks = (size - 2) / 8; break;
      case 8:
        if (p + 10 > end) return XDP_DROP;
        stamp = *(__u32 *)(p + 2);
        break;
    }
    p += size;
    left -= size;
  }
  return mss < 100 || scale > 14 || sacks > 4 || stamp == 1 ? XDP_DROP : XDP_PASS;
}
