// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
// Counts packets, with the mistake that everybody makes once: a lookup may find nothing. README.md shows what skep says.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1024);
    __type(key, __u32);
    __type(value, __u64);
} counts SEC(".maps");

SEC("xdp")
int count(struct xdp_md *ctx)
{
    __u32 key = ctx->ingress_ifindex;
    __u64 *hits = bpf_map_lookup_elem(&counts, &key);
    *hits += 1;
    return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
