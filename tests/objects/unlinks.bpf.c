// SPDX-License-Identifier: Apache-2.0
// Several programs in one section, and arguments through the registers of a probe.
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

int calls, failures;

SEC("kprobe/do_unlinkat")
int BPF_KPROBE(unlink_begins, int folder, struct filename *name) {
  const char *text = BPF_CORE_READ(name, name);
  bpf_printk("%d %s", folder, text);
  calls++;
  return 0;
}

SEC("kprobe/do_unlinkat")
int BPF_KPROBE(unlink_counted) {
  calls += PT_REGS_SP_CORE(ctx) != 0;
  return 0;
}

SEC("kretprobe/do_unlinkat")
int BPF_KRETPROBE(unlink_ends, long result) {
  if (result < 0) failures++;
  return 0;
}

SEC("?kprobe/do_rmdir")
int BPF_KPROBE(only_when_asked_for, int folder) { return folder; }

SEC("kprobe.multi/do_*at")
int BPF_KPROBE(many) { return bpf_get_func_ip(ctx) != 0; }

SEC("ksyscall/kill")
int BPF_KSYSCALL(kill_begins, pid_t pid, int signal) {
  bpf_printk("%d %d", pid, signal);
  return 0;
}

SEC("kretsyscall/kill")
int BPF_KRETPROBE(kill_ends, int result) { return result; }

char LICENSE[] SEC("license") = "GPL";
