// SPDX-License-Identifier: Apache-2.0
// Probes of user space: with and without a function in the section's name, one that may sleep.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct call {
  u64 begin;
  int a, b;
};
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 1024);
  __type(key, u64);
  __type(value, struct call);
} calls SEC(".maps");

SEC("uprobe")
int BPF_KPROBE(adds, int a, int b) {
  u64 id = bpf_get_current_pid_tgid();
  struct call c = {.begin = bpf_ktime_get_ns(), .a = a, .b = b};
  return bpf_map_update_elem(&calls, &id, &c, BPF_ANY);
}

SEC("uretprobe")
int BPF_KRETPROBE(added, int result) {
  u64 id = bpf_get_current_pid_tgid();
  struct call *c = bpf_map_lookup_elem(&calls, &id);
  if (c) bpf_printk("%d + %d = %d", c->a, c->b, result);
  return 0;
}

SEC("uprobe//proc/self/exe:subtracts")
int BPF_KPROBE(subtracts, int a, int b) { return a - b; }

SEC("uprobe.s/libc.so.6:malloc")
int BPF_KPROBE(reads_a_name, char *name) {
  char text[16];
  return bpf_copy_from_user(text, sizeof text, name);
}

char LICENSE[] SEC("license") = "GPL";
