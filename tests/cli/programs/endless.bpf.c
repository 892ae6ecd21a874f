// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// Never reaches its exit.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("xdp")
int endless(struct xdp_md *ctx) {
  for (;;) asm volatile("" ::: "memory");
}
