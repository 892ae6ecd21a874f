// SPDX-License-Identifier: Apache-2.0
// Iterators over objects of the kernel: made, asked until they have no more, destroyed; some need a region, some are for
// programs of some types.
#include "kernel.h"

STATIC int *next(struct bpf_iter_num *it) { return bpf_iter_num_next(it); }
STATIC int makes(struct bpf_iter_num *it) { return bpf_iter_num_new(it, 0, 5); }
STATIC int destroys(struct bpf_iter_num *it) { bpf_iter_num_destroy(it); return 0; }

SEC("tc") int made_and_destroyed(struct __sk_buff *s) { struct bpf_iter_num it; bpf_iter_num_new(&it, 0, 10); bpf_iter_num_destroy(&it); return 0; }
SEC("tc") int bounds_not_known(struct __sk_buff *s) { struct bpf_iter_num it; int *v, n = 0; bpf_iter_num_new(&it, s->mark, s->len); while ((v = bpf_iter_num_next(&it))) n++; bpf_iter_num_destroy(&it); return n; }
SEC("tc") int asked_by_a_function(struct __sk_buff *s) { struct bpf_iter_num it; int *v, n = 0; bpf_iter_num_new(&it, 0, 10); while ((v = next(&it))) n += *v; bpf_iter_num_destroy(&it); return n; }
SEC("tc") int made_by_a_function(struct __sk_buff *s) { struct bpf_iter_num it; makes(&it); bpf_iter_num_destroy(&it); return 0; }
SEC("tc") int destroyed_by_a_function(struct __sk_buff *s) { struct bpf_iter_num it; bpf_iter_num_new(&it, 0, 10); destroys(&it); return 0; }
SEC("tc") int destroyed_by_a_function_and_again_refused(struct __sk_buff *s) { struct bpf_iter_num it; bpf_iter_num_new(&it, 0, 10); destroys(&it); bpf_iter_num_destroy(&it); return 0; }  // iterator-not-made
SEC("tc") int made_on_one_path_refused(struct __sk_buff *s) { struct bpf_iter_num it; if (s->len == 4) bpf_iter_num_new(&it, 0, 10); bpf_iter_num_destroy(&it); return 0; }  // iterator-not-made
SEC("tc") int left_by_a_return_refused(struct __sk_buff *s) { struct bpf_iter_num it; int *v; bpf_iter_num_new(&it, 0, 10); while ((v = bpf_iter_num_next(&it))) if (*v == 5) return 1; bpf_iter_num_destroy(&it); return 0; }  // unreleased
SEC("tc") int left_by_a_break(struct __sk_buff *s) { struct bpf_iter_num it; int *v; bpf_iter_num_new(&it, 0, 10); while ((v = bpf_iter_num_next(&it))) if (*v == 5) break; bpf_iter_num_destroy(&it); return 0; }
SEC("tc") int element_not_tested_refused(struct __sk_buff *s) { struct bpf_iter_num it; bpf_iter_num_new(&it, 0, 10); int r = *bpf_iter_num_next(&it); bpf_iter_num_destroy(&it); return r; }  // not-memory
SEC("tc") int element_is_written_refused(struct __sk_buff *s) { struct bpf_iter_num it; int *v; bpf_iter_num_new(&it, 0, 10); v = bpf_iter_num_next(&it); if (v) *v = 1; bpf_iter_num_destroy(&it); return 0; }  // read-only
SEC("tc") int beyond_the_element_refused(struct __sk_buff *s) { struct bpf_iter_num it; int *v, r = 0; bpf_iter_num_new(&it, 0, 10); v = bpf_iter_num_next(&it); if (v) r = ((volatile int *)v)[1]; bpf_iter_num_destroy(&it); return r; }  // outside-memory
SEC("tc") int element_before_the_last(struct __sk_buff *s) { struct bpf_iter_num it; int *v, *w, r = 0; bpf_iter_num_new(&it, 0, 10); v = bpf_iter_num_next(&it); w = bpf_iter_num_next(&it); if (v && w) r = *v; bpf_iter_num_destroy(&it); return r; }
SEC("tc") int nested(struct __sk_buff *s) { struct bpf_iter_num a, b; int *v, *w, n = 0; bpf_iter_num_new(&a, 0, 10); while ((v = bpf_iter_num_next(&a))) { bpf_iter_num_new(&b, 0, 5); while ((w = bpf_iter_num_next(&b))) n += *v * *w; bpf_iter_num_destroy(&b); } bpf_iter_num_destroy(&a); return n; }
SEC("tc") int nested_in_the_same_place_refused(struct __sk_buff *s) { struct bpf_iter_num a; int *v, n = 0; bpf_iter_num_new(&a, 0, 10); while ((v = bpf_iter_num_next(&a))) { bpf_iter_num_new(&a, 0, 5); bpf_iter_num_destroy(&a); n++; } bpf_iter_num_destroy(&a); return n; }  // iterator-busy
SEC("tc") int one_after_the_other(struct __sk_buff *s) { struct bpf_iter_num a; bpf_iter_num_new(&a, 0, 10); bpf_iter_num_destroy(&a); bpf_iter_num_new(&a, 0, 10); bpf_iter_num_destroy(&a); return 0; }
SEC("tc") int read_as_memory_refused(struct __sk_buff *s) { struct bpf_iter_num a; bpf_iter_num_new(&a, 0, 10); __u64 r = *(volatile __u64 *)&a; bpf_iter_num_destroy(&a); return r; }  // reads-unwritten
SEC("tc") int written_as_memory_refused(struct __sk_buff *s) { struct bpf_iter_num a; bpf_iter_num_new(&a, 0, 10); *(volatile __u64 *)&a = 0; bpf_iter_num_destroy(&a); return 0; }  // iterator-not-made
SEC("tc") int copied_refused(struct __sk_buff *s) { volatile struct bpf_iter_num a; bpf_iter_num_new((void *)&a, 0, 10); struct bpf_iter_num b; b.__opaque[0] = a.__opaque[0]; bpf_iter_num_destroy(&b); return 0; }  // reads-unwritten
SEC("tc") int another_kinds_function_refused(struct __sk_buff *s) { struct bpf_iter_bits b; __u64 w = 5; bpf_iter_bits_new(&b, &w, 1); bpf_iter_num_next((void *)&b); bpf_iter_bits_destroy(&b); return 0; }  // iterator-not-made
SEC("tc") int bits_of_the_stack(struct __sk_buff *s) { struct bpf_iter_bits b; __u64 w = 5; int n = 0; bpf_iter_bits_new(&b, &w, 1); while (bpf_iter_bits_next(&b)) n++; bpf_iter_bits_destroy(&b); return n; }
SEC("tc") int bits_never_destroyed_refused(struct __sk_buff *s) { struct bpf_iter_bits b; __u64 w = 5; bpf_iter_bits_new(&b, &w, 1); return 0; }  // unreleased
SEC("tc") int bits_of_a_number(struct __sk_buff *s) { struct bpf_iter_bits b; bpf_iter_bits_new(&b, (void *)(long)s->len, 1); bpf_iter_bits_destroy(&b); return 0; }
SEC("tc") int counts_words_by_a_pointer_refused(struct __sk_buff *s) { struct bpf_iter_num b; asm volatile("r1 = %0; r2 = %0; r3 = 5; call bpf_iter_num_new" ::"r"(&b) : "r0", "r1", "r2", "r3", "r4", "r5"); bpf_iter_num_destroy(&b); return 0; }  // kfunc-not-number
SEC("syscall") int tasks_without_a_region_refused(void *c) { struct bpf_iter_task it; bpf_iter_task_new(&it, 0, 0); bpf_iter_task_destroy(&it); return 0; }  // needs-rcu
SEC("syscall") int tasks_in_a_region(void *c) { struct bpf_iter_task it; int n = 0; bpf_rcu_read_lock(); bpf_iter_task_new(&it, 0, 0); while (bpf_iter_task_next(&it)) n++; bpf_iter_task_destroy(&it); bpf_rcu_read_unlock(); return n; }
SEC("syscall") int region_ends_before_the_iterator_refused(void *c) { struct bpf_iter_task it; bpf_rcu_read_lock(); bpf_iter_task_new(&it, 0, 0); bpf_rcu_read_unlock(); bpf_iter_task_destroy(&it); return 0; }  // iterator-needs-rcu
SEC("syscall") int region_ends_before_the_next_refused(void *c) { struct bpf_iter_task it; bpf_rcu_read_lock(); bpf_iter_task_new(&it, 0, 0); bpf_rcu_read_unlock(); bpf_iter_task_next(&it); bpf_iter_task_destroy(&it); return 0; }  // iterator-needs-rcu
SEC("syscall") int task_after_the_region(void *c) { struct bpf_iter_task it; struct task_struct *t; int r = 0; bpf_rcu_read_lock(); bpf_iter_task_new(&it, 0, 0); t = bpf_iter_task_next(&it); if (t) r = t->pid; bpf_iter_task_destroy(&it); bpf_rcu_read_unlock(); return r; }
SEC("syscall") int task_is_acquired(void *c) { struct bpf_iter_task it; struct task_struct *t; bpf_rcu_read_lock(); bpf_iter_task_new(&it, 0, 0); t = bpf_iter_task_next(&it); if (t) t = bpf_task_acquire(t); bpf_iter_task_destroy(&it); bpf_rcu_read_unlock(); if (t) bpf_task_release(t); return 0; }
SEC("syscall") int task_is_acquired_after_the_region_refused(void *c) { struct bpf_iter_task it; struct task_struct *t; bpf_rcu_read_lock(); bpf_iter_task_new(&it, 0, 0); t = bpf_iter_task_next(&it); bpf_iter_task_destroy(&it); bpf_rcu_read_unlock(); if (t) t = bpf_task_acquire(t); if (t) bpf_task_release(t); return 0; }  // not-rcu
SEC("syscall") int threads_of_a_task(void *c) { struct bpf_iter_task it; int n = 0; struct task_struct *t = bpf_get_current_task_btf(); bpf_rcu_read_lock(); bpf_iter_task_new(&it, t, 1); while (bpf_iter_task_next(&it)) n++; bpf_iter_task_destroy(&it); bpf_rcu_read_unlock(); return n; }
SEC("syscall") int threads_of_a_number_refused(void *c) { struct bpf_iter_task it; bpf_rcu_read_lock(); bpf_iter_task_new(&it, (void *)5, 1); bpf_iter_task_destroy(&it); bpf_rcu_read_unlock(); return 0; }  // kfunc-not-plain
SEC("syscall") int areas_of_a_task(void *c) { struct bpf_iter_task_vma it; struct vm_area_struct *v; int n = 0; bpf_iter_task_vma_new(&it, bpf_get_current_task_btf(), 0); while ((v = bpf_iter_task_vma_next(&it))) n += v->vm_start & 1; bpf_iter_task_vma_destroy(&it); return n; }
SEC("syscall") int areas_of_nobody_refused(void *c) { struct bpf_iter_task_vma it; bpf_iter_task_vma_new(&it, 0, 0); bpf_iter_task_vma_destroy(&it); return 0; }  // kfunc-maybe-null
SEC("tc") int areas_in_traffic_control(struct __sk_buff *s) { struct bpf_iter_task_vma it; bpf_iter_task_vma_new(&it, bpf_get_current_task_btf(), 0); bpf_iter_task_vma_destroy(&it); return 0; }
SEC("tp_btf/sched_switch") int tasks_of_a_group_refused(void *c) { struct bpf_iter_css_task it; struct cgroup *g = bpf_cgroup_from_id(1); if (!g) return 0; bpf_iter_css_task_new(&it, &g->self, 0); bpf_iter_css_task_destroy(&it); bpf_cgroup_release(g); return 0; }  // walks-tasks
SEC("iter.s/task") int tasks_of_a_group_asleep(void *c) { struct bpf_iter_css_task it; struct cgroup *g = bpf_cgroup_from_id(1); if (!g) return 0; bpf_iter_css_task_new(&it, &g->self, 0); bpf_iter_css_task_destroy(&it); bpf_cgroup_release(g); return 0; }
