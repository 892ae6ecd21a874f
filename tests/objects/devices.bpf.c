// SPDX-License-Identifier: Apache-2.0
// XDP: where packets go, by maps of devices, of CPUs and of sockets.
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_DEVMAP);
  __uint(max_entries, 64);
  __type(key, u32);
  __type(value, struct bpf_devmap_val);
} ports SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
  __uint(max_entries, 64);
  __uint(key_size, 4);
  __uint(value_size, 8);
} ports_by_index SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_CPUMAP);
  __uint(max_entries, 12);
  __type(key, u32);
  __type(value, struct bpf_cpumap_val);
} cpus SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_XSKMAP);
  __uint(max_entries, 16);
  __type(key, u32);
  __type(value, u32);
} queues SEC(".maps");
struct total {
  u64 packets, bytes;
};
struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 4);
  __type(key, u32);
  __type(value, struct total);
} totals SEC(".maps");

static __always_inline int is_ip(struct xdp_md *ctx) {
  void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  struct ethhdr *eth = data;
  return data + sizeof *eth <= end && eth->h_proto == bpf_htons(0x800);
}

SEC("xdp") int to_device(struct xdp_md *ctx) {
  return is_ip(ctx) ? bpf_redirect_map(&ports, ctx->ingress_ifindex, XDP_PASS) : XDP_PASS;
}
SEC("xdp") int to_all(struct xdp_md *ctx) {
  return bpf_redirect_map(&ports_by_index, 0, BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS);
}
SEC("xdp") int to_cpu(struct xdp_md *ctx) { return bpf_redirect_map(&cpus, ctx->rx_queue_index % 12, 0); }
SEC("xdp") int to_socket(struct xdp_md *ctx) { return bpf_redirect_map(&queues, ctx->rx_queue_index, XDP_DROP); }
SEC("xdp/devmap") int leaves(struct xdp_md *ctx) { return ctx->egress_ifindex ? XDP_PASS : XDP_DROP; }
SEC("xdp/cpumap") int arrives(struct xdp_md *ctx) {
  u32 key = 1;
  struct total *t = bpf_map_lookup_elem(&totals, &key);
  if (t) t->packets++, t->bytes += ctx->data_end - ctx->data;
  return XDP_PASS;
}
SEC("xdp.frags") int large(struct xdp_md *ctx) { return bpf_xdp_get_buff_len(ctx) > 9000 ? XDP_DROP : XDP_PASS; }
SEC("xdp.frags/devmap") int large_leaves(struct xdp_md *ctx) { return XDP_PASS; }

char LICENSE[] SEC("license") = "GPL";
