// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// Programs that Linux refuses, each for another reason, and one that it accepts: tests/cli/cases/verify.txt.
#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_helpers.h>

struct samples {
  __u32 at[64];
};
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 1024);
  __type(key, __u32);
  __type(value, __u64);
} counts SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct samples);
} samples SEC(".maps");

__u32 table[256];

SEC("xdp")
int accepted(struct xdp_md *ctx) { return XDP_PASS; }

SEC("xdp")
int untested(struct xdp_md *ctx) {
  __u32 key = ctx->ingress_ifindex;
  __u64 *hits = bpf_map_lookup_elem(&counts, &key);
  *hits += 1;
  return XDP_DROP;
}

SEC("xdp")
int beyond(struct xdp_md *ctx) {
  void *data = (void *)(long)ctx->data;
  void *data_end = (void *)(long)ctx->data_end;
  struct ethhdr *eth = data;
  if (data + 4 > data_end) return XDP_DROP;
  if (eth->h_proto == 8) return XDP_DROP;
  return XDP_PASS;
}

SEC("xdp")
int one_too_far(struct xdp_md *ctx) {
  __u32 key = 0;
  struct samples *s = bpf_map_lookup_elem(&samples, &key);
  if (!s) return XDP_PASS;
  __u64 i = bpf_ktime_get_ns();
  if (i > 64) return XDP_PASS;
  s->at[i] = 1;
  return XDP_PASS;
}

SEC("xdp")
int anywhere(struct xdp_md *ctx) {
  __u32 i = ctx->rx_queue_index;
  return table[i];
}

SEC("cgroup_skb/egress")
int answers(struct __sk_buff *skb) {
  return 7;
}

char LICENSE[] SEC("license") = "GPL";
