// SPDX-License-Identifier: Apache-2.0
// Timers in the values of maps: begun with the map that they lie in, given a function of the program that is verified
// as one that is called later, and touched by nobody else.
#include "program.h"

struct value { __u64 a; struct bpf_timer t; __u64 b; };
MAP(array, ARRAY, 4, __u32, struct value);
MAP(hash, HASH, 4, __u32, struct value);
MAP(plain, ARRAY, 4, __u32, __u64[4]);
RING(ring);

static int does_nothing(void *map, __u32 *key, struct value *v) { return 0; }
static int counts(void *map, __u32 *key, struct value *v) { v->a += *key; return 0; }
static int starts_itself(void *map, __u32 *key, struct value *v) { return bpf_timer_start(&v->t, 1000, 0) & 0; }
static int answers_one(void *map, __u32 *key, struct value *v) { return 1; }
static int answers_what_it_reads(void *map, __u32 *key, struct value *v) { return v->a; }
static int beyond_the_value(void *map, __u32 *key, struct value *v) { return ((volatile __u64 *)v)[4] & 0; }
static int beyond_the_key(void *map, __u32 *key, struct value *v) { return ((volatile __u32 *)key)[1] & 0; }
static int writes_the_key(void *map, __u32 *key, struct value *v) { *key = 1; return 0; }
static int touches_the_timer(void *map, __u32 *key, struct value *v) { *(volatile __u64 *)&v->t = 0; return 0; }
static int deletes_itself(void *map, __u32 *key, struct value *v) { bpf_map_delete_elem(map, key); return 0; }
static int keeps_a_record(void *map, __u32 *key, struct value *v) { bpf_ringbuf_reserve(&ring, 8, 0); return 0; }
static int looks_up(void *map, __u32 *key, struct value *v) { struct value *w = bpf_map_lookup_elem(&hash, key); if (w) w->b++; return 0; }
static int asks_for_the_task(void *map, __u32 *key, struct value *v) { v->b = bpf_get_current_pid_tgid(); return 0; }
static int sleeps(void *map, __u32 *key, struct value *v) { bpf_copy_from_user(&v->b, 8, 0); return 0; }
GLOBAL int global_one(void *map) { return 0; }

#define FIND(map) __u32 k = 0; struct value *v = bpf_map_lookup_elem(&map, &k); if (!v) return 0
#define CALLS(function) bpf_timer_init(&v->t, &array, 1); bpf_timer_set_callback(&v->t, function); bpf_timer_start(&v->t, 1000, 0)

SEC("tc") int begun(struct __sk_buff *s) { FIND(array); bpf_timer_init(&v->t, &array, 1); return 0; }
SEC("tc") int begun_in_a_hash(struct __sk_buff *s) { FIND(hash); bpf_timer_init(&v->t, &hash, 0); return 0; }
SEC("tc") int begun_with_another_map_refused(struct __sk_buff *s) { FIND(array); bpf_timer_init(&v->t, &hash, 1); return 0; }  // other-map
SEC("tc") int begun_with_a_map_without_timers_refused(struct __sk_buff *s) { FIND(array); bpf_timer_init(&v->t, &plain, 1); return 0; }  // other-map
SEC("tc") int not_where_the_timer_is_refused(struct __sk_buff *s) { FIND(array); bpf_timer_init((void *)&v->a, &array, 1); return 0; }  // other-field
SEC("tc") int behind_the_timer_refused(struct __sk_buff *s) { FIND(array); bpf_timer_cancel((void *)&v->b); return 0; }  // other-field
SEC("tc") int value_without_a_timer_refused(struct __sk_buff *s) { __u32 k = 0; __u64 *v = bpf_map_lookup_elem(&plain, &k); if (!v) return 0; bpf_timer_cancel((void *)v); return 0; }  // no-such-field
SEC("tc") int timer_on_the_stack_refused(struct __sk_buff *s) { struct bpf_timer t = {}; bpf_timer_cancel(&t); return 0; }  // argument-type
SEC("tc") int somewhere_in_the_value_refused(struct __sk_buff *s) { FIND(array); __u64 i = s->len & 8; bpf_timer_cancel((void *)v + i); return 0; }  // field-moves
SEC("tc") int value_not_tested_refused(struct __sk_buff *s) { __u32 k = 0; struct value *v = bpf_map_lookup_elem(&hash, &k); bpf_timer_cancel(&v->t); return 0; }  // moves-maybe-null
SEC("tc") int calls_one_that_does_nothing(struct __sk_buff *s) { FIND(array); CALLS(does_nothing); return 0; }
SEC("tc") int calls_one_that_counts(struct __sk_buff *s) { FIND(array); CALLS(counts); return 0; }
SEC("tc") int calls_one_that_starts_itself(struct __sk_buff *s) { FIND(array); CALLS(starts_itself); return 0; }
SEC("tc") int calls_one_that_answers_one_refused(struct __sk_buff *s) { FIND(array); CALLS(answers_one); return 0; }  // returns-outside
SEC("tc") int calls_one_that_answers_anything_refused(struct __sk_buff *s) { FIND(array); CALLS(answers_what_it_reads); return 0; }  // returns-outside
SEC("tc") int calls_one_that_reads_beyond_the_value_refused(struct __sk_buff *s) { FIND(array); CALLS(beyond_the_value); return 0; }  // outside-map-value
SEC("tc") int calls_one_that_reads_beyond_the_key_refused(struct __sk_buff *s) { FIND(array); CALLS(beyond_the_key); return 0; }  // outside-map-key
SEC("tc") int calls_one_that_writes_the_key_refused(struct __sk_buff *s) { FIND(array); CALLS(writes_the_key); return 0; }  // writes-key
SEC("tc") int calls_one_that_touches_the_timer_refused(struct __sk_buff *s) { FIND(array); CALLS(touches_the_timer); return 0; }  // field-directly
SEC("tc") int calls_one_that_deletes_its_element(struct __sk_buff *s) { FIND(array); CALLS(deletes_itself); return 0; }
SEC("tc") int calls_one_that_keeps_a_record_refused(struct __sk_buff *s) { FIND(array); CALLS(keeps_a_record); return 0; }  // unreleased
SEC("tc") int calls_one_that_looks_up(struct __sk_buff *s) { FIND(array); CALLS(looks_up); return 0; }
SEC("tc") int calls_one_that_asks_for_the_task(struct __sk_buff *s) { FIND(array); CALLS(asks_for_the_task); return 0; }
SEC("tc") int calls_one_that_sleeps_refused(struct __sk_buff *s) { FIND(array); CALLS(sleeps); return 0; }  // might-sleep
SEC("tc") int calls_a_global_function_refused(struct __sk_buff *s) { FIND(array); bpf_timer_set_callback(&v->t, global_one); return 0; }  // callback-not-static
SEC("tc") int calls_a_number_refused(struct __sk_buff *s) { FIND(array); bpf_timer_set_callback(&v->t, (void *)v->a); return 0; }  // argument-type
SEC("tc") int read_as_a_number_refused(struct __sk_buff *s) { FIND(array); return *(volatile __u32 *)&v->t; }  // field-directly
SEC("tc") int written_as_a_number_refused(struct __sk_buff *s) { FIND(array); *(volatile __u64 *)&v->t = 0; return 0; }  // field-directly
SEC("tc") int read_beside(struct __sk_buff *s) { FIND(array); return v->a + v->b; }
SEC("tc") int bytes_with_the_timer_for_a_helper_refused(struct __sk_buff *s) { FIND(array); return bpf_skb_load_bytes(s, 0, v, sizeof *v); }  // field-directly
SEC("tc") int bytes_beside_the_timer_for_a_helper(struct __sk_buff *s) { FIND(array); return bpf_skb_load_bytes(s, 0, &v->b, 8); }
SEC("xdp") int timers_in_xdp(struct xdp_md *s) { FIND(array); CALLS(counts); return 2; }
SEC("cgroup_skb/egress") int timers_in_a_cgroup(struct __sk_buff *s) { FIND(array); CALLS(counts); return 1; }
SEC("kprobe/x") int timers_in_a_probe_refused(void *s) { FIND(array); return v->a; }  // field-not-for-type
SEC("socket") int timers_in_a_socket_filter(struct __sk_buff *s) { FIND(array); return v->a; }
SEC("perf_event") int timers_at_perf_events_refused(void *s) { FIND(array); return v->a; }  // field-not-for-type
SEC("tp_btf/sched_switch") int timers_at_typed_tracepoints(void *s) { FIND(array); return v->a; }
SEC("syscall") int timers_in_system_calls(void *s) { FIND(array); CALLS(counts); return 0; }
