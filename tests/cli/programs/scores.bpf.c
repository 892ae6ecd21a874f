// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// A program that leaves a decision to a function that others may replace.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

__attribute__((noinline)) int score(struct xdp_md *x) {
  asm volatile("" ::"r"(x));
  return 1;
}
SEC("xdp") int scores(struct xdp_md *x) { return score(x) > 0 ? XDP_PASS : XDP_DROP; }
char _license[] SEC("license") = "GPL";
