// SPDX-License-Identifier: Apache-2.0
// Every byte of a packet, each compared with its end.
// Kinds: packets
#include "effort.h"

SEC("xdp")
int walk(struct xdp_md* ctx) {
  unsigned char *data = (void*)(long)ctx->data, *end = (void*)(long)ctx->data_end;
  int sum = 0;
  for (int i = 0; i < 600; i++) {
    if (data + i + 1 > end) break;
    sum += data[i];
  }
  return sum & 1 ? XDP_PASS : XDP_DROP;
}
