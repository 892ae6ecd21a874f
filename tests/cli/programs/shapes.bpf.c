// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
// Variables and maps of the shapes that skeletons have: tests/cli/cases/skeleton.txt.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct flow {
    __u32 from, to;
};
enum mode { OFF, ON };

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1024);
    __type(key, struct flow);
    __type(value, __u64);
} flows SEC(".maps");

const volatile int limit = 9;
enum mode mode = ON;
struct flow last;
static __u64 hidden;
__u64 total;

SEC("xdp")
int count(struct xdp_md *ctx)
{
    struct flow f = {limit, ctx->ingress_ifindex};
    __u64 *seen = bpf_map_lookup_elem(&flows, &f);

    if (seen && mode == ON)
        total += *seen + hidden++;
    last = f;
    return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
