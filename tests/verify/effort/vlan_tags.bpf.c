// SPDX-License-Identifier: Apache-2.0
// Up to twelve VLAN tags, then the protocol decides.
// Kinds: packets switches
#include "effort.h"

SEC("xdp")
int walk(struct xdp_md *ctx) {
  unsigned char *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  if (data + 14 > end) return XDP_DROP;
  __u16 proto = *(__u16 *)(data + 12);
  unsigned char *p = data + 14;
  int priorities = 0;
  for (int i = 0; i < 30; i++) {
    if (proto != bpf_htons(0x8100) && proto != bpf_htons(0x88a8)) break;
    if (p + 4 > end) return XDP_DROP;
    if (p[0] >> 5 > 3) priorities++;
    proto = *(__u16 *)(p + 2);
    p += 4;
  }
  switch (bpf_ntohs(proto)) {
    case 0x0800:
      if (p + 20 > end) return XDP_DROP;
      return p[8] > 1 ? XDP_PASS : XDP_DROP;
    case 0x86dd:
      if (p + 40 > end) return XDP_DROP;
      return p[7] > 1 ? XDP_PASS : XDP_DROP;
    case 0x0806: return XDP_PASS;
  }
  return priorities > 2 ? XDP_TX : XDP_PASS;
}
