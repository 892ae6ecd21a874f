// SPDX-License-Identifier: Apache-2.0
// Objects that programs allocate, count references of, keep in values of maps, and give back.
#include "kernel.h"

struct plain { __u64 a; __u32 b; };
struct huge { __u64 a[100]; };
struct with_pointer { __u64 a; void *p; };
struct counted { __u64 a; struct bpf_refcount ref; };
struct node { __u64 key; struct bpf_list_node n; };
struct owner { __u64 a; struct plain __kptr *p; };
struct value { struct plain __kptr *p; struct plain __percpu_kptr *pc; struct counted __kptr *c; };
union number { __u64 a; };
MAP(kept, ARRAY, 1, int, struct value);
MAP(bytes, ARRAY, 1, int, __u64[2]);
#define VALUE int key = 0; struct value *v = bpf_map_lookup_elem(&kept, &key); if (!v) return 0
#define P(name) SEC("tc") int name(struct __sk_buff *s)

P(allocates) { struct plain *p = bpf_obj_new(struct plain); if (!p) return 0; p->a = 1; p->b = s->len; bpf_obj_drop(p); return 0; }
P(reads_what_it_wrote) { struct plain *p = bpf_obj_new(struct plain); if (!p) return 0; p->a = 7; int r = p->a + p->b; bpf_obj_drop(p); return r; }
P(keeps_it_refused) { struct plain *p = bpf_obj_new(struct plain); if (!p) return 0; p->a = 1; return 0; }
P(null_untested_refused) { struct plain *p = bpf_obj_new(struct plain); p->a = 1; bpf_obj_drop(p); return 0; }
P(drops_null_untested_refused) { struct plain *p = bpf_obj_new(struct plain); bpf_obj_drop(p); return 0; }
P(drops_twice_refused) { struct plain *p = bpf_obj_new(struct plain); if (!p) return 0; bpf_obj_drop(p); bpf_obj_drop(p); return 0; }
P(uses_after_drop_refused) { struct plain *p = bpf_obj_new(struct plain); if (!p) return 0; bpf_obj_drop(p); p->a = 1; return 0; }
P(reads_after_drop_refused) { struct plain *p = bpf_obj_new(struct plain); if (!p) return 0; bpf_obj_drop(p); return *(volatile __u64 *)&p->a; }
P(beyond_its_end_refused) { struct plain *p = bpf_obj_new(struct plain); if (!p) return 0; *(volatile __u64 *)(p + 1) = 1; bpf_obj_drop(p); return 0; }
P(somewhere_in_it_refused) { struct plain *p = bpf_obj_new(struct plain); if (!p) return 0; __u32 i = s->len & 7; ((volatile char *)p)[i] = 1; bpf_obj_drop(p); return 0; }
P(writes_its_padding) { struct plain *p = bpf_obj_new(struct plain); if (!p) return 0; *(volatile char *)&p->b = 1; bpf_obj_drop(p); return 0; }
P(atomically) { struct plain *p = bpf_obj_new(struct plain); if (!p) return 0; __sync_fetch_and_add(&p->a, 1); bpf_obj_drop(p); return 0; }
P(with_a_pointer) { struct with_pointer *p = bpf_obj_new(struct with_pointer); if (!p) return 0; p->p = s; bpf_obj_drop(p); return 0; }
P(drops_a_moved_one_refused) { struct plain *p = bpf_obj_new(struct plain); if (!p) return 0; bpf_obj_drop(&p->b); return 0; }
P(drops_the_context_refused) { bpf_obj_drop(s); return 0; }
P(drops_the_stack_refused) { __u64 x = 0; bpf_obj_drop(&x); return 0; }
P(drops_a_number_refused) { bpf_obj_drop((void *)1); return 0; }
P(drops_a_task_refused) { struct task_struct *t = bpf_task_from_pid(1); if (!t) return 0; bpf_obj_drop(t); return 0; }
P(releases_it_as_a_task_refused) { struct plain *p = bpf_obj_new(struct plain); if (!p) return 0; bpf_task_release((void *)p); return 0; }
P(of_no_structure_refused) { void *p = bpf_obj_new(__u64); if (!p) return 0; bpf_obj_drop(p); return 0; }
P(of_a_union_refused) { void *p = bpf_obj_new(union number); if (!p) return 0; bpf_obj_drop(p); return 0; }
P(of_no_type_refused) { void *p = bpf_obj_new_impl(100000, 0); if (!p) return 0; bpf_obj_drop(p); return 0; }
P(of_type_void_refused) { void *p = bpf_obj_new_impl(0, 0); if (!p) return 0; bpf_obj_drop(p); return 0; }
P(of_an_endless_type_refused) { void *p = bpf_obj_new_impl(1ULL << 40, 0); if (!p) return 0; bpf_obj_drop(p); return 0; }
P(of_an_unknown_type_refused) { void *p = bpf_obj_new_impl(s->len, 0); if (!p) return 0; bpf_obj_drop(p); return 0; }
P(of_a_huge_type) { struct huge *p = bpf_obj_new(struct huge); if (!p) return 0; bpf_obj_drop(p); return 0; }
P(as_memory_of_a_helper) { struct plain *p = bpf_obj_new(struct plain); if (!p) return 0; __u64 x = 0; bpf_probe_read_kernel(&x, 8, p); bpf_obj_drop(p); return x; }
P(as_bytes_for_a_helper_refused) { struct plain *p = bpf_obj_new(struct plain); if (!p) return 0; int k = 0; bpf_map_update_elem(&bytes, &k, p, 0); bpf_obj_drop(p); return 0; }
P(beside_its_reference_count) { struct counted *p = bpf_obj_new(struct counted); if (!p) return 0; p->a = 1; bpf_obj_drop(p); return 0; }
P(reads_its_reference_count_refused) { struct counted *p = bpf_obj_new(struct counted); if (!p) return 0; __u32 r = *(volatile __u32 *)&p->ref; bpf_obj_drop(p); return r; }
P(writes_its_node_refused) { struct node *p = bpf_obj_new(struct node); if (!p) return 0; *(volatile __u64 *)&p->n = 1; bpf_obj_drop(p); return 0; }
P(one_per_path) { struct plain *p; if (s->len > 5) p = bpf_obj_new(struct plain); else p = bpf_obj_new(struct plain); if (!p) return 0; bpf_obj_drop(p); return 0; }
P(in_a_loop) { for (int i = 0; i < 5; ++i) { struct plain *p = bpf_obj_new(struct plain); if (!p) return 0; p->a = i; bpf_obj_drop(p); } return 0; }

P(counts_a_reference) { struct counted *p = bpf_obj_new(struct counted), *q; if (!p) return 0; q = bpf_refcount_acquire(p); bpf_obj_drop(p); if (!q) return 0; q->a = 1; bpf_obj_drop(q); return 0; }
P(keeps_the_second_refused) { struct counted *p = bpf_obj_new(struct counted), *q; if (!p) return 0; q = bpf_refcount_acquire(p); bpf_obj_drop(p); return 0; }
P(counts_nothing_refused) { struct plain *p = bpf_obj_new(struct plain), *q; if (!p) return 0; q = bpf_refcount_acquire(p); bpf_obj_drop(p); if (q) bpf_obj_drop(q); return 0; }
P(counts_of_null_refused) { struct counted *p = bpf_obj_new(struct counted), *q; q = bpf_refcount_acquire(p); if (q) bpf_obj_drop(q); return 0; }
P(counts_of_the_context_refused) { void *q = bpf_refcount_acquire((void *)s); if (q) bpf_obj_drop(q); return 0; }
P(counts_of_a_task_refused) { struct task_struct *t = bpf_task_from_pid(1); if (!t) return 0; void *q = bpf_refcount_acquire((void *)t); if (q) bpf_obj_drop(q); bpf_task_release(t); return 0; }
P(counts_of_a_moved_one) { struct counted *p = bpf_obj_new(struct counted); void *q; if (!p) return 0; q = bpf_refcount_acquire_impl(&p->ref, 0); bpf_obj_drop(p); if (q) bpf_obj_drop(q); return 0; }

P(one_per_cpu) { void *p = bpf_percpu_obj_new_impl(bpf_core_type_id_local(struct plain), 0); if (!p) return 0; bpf_percpu_obj_drop(p); return 0; }
P(of_this_cpu_directly_refused) { struct plain *p = bpf_percpu_obj_new_impl(bpf_core_type_id_local(struct plain), 0), *c; if (!p) return 0; bpf_rcu_read_lock(); c = bpf_this_cpu_ptr(p); c->a = 1; bpf_rcu_read_unlock(); bpf_percpu_obj_drop(p); return 0; }
P(directly_per_cpu_refused) { struct plain *p = bpf_percpu_obj_new_impl(bpf_core_type_id_local(struct plain), 0); if (!p) return 0; p->a = 1; bpf_percpu_obj_drop(p); return 0; }
P(drops_per_cpu_as_plain_refused) { void *p = bpf_percpu_obj_new_impl(bpf_core_type_id_local(struct plain), 0); if (!p) return 0; bpf_obj_drop(p); return 0; }
P(drops_plain_as_per_cpu_refused) { void *p = bpf_obj_new(struct plain); if (!p) return 0; bpf_percpu_obj_drop(p); return 0; }
P(huge_per_cpu_refused) { void *p = bpf_percpu_obj_new_impl(bpf_core_type_id_local(struct huge), 0); if (!p) return 0; bpf_percpu_obj_drop(p); return 0; }
P(fields_per_cpu_refused) { void *p = bpf_percpu_obj_new_impl(bpf_core_type_id_local(struct counted), 0); if (!p) return 0; bpf_percpu_obj_drop(p); return 0; }
P(pointers_per_cpu_refused) { void *p = bpf_percpu_obj_new_impl(bpf_core_type_id_local(struct with_pointer), 0); if (!p) return 0; bpf_percpu_obj_drop(p); return 0; }

P(keeps_it_in_a_value) { VALUE; struct plain *p = bpf_obj_new(struct plain), *old; if (!p) return 0; old = bpf_kptr_xchg(&v->p, p); if (old) bpf_obj_drop(old); return 0; }
P(keeps_an_untested_one_refused) { VALUE; struct plain *p = bpf_obj_new(struct plain), *old; old = bpf_kptr_xchg(&v->p, p); if (old) bpf_obj_drop(old); return 0; }
P(keeps_an_untested_one_per_cpu_refused) { VALUE; void *p = bpf_percpu_obj_new_impl(bpf_core_type_id_local(struct plain), 0), *old; old = bpf_kptr_xchg(&v->pc, p); if (old) bpf_percpu_obj_drop(old); return 0; }
P(keeps_it_and_the_old_refused) { VALUE; struct plain *p = bpf_obj_new(struct plain), *old; if (!p) return 0; old = bpf_kptr_xchg(&v->p, p); return 0; }
P(keeps_another_type_refused) { VALUE; struct counted *p = bpf_obj_new(struct counted); void *old; if (!p) return 0; old = bpf_kptr_xchg(&v->p, (void *)p); if (old) bpf_obj_drop(old); return 0; }
P(keeps_per_cpu) { VALUE; void *p = bpf_percpu_obj_new_impl(bpf_core_type_id_local(struct plain), 0), *old; if (!p) return 0; old = bpf_kptr_xchg(&v->pc, p); if (old) bpf_percpu_obj_drop(old); return 0; }
P(keeps_per_cpu_as_plain_refused) { VALUE; void *p = bpf_percpu_obj_new_impl(bpf_core_type_id_local(struct plain), 0), *old; if (!p) return 0; old = bpf_kptr_xchg(&v->p, p); if (old) bpf_obj_drop(old); return 0; }
P(keeps_plain_as_per_cpu) { VALUE; void *p = bpf_obj_new(struct plain), *old; if (!p) return 0; old = bpf_kptr_xchg(&v->pc, p); if (old) bpf_percpu_obj_drop(old); return 0; }
P(reads_a_kept_one) { VALUE; bpf_rcu_read_lock(); struct plain *p = v->p; int r = p ? p->a : 0; bpf_rcu_read_unlock(); return r; }
P(tests_a_kept_one_twice) { VALUE; int r = 0; bpf_rcu_read_lock(); struct plain *p = v->p; if (p) { barrier_var(p); if (p) r = p->a; else r = s->len; } bpf_rcu_read_unlock(); return r; }
P(writes_a_kept_one) { VALUE; bpf_rcu_read_lock(); struct plain *p = v->p; if (p) p->a = 1; bpf_rcu_read_unlock(); return 0; }
P(drops_a_kept_one_refused) { VALUE; bpf_rcu_read_lock(); struct plain *p = v->p; if (p) bpf_obj_drop(p); bpf_rcu_read_unlock(); return 0; }
P(counts_a_kept_one) { VALUE; struct counted *c, *q; bpf_rcu_read_lock(); c = v->c; if (c) { q = bpf_refcount_acquire(c); if (q) bpf_obj_drop(q); } bpf_rcu_read_unlock(); return 0; }
P(reads_a_kept_per_cpu) { VALUE; int r = 0; bpf_rcu_read_lock(); struct plain *p = (void *)v->pc; if (p) { struct plain *c = bpf_this_cpu_ptr(p); r = c->a; } bpf_rcu_read_unlock(); return r; }
P(keeps_one_in_another) { struct owner *o = bpf_obj_new(struct owner); if (!o) return 0; struct plain *p = bpf_obj_new(struct plain); if (!p) { bpf_obj_drop(o); return 0; } p = bpf_kptr_xchg(&o->p, p); if (p) bpf_obj_drop(p); bpf_obj_drop(o); return 0; }
P(reads_one_in_another_refused) { struct owner *o = bpf_obj_new(struct owner); if (!o) return 0; struct plain *p = o->p; int r = p != 0; bpf_obj_drop(o); return r; }
