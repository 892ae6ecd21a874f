// SPDX-License-Identifier: Apache-2.0
// Where the CPUs are: stacks by sample, names of structures that older kernels call differently.
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

struct where {
  u32 pid;
  int user_stack, kernel_stack;
  char name[16];
};
struct {
  __uint(type, BPF_MAP_TYPE_STACK_TRACE);
  __uint(key_size, sizeof(u32));
  __uint(value_size, 127 * sizeof(u64));
  __uint(max_entries, 1024);
} stacks SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 10240);
  __type(key, struct where);
  __type(value, u64);
} counts SEC(".maps");

struct task_struct___before_5_14 {
  long state;
} __attribute__((preserve_access_index));

static __always_inline long state_of(struct task_struct *task) {
  struct task_struct___before_5_14 *older = (void *)task;
  if (bpf_core_field_exists(task->__state)) return BPF_CORE_READ(task, __state);
  return BPF_CORE_READ(older, state);
}

SEC("perf_event")
int samples(struct bpf_perf_event_data *ctx) {
  struct where at = {.pid = bpf_get_current_pid_tgid() >> 32};
  static const u64 zero;
  if (state_of((void *)bpf_get_current_task())) return 0;
  bpf_get_current_comm(at.name, sizeof at.name);
  at.kernel_stack = bpf_get_stackid(ctx, &stacks, 0);
  at.user_stack = bpf_get_stackid(ctx, &stacks, BPF_F_USER_STACK);
  u64 *n = bpf_map_lookup_elem(&counts, &at);
  if (!n) {
    bpf_map_update_elem(&counts, &at, &zero, BPF_NOEXIST);
    n = bpf_map_lookup_elem(&counts, &at);
  }
  if (n) __sync_fetch_and_add(n, ctx->sample_period ? 1 : 2);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
