// SPDX-License-Identifier: Apache-2.0
// A function that catches exceptions is named by a tag of the program; no instruction of the program names it.
#include "kernel.h"

struct value { struct bpf_spin_lock lock; __u64 a; };
MAP(array, ARRAY, 4, __u32, struct value);
PROGRAMS(others);
RING(ring);

STATIC int halves(int a) { USED(a); return a & 6; }
GLOBAL int doubles(int a) { return a * 2; }
STATIC int throws(int a) { if (a == 7) bpf_throw(a); return a; }
GLOBAL int throws_globally(int a) { if (a == 8) bpf_throw(a); return a; }
static long throws_back(__u32 i, void *c) { bpf_throw(1); return 0; }
static long counts_back(__u32 i, void *c) { return 0; }

GLOBAL int catches(__u64 cookie) { return cookie & 1; }
GLOBAL int passes_on(__u64 cookie) { return cookie; }
__attribute__((weak)) noinline int catches_weakly(__u64 cookie) { return cookie & 3; }
GLOBAL int calls_others(__u64 cookie) { return halves(cookie) + doubles(3); }
GLOBAL int calls_what_throws(__u64 cookie) { return throws(cookie); }
GLOBAL int calls_what_throws_globally(__u64 cookie) { return throws_globally(cookie); }
GLOBAL int throws_again(__u64 cookie) { if (cookie == 3) bpf_throw(4); return 0; }
GLOBAL int looks_up(__u64 cookie) { __u32 k = cookie; struct value *v = bpf_map_lookup_elem(&array, &k); return v ? v->a : 0; }
GLOBAL int looks_up_untested(__u64 cookie) { __u32 k = cookie; struct value *v = bpf_map_lookup_elem(&array, &k); return v->a; }
GLOBAL int keeps_record(__u64 cookie) { return bpf_ringbuf_reserve(&ring, 8, 0) ? 1 : 0; }
GLOBAL int keeps_region(__u64 cookie) { bpf_rcu_read_lock(); return cookie & 1; }
GLOBAL int loops(__u64 cookie) { return bpf_loop(cookie & 7, counts_back, 0, 0); }
GLOBAL int loops_and_throws(__u64 cookie) { return bpf_loop(cookie & 7, throws_back, 0, 0); }
GLOBAL int takes_480(__u64 cookie) { volatile __u64 room[60]; room[cookie & 31] = 1; return room[3]; }

SEC("tc") __exception_cb(catches) int used(struct __sk_buff *s) { if (s->len == 7) bpf_throw(7); return 0; }
SEC("tc") __exception_cb(catches) int not_used(struct __sk_buff *s) { return s->len; }
SEC("tc") __exception_cb(catches) int for_a_function(struct __sk_buff *s) { return throws(s->len); }
SEC("tc") __exception_cb(catches) int for_a_global_function(struct __sk_buff *s) { return throws_globally(s->len); }
SEC("tc") __exception_cb(catches) int for_a_callback_refused(struct __sk_buff *s) { return bpf_loop(3, throws_back, 0, 0); }  // throw-in-callback
SEC("tc") __exception_cb(catches) int called_refused(struct __sk_buff *s) { if (s->len == 7) bpf_throw(7); return catches(s->mark); }  // calls-handler
SEC("tc") __exception_cb(catches) int called_without_a_throw_refused(struct __sk_buff *s) { return catches(s->mark); }  // calls-handler
SEC("tc") __exception_cb(passes_on) int another_is_called(struct __sk_buff *s) { if (s->len == 7) bpf_throw(7); return catches(s->mark); }
SEC("tc") int no_handler(struct __sk_buff *s) { if (s->len == 7) bpf_throw(7); return catches(s->mark); }
SEC("tc") __exception_cb(catches) __exception_cb(passes_on) int two_refused(struct __sk_buff *s) { if (s->len == 7) bpf_throw(7); return 0; }  // handlers-differ
SEC("tc") __exception_cb(catches) __exception_cb(catches) int twice_the_same(struct __sk_buff *s) { if (s->len == 7) bpf_throw(7); return 0; }
SEC("tc") __exception_cb(catches_weakly) int weak(struct __sk_buff *s) { bpf_throw(7); return 0; }
SEC("tc") __exception_cb(calls_others) int calls_functions(struct __sk_buff *s) { return throws(s->len) + halves(s->len); }
SEC("tc") __exception_cb(throws_again) int throws_itself_refused(struct __sk_buff *s) { return throws(s->len); }  // throw-in-callback
SEC("tc") __exception_cb(calls_what_throws) int throws_below_refused(struct __sk_buff *s) { return throws(s->len); }  // throw-in-callback
SEC("tc") __exception_cb(calls_what_throws_globally) int throws_below_globally_refused(struct __sk_buff *s) { return throws(s->len); }  // throw-in-callback
SEC("tc") __exception_cb(looks_up) int finds_a_value(struct __sk_buff *s) { return throws(s->len); }
SEC("tc") __exception_cb(looks_up_untested) int finds_a_value_untested_refused(struct __sk_buff *s) { return throws(s->len); }  // maybe-null
SEC("tc") __exception_cb(looks_up_untested) int not_used_and_wrong_refused(struct __sk_buff *s) { return s->len; }  // maybe-null
SEC("tc") __exception_cb(keeps_record) int keeps_a_record_refused(struct __sk_buff *s) { return throws(s->len); }  // unreleased
SEC("tc") __exception_cb(keeps_region) int keeps_a_region_refused(struct __sk_buff *s) { return throws(s->len); }  // leaves-locked
SEC("tc") __exception_cb(loops) int calls_back(struct __sk_buff *s) { return throws(s->len); }
SEC("tc") __exception_cb(loops_and_throws) int throws_in_a_callback_refused(struct __sk_buff *s) { return throws(s->len); }  // throw-in-callback
SEC("tc") __exception_cb(takes_480) int has_a_stack_of_its_own(struct __sk_buff *s) { volatile __u64 room[60]; room[s->len & 31] = 1; return throws(room[3]); }
SEC("tc") __exception_cb(catches) int goes_away_itself(struct __sk_buff *s) { if (s->len == 4) bpf_throw(1); bpf_tail_call(s, &others, 0); return 0; }
SEC("tc") __exception_cb(catches) int with_a_record_refused(struct __sk_buff *s) { void *p = bpf_ringbuf_reserve(&ring, 8, 0); if (!p) return 0; bpf_throw(1); bpf_ringbuf_discard(p, 0); return 0; }  // unreleased
SEC("xdp") __exception_cb(passes_on) int in_xdp(struct xdp_md *x) { bpf_throw(x->rx_queue_index); return 0; }
SEC("syscall") __exception_cb(passes_on) int in_a_system_call(void *c) { bpf_throw(7); return 0; }
SEC("cgroup_skb/egress") __exception_cb(catches) int answers_what_it_may(struct __sk_buff *s) { bpf_throw(s->len); return 1; }
SEC("cgroup_skb/egress") __exception_cb(passes_on) int answers_what_it_may_not_refused(struct __sk_buff *s) { bpf_throw(1); return 1; }  // returns-outside
SEC("cgroup_skb/egress") __exception_cb(passes_on) int not_used_and_answers_what_it_may_not_refused(struct __sk_buff *s) { return 1; }  // returns-outside
SEC("socket") __exception_cb(catches) int in_a_socket_filter_refused(struct __sk_buff *s) { bpf_throw(1); return 0; }  // kfunc-not-allowed
SEC("socket") __exception_cb(catches) int not_used_in_a_socket_filter(struct __sk_buff *s) { return 0; }
SEC("kprobe/x") __exception_cb(catches) int not_used_in_a_probe(void *c) { return 0; }
