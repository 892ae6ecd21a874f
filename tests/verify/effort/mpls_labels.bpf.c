// SPDX-License-Identifier: Apache-2.0
// MPLS labels until the one at the bottom; the label decides where to go.
// Kinds: packets maps
#include "effort.h"

SEC("xdp")
int walk(struct xdp_md *ctx) {
  unsigned char *p = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  p += 14;
  for (int i = 0; i < 30; i++) {
    if (p + 4 > end) return XDP_DROP;
    __u32 word = bpf_ntohl(*(__u32 *)p), label = word >> 12;
    if ((word & 0xff) < 2) return XDP_DROP;
    if (label < 16) return label == 3 ? XDP_PASS : XDP_ABORTED;
    __u64 *v = bpf_map_lookup_elem(&flows, &label);
    if (v) {
      v[label & 7] += 1;
      if (v[0] > 1000) return XDP_DROP;
    }
    if (word & 0x100) return XDP_TX;
    p += 4;
  }
  return XDP_DROP;
}
