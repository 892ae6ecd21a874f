// SPDX-License-Identifier: Apache-2.0
// Programs at the kernel's functions and typed tracepoints; fields are read without a helper.
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

u64 opened, switched, longest;

SEC("fentry/do_unlinkat")
int BPF_PROG(enters, int folder, struct filename *name) {
  bpf_printk("%s", name->name);
  return 0;
}

SEC("fexit/do_unlinkat")
int BPF_PROG(leaves, int folder, struct filename *name, long result) { return result != 0 && name->refcnt.counter; }

SEC("fexit.s/do_filp_open")
int BPF_PROG(may_sleep, int folder, struct filename *name, struct open_flags *flags, struct file *result) {
  opened += flags->open_flag != 0;
  return 0;
}

SEC("fmod_ret/security_file_open")
int BPF_PROG(decides, struct file *file, int result) { return file->f_mode & 2 ? result : 0; }

SEC("tp_btf/sched_switch")
int BPF_PROG(switches, bool preempt, struct task_struct *prev, struct task_struct *next) {
  u64 waited = next->sched_info.run_delay;
  if (waited > longest) longest = waited;
  switched += prev->pid != next->pid;
  return 0;
}

SEC("raw_tp/sched_wakeup")
int wakes(struct bpf_raw_tracepoint_args *ctx) {
  struct task_struct *task = (void *)ctx->args[0];
  return BPF_CORE_READ(task, mm, start_stack) != 0;
}

SEC("raw_tp.w/nbd_send_request")
int may_write(struct bpf_raw_tracepoint_args *ctx) { return ctx->args[0] != 0; }

char LICENSE[] SEC("license") = "GPL";
