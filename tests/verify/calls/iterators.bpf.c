// SPDX-License-Identifier: Apache-2.0
// Iterators that are asked for one element after the other.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 4);
  __type(key, __u32);
  __type(value, __u64[8]);
} array SEC(".maps");

struct bpf_iter_num { __u64 __opaque[1]; } __attribute__((aligned(8)));
extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym;
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;
extern void bpf_preempt_disable(void) __ksym;
extern void bpf_preempt_enable(void) __ksym;
extern void bpf_throw(__u64 cookie) __ksym;
extern unsigned long long bpf_get_nothing(void) __ksym __weak;
struct task_struct { int pid; int tgid; } __attribute__((preserve_access_index));
struct cgroup { int level; } __attribute__((preserve_access_index));
extern struct task_struct *bpf_task_from_pid(int pid) __ksym;
extern void bpf_task_release(struct task_struct *p) __ksym;
extern struct task_struct *bpf_task_acquire(struct task_struct *p) __ksym;
extern struct cgroup *bpf_cgroup_from_id(__u64 cgid) __ksym;
extern void bpf_cgroup_release(struct cgroup *p) __ksym;
extern struct cgroup *bpf_cgroup_ancestor(struct cgroup *cgrp, int level) __ksym;
struct bpf_iter_task { __u64 __opaque[3]; } __attribute__((aligned(8)));
extern int bpf_iter_task_new(struct bpf_iter_task *it, struct task_struct *task, unsigned int flags) __ksym;
extern struct task_struct *bpf_iter_task_next(struct bpf_iter_task *it) __ksym;
extern void bpf_iter_task_destroy(struct bpf_iter_task *it) __ksym;
struct bpf_iter_bits { __u64 __opaque[2]; } __attribute__((aligned(8)));
extern int bpf_iter_bits_new(struct bpf_iter_bits *it, const __u64 *unsafe_ptr__ign, __u32 nr_words) __ksym;
extern int *bpf_iter_bits_next(struct bpf_iter_bits *it) __ksym;
extern void bpf_iter_bits_destroy(struct bpf_iter_bits *it) __ksym;
struct bpf_cpumask { __u64 x[4]; };
extern struct bpf_cpumask *bpf_cpumask_create(void) __ksym;
extern void bpf_cpumask_release(struct bpf_cpumask *m) __ksym;
extern void bpf_cpumask_set_cpu(__u32 cpu, struct bpf_cpumask *m) __ksym;
static __attribute__((noinline)) int thrower(int a) { if (a == 7) bpf_throw(0); return a; }
__attribute__((noinline)) int gthrower(int a) { if (a == 7) bpf_throw(1); return a; }
static int cb_it(__u32 i, __u64 *c) { struct bpf_iter_num it; int *v; bpf_iter_num_new(&it, 0, i); while ((v = bpf_iter_num_next(&it))) *c += *v; bpf_iter_num_destroy(&it); return 0; }
static int cb_throw(__u32 i, __u64 *c) { if (*c > 5) bpf_throw(0); (*c)++; return 0; }

SEC("tc") int to_ten(struct __sk_buff *s) { struct bpf_iter_num it; int *v, sum = 0; bpf_iter_num_new(&it, 0, 10); while ((v = bpf_iter_num_next(&it))) sum += *v; bpf_iter_num_destroy(&it); return sum; }
SEC("tc") int continue_and_break(struct __sk_buff *s) { struct bpf_iter_num it; int *v, sum = 0; bpf_iter_num_new(&it, 0, s->len); while ((v = bpf_iter_num_next(&it))) { if (*v == 5) continue; if (*v == 7) break; sum += *v; } bpf_iter_num_destroy(&it); return sum; }
SEC("tc") int in_another(struct __sk_buff *s) { struct bpf_iter_num it, jt; int *v, *w, sum = 0; bpf_iter_num_new(&it, 0, s->len); while ((v = bpf_iter_num_next(&it))) { bpf_iter_num_new(&jt, *v, 100); while ((w = bpf_iter_num_next(&jt))) sum += *w * *v; bpf_iter_num_destroy(&jt); } bpf_iter_num_destroy(&it); return sum; }
SEC("tc") int never_destroyed_refused(struct __sk_buff *s) { struct bpf_iter_num it; int *v, sum = 0; bpf_iter_num_new(&it, 0, 10); while ((v = bpf_iter_num_next(&it))) sum += *v; return sum; }  // unreleased
SEC("tc") int made_twice_refused(struct __sk_buff *s) { struct bpf_iter_num it; bpf_iter_num_new(&it, 0, 10); bpf_iter_num_new(&it, 0, 10); bpf_iter_num_destroy(&it); return 0; }  // iterator-busy
SEC("tc") int never_made_refused(struct __sk_buff *s) { struct bpf_iter_num it; bpf_iter_num_next(&it); return 0; }  // iterator-not-made
SEC("tc") int destroyed_twice_refused(struct __sk_buff *s) { struct bpf_iter_num it; bpf_iter_num_new(&it, 0, 10); bpf_iter_num_destroy(&it); bpf_iter_num_destroy(&it); return 0; }  // iterator-not-made
SEC("tc") int element_after_destroy_refused(struct __sk_buff *s) { struct bpf_iter_num it; bpf_iter_num_new(&it, 0, 10); int *v = bpf_iter_num_next(&it); if (!v) { bpf_iter_num_destroy(&it); return 0; } bpf_iter_num_destroy(&it); return *v; }  // not-memory
SEC("tc") int index_is_compared(struct __sk_buff *s) { struct bpf_iter_num it; int *v; __u64 a[10] = {}; bpf_iter_num_new(&it, 0, 10); while ((v = bpf_iter_num_next(&it))) { int i = *v; if (i >= 0 && i < 10) a[i] += i; } bpf_iter_num_destroy(&it); return a[3]; }
SEC("tc") int counter_of_its_own(struct __sk_buff *s) { struct bpf_iter_num it; int *v, i = 0; __u64 a[10] = {}; bpf_iter_num_new(&it, 0, 10); while ((v = bpf_iter_num_next(&it))) { if (i >= 10) break; a[i] = *v; i++; } bpf_iter_num_destroy(&it); return a[3]; }
SEC("tc") int looks_up_refused(struct __sk_buff *s) { struct bpf_iter_num it; int *v; __u64 sum = 0; bpf_iter_num_new(&it, 0, 100); while ((v = bpf_iter_num_next(&it))) { __u32 k = *v & 3; __u64 *m = bpf_map_lookup_elem(&array, &k); if (m) { sum += m[k]; m[0] = sum; } } bpf_iter_num_destroy(&it); return sum; }  // unbounded
SEC("tc") int in_a_callback(struct __sk_buff *s) { __u64 c = 0; bpf_loop(10, cb_it, &c, 0); return c; }
SEC("tc") int in_a_number_refused(struct __sk_buff *s) { bpf_iter_num_new((void *)(long)s->len, 0, 1); return 0; }  // iterator-not-on-stack
SEC("tc") int in_the_context_refused(struct __sk_buff *s) { bpf_iter_num_new((void *)s, 0, 1); return 0; }  // iterator-not-on-stack
SEC("tc") int pointer_as_number_refused(struct __sk_buff *s) { struct bpf_iter_num it; bpf_iter_num_new(&it, (long)s, 1); bpf_iter_num_destroy(&it); return 0; }  // kfunc-not-number
SEC("tc") int bits(struct __sk_buff *s) { struct bpf_iter_bits it; int *v, sum = 0; __u64 w[2] = {5, 6}; bpf_iter_bits_new(&it, w, 2); while ((v = bpf_iter_bits_next(&it))) sum += *v; bpf_iter_bits_destroy(&it); return sum; }
SEC("tp_btf/sched_switch") int tasks(__u64 *c) { struct bpf_iter_task it; struct task_struct *t; int n = 0; bpf_rcu_read_lock(); bpf_iter_task_new(&it, 0, 0); while ((t = bpf_iter_task_next(&it))) n++; bpf_iter_task_destroy(&it); bpf_rcu_read_unlock(); return n; }
