// SPDX-License-Identifier: Apache-2.0
// Objects that kernel functions acquire and release: given back once, on every path, and not used afterwards.
#include "kernel.h"

#define TASK(name, pid) struct task_struct *name = bpf_task_from_pid(pid); if (!name) return 0
#define GROUP(name) struct cgroup *name = bpf_cgroup_from_id(1); if (!name) return 0
#define MASK(name) struct bpf_cpumask *name = bpf_cpumask_create(); if (!name) return 0
STATIC int gives(struct task_struct *t) { bpf_task_release(t); return 0; }
STATIC struct task_struct *gets(int pid) { return bpf_task_from_pid(pid); }
STATIC int uses(struct task_struct *t) { return t->pid; }
STATIC int callback_keeps(__u32 i, void *c) { bpf_task_from_pid(i); return 0; }
STATIC int callback_gives(__u32 i, struct task_struct **t) { bpf_task_release(*t); return 1; }
STATIC int callback_balances(__u32 i, void *c) { struct task_struct *t = bpf_task_from_pid(i); if (t) bpf_task_release(t); return 0; }

SEC("tc") int acquired_and_released(struct __sk_buff *s) { TASK(t, 1); bpf_task_release(t); return 0; }
SEC("tc") int read_in_between(struct __sk_buff *s) { TASK(t, 1); int r = t->pid; bpf_task_release(t); return r; }
SEC("tc") int read_afterwards_refused(struct __sk_buff *s) { TASK(t, 1); bpf_task_release(t); return *(volatile int *)&t->pid; }  // not-memory
SEC("tc") int released_on_one_path_refused(struct __sk_buff *s) { TASK(t, 1); if (s->len == 7) return 1; bpf_task_release(t); return 0; }  // unreleased
SEC("tc") int released_twice_on_one_path_refused(struct __sk_buff *s) { TASK(t, 1); if (s->len == 7) bpf_task_release(t); bpf_task_release(t); return 0; }  // kfunc-not-plain
SEC("tc") int two_released_crosswise(struct __sk_buff *s) { TASK(t, 1); struct task_struct *u = bpf_task_from_pid(2); if (u) { bpf_task_release(t); bpf_task_release(u); return 0; } bpf_task_release(t); return 0; }
SEC("tc") int one_of_two_kept_refused(struct __sk_buff *s) { TASK(t, 1); struct task_struct *u = bpf_task_from_pid(2); bpf_task_release(t); return u != 0; }  // unreleased
SEC("tc") int one_released_twice_refused(struct __sk_buff *s) { TASK(t, 1); struct task_struct *u = bpf_task_from_pid(2); bpf_task_release(t); if (u) bpf_task_release(t); return 0; }  // kfunc-not-plain
SEC("tc") int overwritten_refused(struct __sk_buff *s) { struct task_struct *t = bpf_task_from_pid(1); t = bpf_task_from_pid(2); if (t) bpf_task_release(t); return 0; }  // unreleased
SEC("tc") int kept_on_the_stack(struct __sk_buff *s) { TASK(t, 1); struct task_struct *volatile kept = t; bpf_ktime_get_ns(); bpf_task_release(kept); return 0; }
SEC("tc") int released_by_a_function(struct __sk_buff *s) { TASK(t, 1); gives(t); return 0; }
SEC("tc") int released_by_a_function_and_again_refused(struct __sk_buff *s) { TASK(t, 1); gives(t); bpf_task_release(t); return 0; }  // kfunc-not-plain
SEC("tc") int acquired_by_a_function(struct __sk_buff *s) { struct task_struct *t = gets(1); if (t) bpf_task_release(t); return 0; }
SEC("tc") int acquired_by_a_function_and_kept_refused(struct __sk_buff *s) { gets(1); return 0; }  // unreleased
SEC("tc") int used_by_a_function(struct __sk_buff *s) { TASK(t, 1); int r = uses(t); bpf_task_release(t); return r; }
SEC("tc") int used_by_a_function_and_not_tested_refused(struct __sk_buff *s) { struct task_struct *t = bpf_task_from_pid(1); int r = uses(t); if (t) bpf_task_release(t); return r; }  // maybe-null
SEC("tc") int acquired_in_a_loop(struct __sk_buff *s) { for (int i = 0; i < 5; i++) { struct task_struct *t = bpf_task_from_pid(i); if (t) bpf_task_release(t); } return 0; }
SEC("tc") int kept_in_a_loop_refused(struct __sk_buff *s) { for (int i = 0; i < 5; i++) { struct task_struct *t = bpf_task_from_pid(i); if (t && i != 3) bpf_task_release(t); } return 0; }  // unreleased
SEC("tc") int callback_that_keeps_refused(struct __sk_buff *s) { return bpf_loop(5, callback_keeps, 0, 0); }  // unreleased
SEC("tc") int callback_that_balances(struct __sk_buff *s) { return bpf_loop(5, callback_balances, 0, 0); }
SEC("tc") int callback_that_releases_the_callers_refused(struct __sk_buff *s) { TASK(t, 1); bpf_loop(5, callback_gives, &t, 0); return 0; }  // unreleased
SEC("tc") int null_is_released_refused(struct __sk_buff *s) { bpf_task_release(0); return 0; }  // kfunc-maybe-null
SEC("tc") int number_is_released_refused(struct __sk_buff *s) { bpf_task_release((void *)(long)s->len); return 0; }  // kfunc-not-plain
SEC("tc") int stack_is_released_refused(struct __sk_buff *s) { struct task_struct t = {}; bpf_task_release(&t); return 0; }  // kfunc-not-plain
SEC("tc") int moved_and_released_refused(struct __sk_buff *s) { TASK(t, 1); bpf_task_release((void *)t + 8); return 0; }  // release-offset
SEC("tc") int task_of_the_kernel_is_released_refused(struct __sk_buff *s) { bpf_task_release(bpf_get_current_task_btf()); return 0; }  // kfunc-releases-nothing
SEC("tc") int task_of_the_kernel_is_acquired(struct __sk_buff *s) { struct task_struct *t = bpf_task_acquire(bpf_get_current_task_btf()); if (t) bpf_task_release(t); return 0; }
SEC("tc") int task_of_the_kernel_is_acquired_and_kept_refused(struct __sk_buff *s) { bpf_task_acquire(bpf_get_current_task_btf()); return 0; }  // unreleased
SEC("tc") int written_refused(struct __sk_buff *s) { TASK(t, 1); *(volatile int *)&t->pid = 1; bpf_task_release(t); return 0; }  // object-read-only
SEC("tc") int group_and_task(struct __sk_buff *s) { TASK(t, 1); struct cgroup *c = bpf_cgroup_from_id(1); long r = 0; if (c) { r = bpf_task_under_cgroup(t, c); bpf_cgroup_release(c); } bpf_task_release(t); return r; }
SEC("tc") int group_and_task_exchanged_refused(struct __sk_buff *s) { TASK(t, 1); struct cgroup *c = bpf_cgroup_from_id(1); if (c) { bpf_task_under_cgroup((void *)c, (void *)t); bpf_cgroup_release(c); } bpf_task_release(t); return 0; }  // kfunc-other-object
SEC("tc") int group_maybe_null_refused(struct __sk_buff *s) { TASK(t, 1); struct cgroup *c = bpf_cgroup_from_id(1); bpf_task_under_cgroup(t, c); if (c) bpf_cgroup_release(c); bpf_task_release(t); return 0; }  // kfunc-maybe-null
SEC("tc") int ancestor_released_only_refused(struct __sk_buff *s) { GROUP(c); struct cgroup *a = bpf_cgroup_ancestor(c, 1); if (a) bpf_cgroup_release(a); return 0; }  // unreleased
SEC("tc") int ancestor_of_a_released_group_refused(struct __sk_buff *s) { GROUP(c); bpf_cgroup_release(c); struct cgroup *a = bpf_cgroup_ancestor(c, 1); if (a) bpf_cgroup_release(a); return 0; }  // kfunc-not-plain
SEC("tc") int ancestor_outlives_the_group(struct __sk_buff *s) { GROUP(c); struct cgroup *a = bpf_cgroup_ancestor(c, 1); bpf_cgroup_release(c); if (!a) return 0; int r = a->level; bpf_cgroup_release(a); return r; }
SEC("tc") int acquired_again(struct __sk_buff *s) { GROUP(c); struct cgroup *a = bpf_cgroup_acquire(c); bpf_cgroup_release(c); if (a) bpf_cgroup_release(a); return 0; }
SEC("tc") int released_by_the_others_function_refused(struct __sk_buff *s) { GROUP(c); bpf_task_release((void *)c); return 0; }  // kfunc-other-object
SEC("tp_btf/sched_switch") int mask_of_its_own(__u64 *c) { MASK(m); bpf_cpumask_set_cpu(1, m); int r = bpf_cpumask_test_cpu(1, (void *)m); bpf_cpumask_release(m); return r & 0; }
SEC("tp_btf/sched_switch") int masks_of_its_own(__u64 *c) { MASK(m); struct bpf_cpumask *n = bpf_cpumask_create(); if (n) { bpf_cpumask_and(m, (void *)m, (void *)n); bpf_cpumask_release(n); } bpf_cpumask_release(m); return 0; }
SEC("tp_btf/sched_switch") int mask_acquired_again_and_kept_refused(__u64 *c) { MASK(m); bpf_cpumask_acquire(m); bpf_cpumask_release(m); return 0; }  // unreleased
SEC("tp_btf/sched_switch") int mask_set_after_its_release_refused(__u64 *c) { MASK(m); bpf_cpumask_release(m); bpf_cpumask_set_cpu(1, m); return 0; }  // argument-type
SEC("tp_btf/sched_switch") int mask_is_a_number_refused(__u64 *c) { bpf_cpumask_set_cpu(1, (void *)c[0]); return 0; }  // argument-type
SEC("xdp") int tasks_in_xdp(struct xdp_md *s) { TASK(t, 1); bpf_task_release(t); return 0; }
SEC("cgroup_skb/egress") int tasks_in_a_cgroup(struct __sk_buff *s) { TASK(t, 1); bpf_task_release(t); return 1; }
SEC("kprobe/x") int tasks_in_a_probe_refused(void *s) { TASK(t, 1); bpf_task_release(t); return 0; }  // kfunc-not-allowed
SEC("syscall") int tasks_in_system_calls(void *s) { TASK(t, 1); bpf_task_release(t); return 0; }
SEC("perf_event") int tasks_at_perf_events(void *s) { TASK(t, 1); bpf_task_release(t); return 0; }
