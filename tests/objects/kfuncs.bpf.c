// SPDX-License-Identifier: Apache-2.0
// Functions of the kernel: there, not there but weak, and from two places of one program.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

extern struct task_struct *bpf_task_acquire(struct task_struct *p) __ksym;
extern void bpf_task_release(struct task_struct *p) __ksym;
extern struct task_struct *bpf_task_from_pid(s32 pid) __ksym;
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;
extern void not_in_any_kernel(struct task_struct *p) __ksym __weak;

int found;

static __noinline int looks_for(s32 pid) {
  struct task_struct *p = bpf_task_from_pid(pid);
  if (!p) return 0;
  bpf_task_release(p);
  return 1;
}

SEC("tp_btf/task_newtask")
int BPF_PROG(new_task, struct task_struct *task, u64 flags) {
  struct task_struct *mine = bpf_task_acquire(task);
  if (!mine) return 0;
  found += looks_for(1) + looks_for(mine->pid);
  bpf_task_release(mine);
  return 0;
}

SEC("?tp_btf/task_newtask")
int BPF_PROG(maybe, struct task_struct *task, u64 flags) {
  bpf_rcu_read_lock();
  found += task->real_parent->pid;
  bpf_rcu_read_unlock();
  if (not_in_any_kernel) not_in_any_kernel(task);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
