// SPDX-License-Identifier: Apache-2.0
// What a program can ask of the target's types: fields, bits of fields, sizes, enumerators, types that are not there.
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct task_struct___renamed {
  int tgid;
  struct mm_struct___renamed *mm;
} __attribute__((preserve_access_index));
struct mm_struct___renamed {
  unsigned long start_stack;
  long not_a_field;
} __attribute__((preserve_access_index));
struct not_a_struct {
  int a;
} __attribute__((preserve_access_index));
enum bpf_map_type___newer {
  BPF_MAP_TYPE_HASH___newer = 1,
  BPF_MAP_TYPE_NOT_THERE___newer = 999,
};

u64 answers[24];

SEC("raw_tp/sys_enter")
int BPF_PROG(asks, struct pt_regs *regs, long id) {
  struct task_struct *task = (void *)bpf_get_current_task();
  struct task_struct___renamed *renamed = (void *)task;
  answers[0] = BPF_CORE_READ(task, group_leader, real_parent, tgid);
  answers[1] = BPF_CORE_READ_BITFIELD_PROBED(task, sched_reset_on_fork);
  answers[2] = BPF_CORE_READ_BITFIELD_PROBED(task, in_execve);
  answers[3] = bpf_core_field_size(task->comm);
  answers[4] = bpf_core_field_exists(renamed->tgid);
  answers[5] = bpf_core_field_exists(renamed->mm->not_a_field);
  answers[6] = BPF_CORE_READ(renamed, mm, start_stack);
  answers[7] = bpf_core_type_exists(struct task_struct);
  answers[8] = bpf_core_type_exists(struct not_a_struct);
  answers[9] = bpf_core_type_size(struct task_struct);
  answers[10] = bpf_core_type_size(struct not_a_struct);
  answers[11] = bpf_core_type_id_kernel(struct sk_buff);
  answers[12] = bpf_core_type_id_local(struct not_a_struct);
  answers[13] = bpf_core_enum_value(enum bpf_map_type___newer, BPF_MAP_TYPE_HASH___newer);
  answers[14] = bpf_core_enum_value_exists(enum bpf_map_type___newer, BPF_MAP_TYPE_NOT_THERE___newer);
  answers[15] = bpf_core_field_offset(struct sk_buff, len);
  char name[16];
  BPF_CORE_READ_STR_INTO(&name, task, comm);
  answers[16] = name[0];
  answers[17] = bpf_core_type_matches(struct task_struct___renamed);
  return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(reads, struct task_struct *task) {
  answers[18] = BPF_CORE_READ_BITFIELD(task, sched_contributes_to_load);
  answers[19] = task->mm ? task->mm->arg_start : 0;
  answers[20] = task->se.exec_start + task->cpus_mask.bits[0];
  if (bpf_core_field_exists(((struct mm_struct___renamed *)task->mm)->not_a_field))
    answers[21] = ((struct mm_struct___renamed *)task->mm)->not_a_field;
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
