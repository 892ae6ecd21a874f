// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// A helper for programs under the GPL: tests/verify/fixes.py.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("tracepoint/syscalls/sys_enter_openat")
int licence_print(void *ctx) {
  bpf_printk("opened");
  return 0;
}

SEC("xdp")
int licence_event(struct xdp_md *ctx) {
  bpf_printk("packet");
  return XDP_PASS;
}

char LICENSE[] SEC("license") = "Proprietary";
