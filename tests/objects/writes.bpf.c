// SPDX-License-Identifier: Apache-2.0
// Who writes: a tracepoint that user space narrows down to one process through a constant.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

const volatile pid_t wanted_pid = 0;
const volatile bool quiet = false;
unsigned long long writes = 0;
static unsigned long long ignored;

SEC("tp/syscalls/sys_enter_write")
int write_begins(struct trace_event_raw_sys_enter *ctx) {
  pid_t pid = bpf_get_current_pid_tgid() >> 32;
  if (wanted_pid && pid != wanted_pid) {
    __sync_fetch_and_add(&ignored, 1);
    return 0;
  }
  __sync_fetch_and_add(&writes, 1);
  if (!quiet) bpf_printk("%d writes %lu bytes", pid, ctx->args[2]);
  return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
