// SPDX-License-Identifier: Apache-2.0
// Variables of the kernel: with a type, without one, and one that no kernel has.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

extern const struct rq runqueues __ksym;
extern const int bpf_prog_active __ksym;
extern const void bpf_prog_put __ksym;
extern const void schedule __ksym;
extern const void not_in_any_kernel __ksym __weak;
extern const struct rq nor_is_this_variable __ksym __weak;

u64 addresses[4];
int cpu, active;

SEC("raw_tp/sys_enter")
int typed(const void *ctx) {
  struct rq *rq = bpf_per_cpu_ptr(&runqueues, 0);
  int *count = bpf_this_cpu_ptr(&bpf_prog_active);
  if (rq) cpu = rq->cpu;
  active = *count;
  return 0;
}

SEC("raw_tp/sys_exit")
int untyped(const void *ctx) {
  addresses[0] = (u64)&bpf_prog_put;
  addresses[1] = (u64)&schedule;
  addresses[2] = (u64)&not_in_any_kernel;
  return 0;
}

SEC("raw_tp/sys_exit")
int missing(const void *ctx) {
  if (&nor_is_this_variable) addresses[3] = 1;
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
