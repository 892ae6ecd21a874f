// SPDX-License-Identifier: Apache-2.0
// Functions of the kernel: who may call them, what they take, what they give, and what must be given back.
#include "kernel.h"

extern unsigned long long bpf_get_nothing(void) __ksym __weak;
STATIC int thrower(int a) { if (a == 7) bpf_throw(0); return a; }
GLOBAL int gthrower(int a) { if (a == 7) bpf_throw(1); return a; }
static int cb_it(__u32 i, __u64 *c) { struct bpf_iter_num it; int *v; bpf_iter_num_new(&it, 0, i); while ((v = bpf_iter_num_next(&it))) *c += *v; bpf_iter_num_destroy(&it); return 0; }
static int cb_throw(__u32 i, __u64 *c) { if (*c > 5) bpf_throw(0); (*c)++; return 0; }

SEC("tc") int rcu_region(struct __sk_buff *s) { bpf_rcu_read_lock(); bpf_rcu_read_unlock(); return 0; }
SEC("tc") int rcu_region_left_open_refused(struct __sk_buff *s) { bpf_rcu_read_lock(); return 0; }  // leaves-locked
SEC("tc") int rcu_region_never_begun_refused(struct __sk_buff *s) { bpf_rcu_read_unlock(); return 0; }  // unmatched-rcu
SEC("tc") int rcu_region_in_another_refused(struct __sk_buff *s) { bpf_rcu_read_lock(); bpf_rcu_read_lock(); bpf_rcu_read_unlock(); bpf_rcu_read_unlock(); return 0; }  // nested-rcu
SEC("tc") int rcu_region_on_one_path_refused(struct __sk_buff *s) { if (s->len > 4) bpf_rcu_read_lock(); if (s->len > 4) bpf_rcu_read_unlock(); return 0; }  // leaves-locked
SEC("tc") int preemption_region(struct __sk_buff *s) { bpf_preempt_disable(); bpf_preempt_enable(); return 0; }
SEC("tc") int preemption_disabled_twice_refused(struct __sk_buff *s) { bpf_preempt_disable(); bpf_preempt_disable(); bpf_preempt_enable(); return 0; }  // leaves-locked
SEC("tc") int preemption_never_disabled_refused(struct __sk_buff *s) { bpf_preempt_enable(); return 0; }  // unmatched-preempt
SEC("tc") int throws(struct __sk_buff *s) { bpf_throw(0); return 0; }
SEC("tc") int static_function_throws(struct __sk_buff *s) { return thrower(s->len); }
SEC("tc") int global_function_throws(struct __sk_buff *s) { return gthrower(s->len); }
SEC("xdp") int throws_a_pointer_refused(struct xdp_md *s) { bpf_throw((long)s); return 0; }  // kfunc-not-number
SEC("cgroup/skb") int throws_what_it_may_not_return_refused(struct __sk_buff *s) { bpf_throw(5); return 0; }  // returns-outside
SEC("tc") int callback_throws_refused(struct __sk_buff *s) { __u64 c = 0; bpf_loop(10, cb_throw, &c, 0); return c; }  // throw-in-callback
SEC("tc") int throws_and_keeps_an_iterator_refused(struct __sk_buff *s) { struct bpf_iter_num it; bpf_iter_num_new(&it, 0, 10); bpf_throw(0); return 0; }  // unreleased
SEC("tc") int tests_a_weak_one(struct __sk_buff *s) { if (bpf_get_nothing) return bpf_get_nothing(); return 0; }
SEC("tc") int keeps_a_task_refused(struct __sk_buff *s) { struct task_struct *t = bpf_task_from_pid(1); if (!t) return 0; return 1; }  // unreleased
SEC("tc") int releases_maybe_null_refused(struct __sk_buff *s) { struct task_struct *t = bpf_task_from_pid(1); bpf_task_release(t); return 1; }  // kfunc-maybe-null
SEC("tc") int releases_twice_refused(struct __sk_buff *s) { struct task_struct *t = bpf_task_from_pid(1); if (!t) return 0; bpf_task_release(t); bpf_task_release(t); return 1; }  // kfunc-not-plain
SEC("tc") int acquires_once_more(struct __sk_buff *s) { struct task_struct *t = bpf_task_from_pid(1), *u; if (!t) return 0; u = bpf_task_acquire(t); bpf_task_release(t); if (u) bpf_task_release(u); return 1; }
SEC("tc") int releases_the_context_refused(struct __sk_buff *s) { bpf_task_release((void *)s); return 1; }  // kfunc-not-plain
SEC("tc") int releases_another_type_refused(struct __sk_buff *s) { struct cgroup *t = bpf_cgroup_from_id(1); if (!t) return 0; bpf_task_release((void *)t); return 1; }  // kfunc-other-object
SEC("tc") int ancestor_of_a_cgroup(struct __sk_buff *s) { struct cgroup *t = bpf_cgroup_from_id(1), *a; if (!t) return 0; a = bpf_cgroup_ancestor(t, s->len); if (a) bpf_cgroup_release(a); bpf_cgroup_release(t); return 1; }
SEC("socket") int not_for_socket_filters_refused(struct __sk_buff *s) { struct task_struct *t = bpf_task_from_pid(1); if (t) bpf_task_release(t); return 1; }  // kfunc-not-allowed
SEC("tp_btf/sched_switch") int cpumask(__u64 *c) { struct bpf_cpumask *m = bpf_cpumask_create(); if (!m) return 0; bpf_cpumask_set_cpu(1, m); bpf_cpumask_release(m); return 0; }
SEC("tp_btf/sched_switch") int cpumask_not_tested_refused(__u64 *c) { struct bpf_cpumask *m = bpf_cpumask_create(); bpf_cpumask_set_cpu(1, m); if (m) bpf_cpumask_release(m); return 0; }  // kfunc-maybe-null
