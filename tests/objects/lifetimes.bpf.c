// SPDX-License-Identifier: Apache-2.0
// How long processes live: two tracepoints, a hash between them, a ring buffer to user space.
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#define NAME_LENGTH 16
#define FILE_LENGTH 127

struct event {
  int pid, parent;
  unsigned exit_code;
  unsigned long long duration_ns;
  char command[NAME_LENGTH];
  char file[FILE_LENGTH];
  bool has_ended;
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 8192);
  __type(key, pid_t);
  __type(value, u64);
} began SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 256 * 1024);
} events SEC(".maps");

const volatile unsigned long long shortest_ns = 0;

SEC("tp/sched/sched_process_exec")
int begins(struct trace_event_raw_sched_process_exec *ctx) {
  pid_t pid = bpf_get_current_pid_tgid() >> 32;
  u64 now = bpf_ktime_get_ns();
  bpf_map_update_elem(&began, &pid, &now, BPF_ANY);
  if (shortest_ns) return 0;
  struct event *e = bpf_ringbuf_reserve(&events, sizeof *e, 0);
  if (!e) return 0;
  struct task_struct *task = (struct task_struct *)bpf_get_current_task();
  e->has_ended = false;
  e->pid = pid;
  e->parent = BPF_CORE_READ(task, real_parent, tgid);
  bpf_get_current_comm(&e->command, sizeof e->command);
  unsigned at = ctx->__data_loc_filename & 0xffff;
  bpf_probe_read_str(&e->file, sizeof e->file, (void *)ctx + at);
  bpf_ringbuf_submit(e, 0);
  return 0;
}

SEC("tp/sched/sched_process_exit")
int ends(void *ctx) {
  u64 id = bpf_get_current_pid_tgid();
  pid_t pid = id >> 32;
  if (pid != (u32)id) return 0;
  u64 *start = bpf_map_lookup_elem(&began, &pid), duration = 0;
  if (start) duration = bpf_ktime_get_ns() - *start;
  else if (shortest_ns) return 0;
  bpf_map_delete_elem(&began, &pid);
  if (duration < shortest_ns) return 0;
  struct event *e = bpf_ringbuf_reserve(&events, sizeof *e, 0);
  if (!e) return 0;
  struct task_struct *task = (struct task_struct *)bpf_get_current_task();
  e->has_ended = true;
  e->duration_ns = duration;
  e->pid = pid;
  e->parent = BPF_CORE_READ(task, real_parent, tgid);
  e->exit_code = (BPF_CORE_READ(task, exit_code) >> 8) & 0xff;
  bpf_get_current_comm(&e->command, sizeof e->command);
  bpf_ringbuf_submit(e, 0);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
