// SPDX-License-Identifier: Apache-2.0
// Arguments of the right kind that are not what the function means: another map, another flag, another object.
#include "kernel.h"

#define __kptr_loose __attribute__((btf_type_tag("kptr_untrusted")))

struct counted { struct bpf_refcount count; struct bpf_list_node node; int x; };
struct listed { struct bpf_list_node node; int x; };
struct value { struct bpf_wq wq; struct counted __kptr *kept; struct task_struct __kptr_loose *task; };
ARRAY_OF_ONE(struct value, values);
struct {
  __uint(type, BPF_MAP_TYPE_USER_RINGBUF);
  __uint(max_entries, 4096);
} user_ring SEC(".maps");
private(lists) struct bpf_spin_lock list_lock;
private(lists) struct bpf_list_head list __contains(listed, node);
private(lists) struct bpf_list_head counted_list __contains(counted, node);
struct bpf_res_spin_lock res_lock SEC(".data.res");

#define FIND __u32 k = 0; struct value *v = bpf_map_lookup_elem(&values, &k); if (!v) return 0

SEC("tc") int work_of_a_map(struct __sk_buff *s) { FIND; bpf_wq_init(&v->wq, &values, 0); return 0; }
SEC("tc") int work_of_the_stack_refused(struct __sk_buff *s) { FIND; bpf_wq_init(&v->wq, &k, 0); return 0; }  // not-the-map
SEC("tc") int work_of_a_number_refused(struct __sk_buff *s) { FIND; bpf_wq_init(&v->wq, (void *)(long)s->len, 0); return 0; }  // not-the-map
SEC("tc") int work_of_a_value_refused(struct __sk_buff *s) { FIND; bpf_wq_init(&v->wq, v, 0); return 0; }

SEC("tc") int counts_the_counted(struct __sk_buff *s) {
  struct counted *c = bpf_obj_new(struct counted);
  if (!c) return 0;
  struct counted *d = bpf_refcount_acquire(c);
  bpf_obj_drop(d);
  bpf_obj_drop(c);
  return 0;
}
SEC("tc") int counts_the_uncounted_refused(struct __sk_buff *s) {  // not-counted
  struct listed *c = bpf_obj_new(struct listed);
  if (!c) return 0;
  struct listed *d = bpf_refcount_acquire(c);
  if (d) bpf_obj_drop(d);
  bpf_obj_drop(c);
  return 0;
}

SEC("tc") int flag_of_interrupts(struct __sk_buff *s) { unsigned long f; bpf_local_irq_save(&f); bpf_local_irq_restore(&f); return 0; }
SEC("tc") int flag_of_a_lock(struct __sk_buff *s) { unsigned long f; if (bpf_res_spin_lock_irqsave(&res_lock, &f)) return 0; bpf_res_spin_unlock_irqrestore(&res_lock, &f); return 0; }
SEC("tc") int flag_of_a_lock_for_interrupts_refused(struct __sk_buff *s) { unsigned long f; if (bpf_res_spin_lock_irqsave(&res_lock, &f)) return 0; bpf_local_irq_restore(&f); bpf_res_spin_unlock_irqrestore(&res_lock, &f); return 0; }  // call-under-lock
SEC("tc") int flag_of_interrupts_for_a_lock_refused(struct __sk_buff *s) { unsigned long e, f; bpf_local_irq_save(&e); if (bpf_res_spin_lock_irqsave(&res_lock, &f)) { bpf_local_irq_restore(&e); return 0; } bpf_res_spin_unlock_irqrestore(&res_lock, &e); bpf_local_irq_restore(&f); return 0; }  // irq-flag-other

static long cloned(struct bpf_dynptr *d, void *c) { struct bpf_dynptr other; return bpf_dynptr_clone(d, &other) & 1; }
static long cloned_over(struct bpf_dynptr *d, void *c) { return bpf_dynptr_clone(d, d) & 1; }
SEC("tc") int clones_what_it_is_given(struct __sk_buff *s) { return bpf_user_ringbuf_drain(&user_ring, cloned, 0, 0) & 1; }
SEC("tc") int clones_over_what_it_is_given_refused(struct __sk_buff *s) { return bpf_user_ringbuf_drain(&user_ring, cloned_over, 0, 0) & 1; }  // dynptr-in-the-way

SEC("tc") int forgets_a_pointer(struct __sk_buff *s) { FIND; v->task = 0; return 0; }
SEC("tc") int follows_a_pointer(struct __sk_buff *s) { FIND; struct task_struct *t = v->task; return t ? t->pid & 1 : 0; }
SEC("tc") int forgets_a_pointer_by_constant(struct __sk_buff *s) { FIND; asm volatile("*(u64 *)(%0 + 24) = 0" ::"r"(v) : "memory"); return 0; }
SEC("tc") int keeps_a_constant_refused(struct __sk_buff *s) { FIND; asm volatile("*(u64 *)(%0 + 24) = 5" ::"r"(v) : "memory"); return 0; }  // kptr-constant
SEC("tc") int keeps_half_a_constant_refused(struct __sk_buff *s) { FIND; asm volatile("*(u32 *)(%0 + 24) = 0" ::"r"(v) : "memory"); return 0; }  // field-part

struct {
  __uint(type, BPF_MAP_TYPE_SOCKMAP);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, __u64);
} sockets SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_SK_STORAGE);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, int);
  __type(value, __u64);
} of_sockets SEC(".maps");
SEC("tc") int storage_with_a_value(struct __sk_buff *s) { __u64 first = 1; struct bpf_sock *k = s->sk; if (!k) return 0; k = bpf_sk_fullsock(k); return k && bpf_sk_storage_get(&of_sockets, k, &first, 1); }
SEC("tc") int storage_in_a_map_of_sockets_refused(struct __sk_buff *s) { __u64 first = 1; struct bpf_sock *k = s->sk; if (!k) return 0; k = bpf_sk_fullsock(k); return k && bpf_sk_storage_get(&sockets, k, &first, 1); }  // sockets-are-no-bytes

struct inner { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 2); __type(key, __u32); __type(value, __u64); } inner_map SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS); __uint(max_entries, 2); __type(key, __u32); __array(values, struct inner); } outer_map SEC(".maps") = {.values = {&inner_map}};
#define INNER __u32 k = 0; void *m = bpf_map_lookup_elem(&outer_map, &k)
SEC("tc") int value_of_an_inner_map(struct __sk_buff *s) { INNER; if (!m) return 0; __u64 *v = bpf_map_lookup_elem(m, &k); return v ? *v : 0; }
SEC("tc") int inner_map_that_may_be_null_refused(struct __sk_buff *s) { INNER; __u64 *v = bpf_map_lookup_elem(m, &k); return v ? *v : 0; }  // argument-type
SEC("tc") int behind_the_value_of_an_inner_map_refused(struct __sk_buff *s) { INNER; if (!m) return 0; __u64 *v = bpf_map_lookup_elem(m, &k); return v ? v[1] : 0; }  // outside-map-value
