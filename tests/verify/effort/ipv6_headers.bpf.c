// SPDX-License-Identifier: Apache-2.0
// IPv6 extension headers, each of its own length.
// Kinds: packets switches
#include "effort.h"

SEC("xdp")
int walk(struct xdp_md *ctx) {
  unsigned char *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  if (data + 54 > end) return XDP_DROP;
  __u32 next = data[20], off = 54, fragments = 0;
  for (int i = 0; i < 9; i++) {
    unsigned char *p = data + off;
    if (p + 8 > end) return XDP_DROP;
    switch (next) {
      case 0:
      case 43:
      case 60:
        next = p[0];
        off += (p[1] + 1) * 8;
        break;
      case 44:
        next = p[0];
        off += 8;
        fragments++;
        break;
      case 51:
        next = p[0];
        off += (p[1] + 2) * 4;
        break;
      default: return fragments > 1 ? XDP_DROP : XDP_PASS;
    }
    if (off > 2000) return XDP_DROP;
  }
  return XDP_DROP;
}
