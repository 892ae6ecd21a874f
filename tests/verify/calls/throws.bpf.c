// SPDX-License-Identifier: Apache-2.0
// Exceptions: what may be held when one is thrown, from where, and what its cookie may be.
#include "kernel.h"

struct value { struct bpf_spin_lock lock; __u64 a; };
MAP(array, ARRAY, 4, __u32, struct value);
RING(ring);
PROGRAMS(others);

STATIC int throws_seven(int a) { if (a == 7) bpf_throw(7); return a; }
STATIC int keeps_and_throws(int a) { void *p = bpf_ringbuf_reserve(&ring, 8, 0); if (!p) return 0; if (a == 7) bpf_throw(7); bpf_ringbuf_discard(p, 0); return a; }
GLOBAL int global_throws(int a) { if (a == 7) bpf_throw(1); return a; }
static long callback(__u32 i, void *c) { bpf_throw(1); return 0; }

SEC("tc") int cookie_not_known(struct __sk_buff *s) { bpf_throw(s->len); return 0; }
SEC("xdp") int cookie_not_known_in_xdp(struct xdp_md *s) { bpf_throw(s->rx_queue_index); return 0; }
SEC("cgroup_skb/egress") int cookie_that_may_be_answered(struct __sk_buff *s) { bpf_throw(1); return 1; }
SEC("cgroup_skb/egress") int cookie_that_may_not_be_answered_refused(struct __sk_buff *s) { bpf_throw(4); return 1; }  // returns-outside
SEC("cgroup_skb/egress") int cookie_not_known_that_may_not_be_answered_refused(struct __sk_buff *s) { bpf_throw(s->len); return 1; }  // returns-outside
SEC("tc") int cookie_is_a_pointer_refused(struct __sk_buff *s) { bpf_throw((long)s); return 0; }  // kfunc-not-number
SEC("tc") int thrown_by_a_function(struct __sk_buff *s) { return throws_seven(s->len); }
SEC("tc") int thrown_by_a_global_function(struct __sk_buff *s) { return global_throws(s->len); }
SEC("tc") int thrown_with_a_record_refused(struct __sk_buff *s) { void *p = bpf_ringbuf_reserve(&ring, 8, 0); if (!p) return 0; bpf_throw(1); bpf_ringbuf_discard(p, 0); return 0; }  // unreleased
SEC("tc") int thrown_after_the_record(struct __sk_buff *s) { void *p = bpf_ringbuf_reserve(&ring, 8, 0); if (!p) return 0; bpf_ringbuf_discard(p, 0); bpf_throw(1); return 0; }
SEC("tc") int thrown_by_a_function_with_the_callers_record_refused(struct __sk_buff *s) { void *p = bpf_ringbuf_reserve(&ring, 8, 0); if (!p) return 0; throws_seven(s->len); bpf_ringbuf_discard(p, 0); return 0; }  // unreleased
SEC("tc") int thrown_by_a_function_with_its_own_record_refused(struct __sk_buff *s) { return keeps_and_throws(s->len); }  // unreleased
SEC("tc") int thrown_by_a_global_function_with_the_callers_record(struct __sk_buff *s) { void *p = bpf_ringbuf_reserve(&ring, 8, 0); if (!p) return 0; global_throws(s->len); bpf_ringbuf_discard(p, 0); return 0; }
SEC("tc") int thrown_in_an_rcu_region_refused(struct __sk_buff *s) { bpf_rcu_read_lock(); bpf_throw(1); bpf_rcu_read_unlock(); return 0; }  // leaves-locked
SEC("tc") int thrown_with_preemption_disabled_refused(struct __sk_buff *s) { bpf_preempt_disable(); bpf_throw(1); bpf_preempt_enable(); return 0; }  // leaves-locked
SEC("tc") int thrown_with_a_lock_refused(struct __sk_buff *s) { __u32 k = 0; struct value *v = bpf_map_lookup_elem(&array, &k); if (!v) return 0; bpf_spin_lock(&v->lock); bpf_throw(1); bpf_spin_unlock(&v->lock); return 0; }  // call-under-lock
SEC("tc") int thrown_by_a_callback_refused(struct __sk_buff *s) { return bpf_loop(3, callback, 0, 0); }  // throw-in-callback
SEC("tc") int thrown_besides_a_tail_call(struct __sk_buff *s) { if (s->len == 4) bpf_throw(1); bpf_tail_call(s, &others, 0); return 0; }
SEC("kprobe/x") int thrown_in_a_probe_refused(void *s) { bpf_throw(1); return 0; }  // kfunc-not-allowed
SEC("socket") int thrown_in_a_socket_filter_refused(struct __sk_buff *s) { bpf_throw(1); return 0; }  // kfunc-not-allowed
SEC("syscall") int thrown_in_a_system_call(void *s) { bpf_throw(1); return 0; }
