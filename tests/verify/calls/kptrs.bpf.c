// SPDX-License-Identifier: Apache-2.0
// Pointers to kernel objects in the values of maps: owned ones are exchanged, others are stored and loaded, and what
// is loaded may be null or gone.
#include "kernel.h"

#define OWNED __attribute__((btf_type_tag("kptr")))
#define BORROWED __attribute__((btf_type_tag("kptr_untrusted")))

struct value { __u64 a; struct task_struct OWNED *owned; struct task_struct BORROWED *borrowed; struct cgroup OWNED *group; };
MAP(array, ARRAY, 4, __u32, struct value);
MAP(per_cpu, PERCPU_HASH, 4, __u32, struct value);
MAP(plain, ARRAY, 4, __u32, __u64[4]);

#define FIND(map) __u32 k = 0; struct value *v = bpf_map_lookup_elem(&map, &k); if (!v) return 0
#define TASK struct task_struct *t = bpf_task_from_pid(1); if (!t) return 0
#define KEEP(p) do { struct task_struct *old = (p); if (old) bpf_task_release(old); } while (0)

SEC("tc") int taken_out(struct __sk_buff *s) { FIND(array); KEEP(bpf_kptr_xchg(&v->owned, 0)); return 0; } 
SEC("tc") int put_in(struct __sk_buff *s) { FIND(array); TASK; KEEP(bpf_kptr_xchg(&v->owned, t)); return 0; } 
SEC("tc") int put_in_per_cpu(struct __sk_buff *s) { FIND(per_cpu); TASK; KEEP(bpf_kptr_xchg(&v->owned, t)); return 0; } 
SEC("tc") int taken_out_and_kept_refused(struct __sk_buff *s) { FIND(array); bpf_kptr_xchg(&v->owned, 0); return 0; }  // unreleased
SEC("tc") int put_in_and_the_old_one_kept_refused(struct __sk_buff *s) { FIND(array); TASK; bpf_kptr_xchg(&v->owned, t); return 0; }  // unreleased
SEC("tc") int put_in_and_used_refused(struct __sk_buff *s) { FIND(array); TASK; KEEP(bpf_kptr_xchg(&v->owned, t)); bpf_task_release(t); return 0; }  // kfunc-not-plain
SEC("tc") int put_in_twice_refused(struct __sk_buff *s) { FIND(array); TASK; KEEP(bpf_kptr_xchg(&v->owned, t)); KEEP(bpf_kptr_xchg(&v->owned, t)); return 0; }  // argument-type
SEC("tc") int put_in_and_read_refused(struct __sk_buff *s) { FIND(array); TASK; KEEP(bpf_kptr_xchg(&v->owned, t)); return t->pid; }  // not-memory
SEC("tc") int not_owned_put_in_refused(struct __sk_buff *s) { FIND(array); bpf_kptr_xchg(&v->owned, bpf_get_current_task_btf()); return 0; }  // release-unowned
SEC("tc") int number_put_in_refused(struct __sk_buff *s) { FIND(array); bpf_kptr_xchg(&v->owned, (void *)v->a); return 0; }  // argument-type
SEC("tc") int maybe_null_put_in_refused(struct __sk_buff *s) { FIND(array); KEEP(bpf_kptr_xchg(&v->owned, bpf_task_from_pid(1))); return 0; }  // maybe-null-to-helper
SEC("tc") int another_type_put_in_refused(struct __sk_buff *s) { FIND(array); struct cgroup *c = bpf_cgroup_from_id(1); if (!c) return 0; KEEP(bpf_kptr_xchg(&v->owned, (void *)c)); return 0; }  // kptr-stored
SEC("tc") int group_put_in(struct __sk_buff *s) { FIND(array); struct cgroup *c = bpf_cgroup_from_id(1), *old; if (!c) return 0; old = bpf_kptr_xchg(&v->group, c); if (old) bpf_cgroup_release(old); return 0; } 
SEC("tc") int exchanged_where_none_is_refused(struct __sk_buff *s) { FIND(array); bpf_kptr_xchg(&v->a, 0); return 0; }  // not-kptr
SEC("tc") int exchanged_where_borrowed_refused(struct __sk_buff *s) { FIND(array); bpf_kptr_xchg(&v->borrowed, 0); return 0; }  // plain-kptr
SEC("tc") int exchanged_in_a_plain_value_refused(struct __sk_buff *s) { __u32 k = 0; __u64 *v = bpf_map_lookup_elem(&plain, &k); if (!v) return 0; bpf_kptr_xchg(v, 0); return 0; }  // no-such-field
SEC("tc") int exchanged_on_the_stack_refused(struct __sk_buff *s) { void *p = 0; bpf_kptr_xchg(&p, 0); return 0; }  // argument-type
SEC("tc") int exchanged_somewhere_refused(struct __sk_buff *s) { FIND(array); __u64 i = s->len & 8; bpf_kptr_xchg((void *)v + i, 0); return 0; }  // field-moves
SEC("tc") int owned_is_stored_refused(struct __sk_buff *s) { FIND(array); v->owned = bpf_get_current_task_btf(); return 0; }  // kptr-store
SEC("tc") int owned_is_zeroed_refused(struct __sk_buff *s) { FIND(array); *(volatile __u64 *)&v->owned = 0; return 0; }  // kptr-store
SEC("tc") int borrowed_is_stored(struct __sk_buff *s) { FIND(array); v->borrowed = bpf_get_current_task_btf(); return 0; }
SEC("tc") int borrowed_is_zeroed(struct __sk_buff *s) { FIND(array); *(volatile __u64 *)&v->borrowed = 0; return 0; }
SEC("tc") int borrowed_is_a_number_refused(struct __sk_buff *s) { FIND(array); *(volatile __u64 *)&v->borrowed = 1; return 0; }  // kptr-stored
SEC("tc") int borrowed_is_any_number_refused(struct __sk_buff *s) { FIND(array); *(volatile __u64 *)&v->borrowed = v->a; return 0; }  // kptr-stored
SEC("tc") int borrowed_is_the_context_refused(struct __sk_buff *s) { FIND(array); v->borrowed = (void *)s; return 0; }  // kptr-stored
SEC("tc") int half_of_it_is_stored_refused(struct __sk_buff *s) { FIND(array); *(volatile __u32 *)&v->borrowed = 0; return 0; }  // field-part
SEC("tc") int half_of_it_is_loaded_refused(struct __sk_buff *s) { FIND(array); return *(volatile __u32 *)&v->owned; }  // field-part
SEC("tc") int between_two_is_loaded_refused(struct __sk_buff *s) { FIND(array); return *(volatile __u64 *)((char *)&v->owned + 4); }  // field-misaligned
SEC("tc") int somewhere_is_loaded_refused(struct __sk_buff *s) { FIND(array); __u64 i = s->len & 8; return *(volatile __u64 *)((char *)&v->owned + i); }  // field-somewhere
SEC("tc") int added_to_refused(struct __sk_buff *s) { FIND(array); __sync_fetch_and_add((__u64 *)&v->borrowed, 1); return 0; }  // kptr-mode
SEC("tc") int loaded_and_tested(struct __sk_buff *s) { FIND(array); struct task_struct *t = v->borrowed; return t ? t->pid : 0; } 
SEC("tc") int loaded_and_not_tested_refused(struct __sk_buff *s) { FIND(array); struct task_struct *t = v->borrowed; return *(volatile int *)&t->pid; }  // maybe-null
SEC("tc") int owned_is_loaded_and_tested(struct __sk_buff *s) { FIND(array); struct task_struct *t = v->owned; return t ? t->pid : 0; } 
SEC("tc") int loaded_is_acquired_under_rcu(struct __sk_buff *s) { FIND(array); bpf_rcu_read_lock(); struct task_struct *t = v->owned; if (t) t = bpf_task_acquire(t); bpf_rcu_read_unlock(); if (t) bpf_task_release(t); return 0; } 
SEC("tc") int borrowed_is_acquired_refused(struct __sk_buff *s) { FIND(array); struct task_struct *t = v->borrowed; if (t) t = bpf_task_acquire(t); if (t) bpf_task_release(t); return 0; }  // not-rcu
SEC("syscall") int loaded_without_rcu_is_acquired_refused(void *s) { FIND(array); struct task_struct *t = v->owned; if (t) t = bpf_task_acquire(t); if (t) bpf_task_release(t); return 0; }  // not-rcu
SEC("syscall") int loaded_before_rcu_is_acquired_refused(void *s) { FIND(array); struct task_struct *t = v->owned; bpf_rcu_read_lock(); if (t) t = bpf_task_acquire(t); bpf_rcu_read_unlock(); if (t) bpf_task_release(t); return 0; }  // not-rcu
SEC("syscall") int loaded_within_rcu_is_acquired(void *s) { FIND(array); bpf_rcu_read_lock(); struct task_struct *t = v->owned; if (t) t = bpf_task_acquire(t); bpf_rcu_read_unlock(); if (t) bpf_task_release(t); return 0; } 
SEC("tc") int loaded_is_released_refused(struct __sk_buff *s) { FIND(array); struct task_struct *t = v->owned; if (t) bpf_task_release(t); return 0; }  // not-trusted
SEC("tc") int value_for_a_helper_refused(struct __sk_buff *s) { FIND(array); return bpf_skb_load_bytes(s, 0, v, sizeof *v); }  // field-indirectly
SEC("tc") int bytes_before_it_for_a_helper(struct __sk_buff *s) { FIND(array); return bpf_skb_load_bytes(s, 0, v, 8); }
SEC("tc") int deleted_with_its_element(struct __sk_buff *s) { __u32 k = 0; return bpf_map_delete_elem(&per_cpu, &k); }
SEC("socket") int in_a_socket_filter_refused(struct __sk_buff *s) { FIND(array); TASK; return 0; }  // kfunc-not-allowed
