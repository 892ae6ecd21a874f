// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// Reads behind the end of the packet: it never asked where that is.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("xdp")
int too_far(struct xdp_md *ctx) {
  __u8 *data = (void *)(long)ctx->data;
  return *(__u32 *)(data + 2000);
}
