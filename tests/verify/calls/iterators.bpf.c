// SPDX-License-Identifier: Apache-2.0
// Iterators that are asked for one element after the other.
#include "kernel.h"

MAP(array, ARRAY, 4, __u32, __u64[8]);

static int cb_it(__u32 i, __u64 *c) { struct bpf_iter_num it; int *v; bpf_iter_num_new(&it, 0, i); while ((v = bpf_iter_num_next(&it))) *c += *v; bpf_iter_num_destroy(&it); return 0; }

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
