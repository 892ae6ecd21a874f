// SPDX-License-Identifier: Apache-2.0
// What user space reads from files that the kernel fills by calling these.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 16);
  __type(key, u32);
  __type(value, u64);
} sums SEC(".maps");

SEC("iter/task")
int tasks(struct bpf_iter__task *ctx) {
  struct seq_file *seq = ctx->meta->seq;
  struct task_struct *task = ctx->task;
  if (!task) return 0;
  BPF_SEQ_PRINTF(seq, "%8d %8d %s\n", task->tgid, task->pid, task->comm);
  return 0;
}

SEC("iter.s/task_file")
int files(struct bpf_iter__task_file *ctx) {
  if (ctx->task && ctx->file) BPF_SEQ_PRINTF(ctx->meta->seq, "%d %d\n", ctx->task->tgid, ctx->fd);
  return 0;
}

SEC("iter/bpf_map_elem")
int elements(struct bpf_iter__bpf_map_elem *ctx) {
  u32 key = 0;
  u64 *value = ctx->value;
  if (value) bpf_map_update_elem(&sums, &key, value, 0);
  return 0;
}

SEC("iter/tcp")
int sockets(struct bpf_iter__tcp *ctx) { return ctx->sk_common && ctx->sk_common->skc_family == 2; }

char LICENSE[] SEC("license") = "GPL";
