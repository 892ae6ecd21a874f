// SPDX-License-Identifier: Apache-2.0
// Type, length, value: the place in the packet is a number the packet decides.
// Kinds: packets
#include "effort.h"

SEC("xdp")
int walk(struct xdp_md* ctx) {
  unsigned char *data = (void*)(long)ctx->data, *end = (void*)(long)ctx->data_end;
  int off = 14;
  for (int i = 0; i < 20; i++) {
    if (data + off + 2 > end) return XDP_DROP;
    int type = data[off], length = data[off + 1];
    if (type == 0) break;
    off += length & 31;
    if (off > 1000) return XDP_DROP;
  }
  return XDP_PASS;
}
