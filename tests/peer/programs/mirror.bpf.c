// SPDX-License-Identifier: Apache-2.0
// Sends every frame back where it came from: the addresses are exchanged in the packet.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("xdp")
int mirror(struct xdp_md *ctx) {
  __u16 *at = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  if (at + 6 > end) return XDP_ABORTED;
  __u16 a = at[0], b = at[1], c = at[2];
  at[0] = at[3], at[1] = at[4], at[2] = at[5];
  at[3] = a, at[4] = b, at[5] = c;
  return XDP_TX;
}

char LICENSE[] SEC("license") = "GPL";
