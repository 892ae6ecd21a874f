// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// Programs in the place of score(), which scores.bpf.c has: one that fits, one that does not.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("freplace/score") int bytes(struct xdp_md *x) { return x->data_end - x->data; }
SEC("freplace/score") int marks(struct __sk_buff *s) { return s->mark; }
char _license[] SEC("license") = "GPL";
