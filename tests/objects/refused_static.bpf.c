// SPDX-License-Identifier: Apache-2.0
// libbpf refuses the whole object for a static function outside of .text; here it is a function that nobody calls.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

SEC("xdp") int passes(struct xdp_md *ctx) { return XDP_PASS; }
SEC("xdp") static int not_a_program(struct xdp_md *ctx) { return XDP_DROP; }

char LICENSE[] SEC("license") = "GPL";
