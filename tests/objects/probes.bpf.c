// SPDX-License-Identifier: Apache-2.0
// USDT: the header's own functions, maps and settings become part of the object.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/usdt.bpf.h>

int seen;

SEC("usdt/libc.so.6:libc:setjmp")
int BPF_USDT(jumps, void *env, int value, void *address) {
  seen += value + (address != 0) + bpf_usdt_arg_cnt(ctx);
  return 0;
}

SEC("usdt")
int BPF_USDT(anything, int first) { return first + bpf_usdt_cookie(ctx); }

char LICENSE[] SEC("license") = "GPL";
