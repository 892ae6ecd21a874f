// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// Comes to its end, after hours: a loop of 8 million rounds of a loop of 8 million rounds.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

__u64 rounds;

#define ROUNDS(what)                                 \
  again:                                             \
  what;                                              \
  asm volatile goto("may_goto %l[end]" :::: end); \
  goto again;                                        \
  end:

static __attribute__((noinline)) int inner(void) {
  ROUNDS(rounds++)
  return 0;
}

SEC("xdp")
int long_run(struct xdp_md *ctx) {
  ROUNDS(inner())
  return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
