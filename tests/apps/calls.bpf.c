// SPDX-License-Identifier: Apache-2.0
// Counts the calls of a function of user space.
#include <linux/bpf.h>
#include <linux/ptrace.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

unsigned int calls, returns;

SEC("uprobe")
int BPF_KPROBE(on_call) {
  __sync_fetch_and_add(&calls, 1);
  return 0;
}

SEC("uretprobe")
int BPF_KRETPROBE(on_return) {
  __sync_fetch_and_add(&returns, 1);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
