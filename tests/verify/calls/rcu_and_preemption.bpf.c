// SPDX-License-Identifier: Apache-2.0
// Regions that begin and end: RCU and preemption. They end where they began, in any function of the program,
// and in them nothing sleeps.
#include "kernel.h"

PROGRAMS(others);
RING(ring);

STATIC int begins_rcu(int a) { bpf_rcu_read_lock(); return a; }
STATIC int ends_rcu(int a) { bpf_rcu_read_unlock(); return a; }
STATIC int begins_preempt(int a) { bpf_preempt_disable(); return a; }
STATIC int ends_preempt(int a) { bpf_preempt_enable(); return a; }
STATIC int both(int a) { bpf_rcu_read_lock(); bpf_rcu_read_unlock(); return a; }
GLOBAL int global_keeps(int a) { bpf_rcu_read_lock(); return a; }
GLOBAL int global_plain(int a) { return a + 1; }
GLOBAL int global_sleeps(int a) { char b[4]; bpf_copy_from_user(b, 4, 0); return a; }
static int callback(__u32 i, void *c) { return 0; }
static int callback_begins(__u32 i, void *c) { bpf_rcu_read_lock(); return 0; }
static int callback_both(__u32 i, void *c) { bpf_rcu_read_lock(); bpf_rcu_read_unlock(); return 0; }
static int callback_ends(__u32 i, void *c) { bpf_preempt_enable(); return 0; }

SEC("tc") int rcu_begun_in_one_function_ended_in_another(struct __sk_buff *s) { begins_rcu(1); return ends_rcu(1) & 0; }
SEC("tc") int rcu_begun_in_a_function_refused(struct __sk_buff *s) { return begins_rcu(1); }  // leaves-locked
SEC("tc") int rcu_ended_in_a_function_refused(struct __sk_buff *s) { return ends_rcu(1); }  // unmatched-rcu
SEC("tc") int rcu_twice_one_after_the_other(struct __sk_buff *s) { both(1); return both(2); }
SEC("tc") int rcu_within_rcu_by_a_function_refused(struct __sk_buff *s) { bpf_rcu_read_lock(); both(1); bpf_rcu_read_unlock(); return 0; }  // nested-rcu
SEC("tc") int rcu_in_a_loop(struct __sk_buff *s) { for (int i = 0; i < 3; i++) { bpf_rcu_read_lock(); bpf_rcu_read_unlock(); } return 0; }
SEC("tc") int rcu_ended_in_a_loop_refused(struct __sk_buff *s) { bpf_rcu_read_lock(); for (volatile int i = 0; i < 3; i++) bpf_rcu_read_unlock(); return 0; }  // unmatched-rcu
SEC("tc") int rcu_in_a_callback(struct __sk_buff *s) { return bpf_loop(3, callback_both, 0, 0); }
SEC("tc") int rcu_begun_in_a_callback_refused(struct __sk_buff *s) { return bpf_loop(3, callback_begins, 0, 0); }  // leaves-locked
SEC("tc") int rcu_around_a_callback(struct __sk_buff *s) { bpf_rcu_read_lock(); bpf_loop(3, callback, 0, 0); bpf_rcu_read_unlock(); return 0; }
SEC("tc") int rcu_around_a_global_function(struct __sk_buff *s) { bpf_rcu_read_lock(); int r = global_plain(s->len); bpf_rcu_read_unlock(); return r; }
SEC("tc") int rcu_kept_by_a_global_function_refused(struct __sk_buff *s) { return global_keeps(1); }  // leaves-locked
SEC("tc") int rcu_around_a_tail_call_refused(struct __sk_buff *s) { bpf_rcu_read_lock(); bpf_tail_call(s, &others, 0); bpf_rcu_read_unlock(); return 0; }  // leaves-locked
SEC("tc") int rcu_around_an_early_return_refused(struct __sk_buff *s) { bpf_rcu_read_lock(); if (s->len == 5) return 1; bpf_rcu_read_unlock(); return 0; }  // leaves-locked
SEC("syscall") int rcu_around_sleep_refused(void *s) { char b[8]; bpf_rcu_read_lock(); bpf_copy_from_user(b, 8, 0); bpf_rcu_read_unlock(); return 0; }  // sleeps-in-region
SEC("syscall") int rcu_before_sleep(void *s) { char b[8]; bpf_rcu_read_lock(); bpf_rcu_read_unlock(); bpf_copy_from_user(b, 8, 0); return 0; }
SEC("syscall") int rcu_around_a_global_function_that_sleeps_refused(void *s) { bpf_rcu_read_lock(); global_sleeps(1); bpf_rcu_read_unlock(); return 0; }  // global-may-sleep
SEC("syscall") int global_function_that_sleeps(void *s) { return global_sleeps(1); }
SEC("syscall") int rcu_around_a_kernel_function_that_sleeps_refused(void *s) { char b[8]; bpf_rcu_read_lock(); bpf_copy_from_user_str(b, 8, 0, 0); bpf_rcu_read_unlock(); return 0; }  // kfunc-sleeps-in-region
SEC("syscall") int kernel_function_that_sleeps(void *s) { char b[8]; return bpf_copy_from_user_str(b, 8, 0, 0); }
SEC("tc") int kernel_function_that_sleeps_where_nothing_may_refused(struct __sk_buff *s) { char b[8]; return bpf_copy_from_user_str(b, 8, 0, 0); }  // kfunc-sleeps
SEC("tc") int rcu_with_a_record(struct __sk_buff *s) { __u64 *p = bpf_ringbuf_reserve(&ring, 8, 0); if (!p) return 0; bpf_rcu_read_lock(); *p = 1; bpf_rcu_read_unlock(); bpf_ringbuf_submit(p, 0); return 0; }

SEC("tc") int preemption_begun_in_one_function_ended_in_another(struct __sk_buff *s) { begins_preempt(1); return ends_preempt(1) & 0; }
SEC("tc") int preemption_begun_in_a_function_refused(struct __sk_buff *s) { return begins_preempt(1); }  // leaves-locked
SEC("tc") int preemption_twice_and_ended_twice(struct __sk_buff *s) { bpf_preempt_disable(); bpf_preempt_disable(); bpf_preempt_enable(); bpf_preempt_enable(); return 0; }
SEC("tc") int preemption_ended_once_too_often_refused(struct __sk_buff *s) { bpf_preempt_disable(); bpf_preempt_enable(); bpf_preempt_enable(); return 0; }  // unmatched-preempt
SEC("tc") int preemption_on_one_path_refused(struct __sk_buff *s) { if (s->len) bpf_preempt_disable(); return 0; }  // leaves-locked
SEC("tc") int preemption_and_rcu_crossing(struct __sk_buff *s) { bpf_preempt_disable(); bpf_rcu_read_lock(); bpf_preempt_enable(); bpf_rcu_read_unlock(); return 0; }
SEC("syscall") int preemption_around_sleep_refused(void *s) { char b[8]; bpf_preempt_disable(); bpf_copy_from_user(b, 8, 0); bpf_preempt_enable(); return 0; }  // sleeps-in-region
SEC("syscall") int preemption_around_a_kernel_function_that_sleeps_refused(void *s) { char b[8]; bpf_preempt_disable(); bpf_copy_from_user_str(b, 8, 0, 0); bpf_preempt_enable(); return 0; }  // kfunc-sleeps-in-region
SEC("syscall") int preemption_around_a_global_function_that_sleeps_refused(void *s) { bpf_preempt_disable(); global_sleeps(1); bpf_preempt_enable(); return 0; }  // global-may-sleep
SEC("tc") int preemption_around_a_global_function(struct __sk_buff *s) { bpf_preempt_disable(); global_plain(1); bpf_preempt_enable(); return 0; }
SEC("tc") int preemption_around_a_tail_call_refused(struct __sk_buff *s) { bpf_preempt_disable(); bpf_tail_call(s, &others, 0); bpf_preempt_enable(); return 0; }  // leaves-locked
SEC("tc") int preemption_around_a_callback(struct __sk_buff *s) { bpf_preempt_disable(); bpf_loop(3, callback, 0, 0); bpf_preempt_enable(); return 0; }
SEC("tc") int preemption_ended_by_a_callback_refused(struct __sk_buff *s) { bpf_preempt_disable(); bpf_loop(1, callback_ends, 0, 0); return 0; }  // leaves-locked
SEC("tp_btf/sched_switch") int object_by_rcu(__u64 *c) { struct task_struct *t = (void *)c[1], *p; bpf_rcu_read_lock(); p = t->real_parent; if (p) p = bpf_task_acquire(p); bpf_rcu_read_unlock(); if (p) bpf_task_release(p); return 0; }
SEC("tp_btf/sched_switch") int object_by_rcu_without_a_region(__u64 *c) { struct task_struct *t = (void *)c[1], *p = t->real_parent; if (p) p = bpf_task_acquire(p); if (p) bpf_task_release(p); return 0; }
SEC("tp_btf/sched_switch") int object_not_by_rcu_refused(__u64 *c) { struct task_struct *t = (void *)c[1], *p = t->last_wakee; if (p) p = bpf_task_acquire(p); if (p) bpf_task_release(p); return 0; }  // not-rcu
SEC("syscall") int object_by_rcu_in_a_region(void *c) { struct task_struct *t = bpf_get_current_task_btf(), *p; bpf_rcu_read_lock(); p = t->real_parent; p = bpf_task_acquire(p); bpf_rcu_read_unlock(); if (p) bpf_task_release(p); return 0; }
SEC("syscall") int object_by_rcu_before_the_region_refused(void *c) { struct task_struct *t = bpf_get_current_task_btf(), *p = t->real_parent; bpf_rcu_read_lock(); p = bpf_task_acquire(p); bpf_rcu_read_unlock(); if (p) bpf_task_release(p); return 0; }  // not-rcu
SEC("syscall") int object_by_rcu_after_the_region_refused(void *c) { struct task_struct *t = bpf_get_current_task_btf(), *p; bpf_rcu_read_lock(); p = t->real_parent; bpf_rcu_read_unlock(); p = bpf_task_acquire(p); if (p) bpf_task_release(p); return 0; }  // not-rcu
SEC("syscall") int object_after_the_region_is_read(void *c) { struct task_struct *t = bpf_get_current_task_btf(), *p; bpf_rcu_read_lock(); p = t->real_parent; bpf_rcu_read_unlock(); return p->pid; }
