// SPDX-License-Identifier: Apache-2.0
// Structures whose members lie elsewhere in the target, and one that the target has under another name.
#define SEC(name) __attribute__((section(name), used))
#define exists(field) __builtin_preserve_field_info(field, 2)
typedef unsigned int __u32;

struct xdp_md {
  __u32 data_end, data, rx_queue_idx;
} __attribute__((preserve_access_index));

struct xdp_md___since_5_8 {
  __u32 egress_ifindex;
} __attribute__((preserve_access_index));

__u32 bytes, queue;

SEC("xdp") int measure(struct xdp_md *ctx) {
  bytes += ctx->data_end - ctx->data;
  if (exists(ctx->rx_queue_idx)) queue = ctx->rx_queue_idx;
  return exists(((struct xdp_md___since_5_8 *)ctx)->egress_ifindex) ? 2 : 1;
}
char _license[] SEC("license") = "GPL";
