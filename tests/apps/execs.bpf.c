// SPDX-License-Identifier: Apache-2.0
// A tracepoint tells user space of every new program, through a ring buffer.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "execs.h"

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 256 * 1024);
} events SEC(".maps");

const volatile unsigned int only_pid = 0;
unsigned long long told;

SEC("tracepoint/sched/sched_process_exec")
int on_exec(void *ctx) {
  const unsigned int pid = bpf_get_current_pid_tgid() >> 32;
  if (only_pid && pid != only_pid) return 0;
  struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
  if (!e) return 0;
  e->pid = pid;
  e->seen_ns = bpf_ktime_get_ns();
  bpf_get_current_comm(e->name, sizeof(e->name));
  bpf_ringbuf_submit(e, 0);
  told += 1;
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
