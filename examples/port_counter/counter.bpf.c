// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
// Counts UDP packets by destination port. What port_counter.cpp sets and reads are global variables and a map.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "counter.h"

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, MOST_PORTS);
    __type(key, __u16);
    __type(value, struct traffic);
} by_port SEC(".maps");

const volatile __u16 first_port = 0;
struct traffic all;
__u64 others;

SEC("xdp")
int count(struct xdp_md *ctx)
{
    void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    struct iphdr *ip = (void *)(eth + 1);
    struct udphdr *udp = (void *)(ip + 1);
    struct traffic zero = {}, *seen;
    __u16 port;

    all.packets += 1;
    all.bytes += end - data;
    if ((void *)(udp + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP) || ip->ihl != 5 || ip->protocol != IPPROTO_UDP ||
        bpf_ntohs(udp->dest) < first_port) {
        others += 1;
        return XDP_PASS;
    }
    port = bpf_ntohs(udp->dest);
    bpf_map_update_elem(&by_port, &port, &zero, BPF_NOEXIST);
    seen = bpf_map_lookup_elem(&by_port, &port);
    if (seen) {
        seen->packets += 1;
        seen->bytes += end - data;
    }
    return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
