// SPDX-License-Identifier: Apache-2.0
// Drops what comes from a blocked address, and counts packets and bytes by sender.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "shield.h"

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 4);
  __type(key, __u32);
  __type(value, __u8);
} blocked SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 1024);
  __type(key, struct flow);
  __type(value, struct counted);
} flows SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, __u64);
} dropped SEC(".maps");

extern unsigned int CONFIG_HZ __kconfig __weak;
extern enum libbpf_tristate CONFIG_NO_SUCH_THING __kconfig __weak;

const volatile __u32 smallest = 0;
__u64 seen;
__u32 hz;

SEC("xdp")
int shield(struct xdp_md *ctx) {
  void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  struct ethhdr *eth = data;
  struct iphdr *ip = (void *)(eth + 1);
  seen += 1;
  hz = CONFIG_NO_SUCH_THING == TRI_NO ? CONFIG_HZ : 0;
  if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP)) return XDP_PASS;
  if (end - data < smallest) return XDP_ABORTED;

  __u32 from = ip->saddr, zero = 0;
  if (bpf_map_lookup_elem(&blocked, &from)) {
    __u64 *n = bpf_map_lookup_elem(&dropped, &zero);
    if (n) *n += 1;
    return XDP_DROP;
  }
  struct flow flow = {.from = from, .protocol = ip->protocol};
  struct counted *c = bpf_map_lookup_elem(&flows, &flow);
  if (!c) {
    struct counted none = {};
    bpf_map_update_elem(&flows, &flow, &none, BPF_NOEXIST);
    c = bpf_map_lookup_elem(&flows, &flow);
    if (!c) return XDP_ABORTED;
  }
  c->packets += 1;
  c->bytes += end - data;
  return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
