// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// Arrays are indexed by numbers that may be anything: tests/verify/fixes.py.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct samples {
  __u32 count;
  __u64 at[32];
};
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct samples);
} samples SEC(".maps");

__u32 table[256];
__u8 bytes[100];
struct entry {
  __u32 a, b, c;
};
struct entry entries[10];

SEC("xdp")
int index_global(struct xdp_md *ctx) {
  __u32 i = ctx->rx_queue_index;
  return table[i];
}

SEC("xdp")
int index_global_write(struct xdp_md *ctx) {
  __u32 i = ctx->rx_queue_index;
  table[i] = 1;
  return XDP_PASS;
}

SEC("tc")
int index_bytes(struct __sk_buff *skb) {
  __u32 i = skb->mark;
  bytes[i] = 1;
  return 0;
}

SEC("tc")
int index_struct(struct __sk_buff *skb) {
  __u32 i = skb->mark;
  entries[i].b = 1;
  return 0;
}

SEC("xdp")
int index_value(struct xdp_md *ctx) {
  __u32 key = 0;
  struct samples *s = bpf_map_lookup_elem(&samples, &key);
  if (!s) return XDP_PASS;
  __u32 i = s->count;
  s->at[i] = 1;
  return XDP_PASS;
}

SEC("xdp")
int index_one_too_far(struct xdp_md *ctx) {
  __u32 key = 0;
  struct samples *s = bpf_map_lookup_elem(&samples, &key);
  if (!s) return XDP_PASS;
  __u32 i = s->count;
  if (i > 32) return XDP_PASS;
  s->at[i] = 1;
  return XDP_PASS;
}

SEC("socket")
int index_long(struct __sk_buff *skb) {
  __u64 i = bpf_ktime_get_ns();
  if (i > 4096) return 0;
  table[i] = 1;
  return 0;
}

SEC("xdp")
int index_signed(struct xdp_md *ctx) {
  int i = ctx->rx_queue_index;
  if (i > 255) return XDP_PASS;
  table[i] = 1;
  return XDP_PASS;
}

SEC("socket")
int index_masked_too_wide(struct __sk_buff *skb) {
  __u32 i = skb->hash & 511;
  return table[i];
}

SEC("tc")
int index_shifted(struct __sk_buff *skb) {
  __u32 i = skb->hash >> 20;
  table[i] += 1;
  return 0;
}

SEC("tc")
int index_read_twice(struct __sk_buff *skb) {
  __u32 i = skb->mark;
  __u32 v = bytes[i];
  bytes[i] = v + 1;
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
