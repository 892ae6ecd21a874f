// SPDX-License-Identifier: Apache-2.0
// What functions that helpers call are given, and what they may answer: elements of maps, samples of a ring, areas of
// memory, iterations.
#include "kernel.h"

MAP(array, ARRAY, 4, __u32, __u64[4]);
MAP(hash, HASH, 4, __u64, __u64[4]);
MAP(per_cpu_array, PERCPU_ARRAY, 4, __u32, __u64[2]);
MAP(per_cpu_hash, PERCPU_HASH, 4, __u64, __u64[2]);
MAP(lru, LRU_HASH, 4, __u64, __u64[4]);
MAP(one_byte, HASH, 4, __u8, __u8);
struct { __uint(type, BPF_MAP_TYPE_QUEUE); __uint(max_entries, 4); __type(value, __u64); } queue SEC(".maps");
USER_RING(user_ring);
RING(ring);

struct state { __u64 n, sum; __u32 index[4]; };
static long nothing(void *map, void *key, void *value, void *c) { return 0; }
static long reads_value(void *map, __u64 *key, __u64 *value, struct state *c) { c->sum += value[3]; return 0; }
static long reads_half_value(void *map, __u64 *key, __u64 *value, struct state *c) { c->sum += value[1]; return 0; }
static long reads_key(void *map, __u64 *key, __u64 *value, struct state *c) { c->sum += *key; return 0; }
static long reads_byte_key(void *map, __u8 *key, __u8 *value, struct state *c) { c->sum += *key; return 0; }
static long reads_beyond_byte_key(void *map, __u8 *key, __u8 *value, struct state *c) { c->sum += *(volatile __u16 *)key; return 0; }
static long reads_before_key(void *map, __u64 *key, __u64 *value, struct state *c) { c->sum += ((volatile __u64 *)key)[-1]; return 0; }
static long writes_value(void *map, __u64 *key, __u64 *value, struct state *c) { value[0] = c->n; return 0; }
static long updates(void *map, __u64 *key, __u64 *value, struct state *c) { return bpf_map_update_elem(map, key, value, 0) & 1; }
static long looks_up_another(void *map, __u64 *key, __u64 *value, struct state *c) { __u64 *v = bpf_map_lookup_elem(&lru, key); if (v) c->sum += *v; return 0; }
static long stops(void *map, __u64 *key, __u64 *value, struct state *c) { return 1; }
static long answers_two(void *map, __u64 *key, __u64 *value, struct state *c) { return 2; }
static long answers_minus_one(void *map, __u64 *key, __u64 *value, struct state *c) { return -1; }
static long answers_pointer(void *map, __u64 *key, __u64 *value, struct state *c) { return (long)value; }
static long answers_what_it_found(void *map, __u64 *key, __u64 *value, struct state *c) { return value[0]; }
static long answers_masked(void *map, __u64 *key, __u64 *value, struct state *c) { return value[0] & 1; }
static long leaves_beyond(void *map, __u64 *key, __u64 *value, struct state *c) { c[1].n = 1; return 0; }

static long drained(struct bpf_dynptr *d, struct state *c) { c->n++; return 0; }
static long reads_sample(struct bpf_dynptr *d, struct state *c) { __u64 *p = bpf_dynptr_data(d, 0, 8); if (p) c->sum += *p; return 0; }
static long reads_sample_untested(struct bpf_dynptr *d, struct state *c) { __u64 *p = bpf_dynptr_data(d, 0, 8); c->sum += *p; return 0; }
static long copies_sample(struct bpf_dynptr *d, struct state *c) { bpf_dynptr_read(&c->n, 8, d, 0, 0); return 0; }
static long submits_sample(struct bpf_dynptr *d, struct state *c) { bpf_ringbuf_submit_dynptr(d, 0); return 0; }
static long overwrites_sample(struct bpf_dynptr *d, struct state *c) { bpf_ringbuf_reserve_dynptr(&ring, 8, 0, d); return 0; }
static long reads_dynptr(struct bpf_dynptr *d, struct state *c) { c->n = *(volatile __u64 *)d; return 0; }
static long stops_draining(struct bpf_dynptr *d, struct state *c) { return 1; }
static long drains_two(struct bpf_dynptr *d, struct state *c) { return 2; }

static long in_area(struct task_struct *t, struct vm_area_struct *v, struct state *c) { c->n = v->vm_start; return 0; }
static long of_task(struct task_struct *t, struct vm_area_struct *v, struct state *c) { c->n = t->pid; return 0; }
static long writes_area(struct task_struct *t, struct vm_area_struct *v, struct state *c) { *(volatile long *)&v->vm_start = 0; return 0; }
static long area_two(struct task_struct *t, struct vm_area_struct *v, struct state *c) { return 2; }

static long counts(__u32 i, struct state *c) { c->n += i; return 0; }
static long compares_index(__u32 i, struct state *c) { if (i < 4) c->index[i]++; return 0; }
static long masks_index(__u32 i, struct state *c) { c->index[i & 3]++; return 0; }
static long uses_index(__u32 i, struct state *c) { c->index[i]++; return 0; }
static long nested(__u32 i, struct state *c) { return bpf_loop(2, counts, c, 0) & 0; }
static long third_argument(__u32 i, struct state *c) { long r; asm volatile("%0 = r3" : "=r"(r)); return r & 1; }

SEC("tc") int array_elements(struct __sk_buff *s) { struct state c = {}; return bpf_for_each_map_elem(&array, reads_value, &c, 0); }
SEC("tc") int hash_elements(struct __sk_buff *s) { struct state c = {}; return bpf_for_each_map_elem(&hash, reads_value, &c, 0); }
SEC("tc") int lru_elements(struct __sk_buff *s) { struct state c = {}; return bpf_for_each_map_elem(&lru, reads_value, &c, 0); }
SEC("tc") int per_cpu_array_elements(struct __sk_buff *s) { struct state c = {}; return bpf_for_each_map_elem(&per_cpu_array, reads_half_value, &c, 0); }
SEC("tc") int per_cpu_hash_elements(struct __sk_buff *s) { struct state c = {}; return bpf_for_each_map_elem(&per_cpu_hash, reads_half_value, &c, 0); }
SEC("tc") int beyond_a_per_cpu_element_refused(struct __sk_buff *s) { struct state c = {}; return bpf_for_each_map_elem(&per_cpu_hash, reads_value, &c, 0); }  // outside-map-value
SEC("tc") int queues_have_no_elements_refused(struct __sk_buff *s) { struct state c = {}; return bpf_for_each_map_elem(&queue, nothing, &c, 0); }  // no-elements
SEC("tc") int user_rings_have_no_elements_refused(struct __sk_buff *s) { struct state c = {}; return bpf_for_each_map_elem(&user_ring, nothing, &c, 0); }  // no-elements
SEC("tc") int key_of_eight_bytes(struct __sk_buff *s) { struct state c = {}; return bpf_for_each_map_elem(&hash, reads_key, &c, 0); }
SEC("tc") int eight_bytes_of_a_key_of_four_refused(struct __sk_buff *s) { struct state c = {}; return bpf_for_each_map_elem(&array, reads_key, &c, 0); }  // outside-map-key
SEC("tc") int key_of_one_byte(struct __sk_buff *s) { struct state c = {}; return bpf_for_each_map_elem(&one_byte, reads_byte_key, &c, 0); }
SEC("tc") int two_bytes_of_a_key_of_one_refused(struct __sk_buff *s) { struct state c = {}; return bpf_for_each_map_elem(&one_byte, reads_beyond_byte_key, &c, 0); }  // outside-map-key
SEC("tc") int before_the_key_refused(struct __sk_buff *s) { struct state c = {}; return bpf_for_each_map_elem(&hash, reads_before_key, &c, 0); }  // outside-map-key
SEC("tc") int value_is_written(struct __sk_buff *s) { struct state c = {}; return bpf_for_each_map_elem(&hash, writes_value, &c, 0); }
SEC("tc") int element_is_updated_with_itself(struct __sk_buff *s) { struct state c = {}; return bpf_for_each_map_elem(&hash, updates, &c, 0); }
SEC("tc") int key_is_looked_up_elsewhere(struct __sk_buff *s) { struct state c = {}; return bpf_for_each_map_elem(&hash, looks_up_another, &c, 0); }
SEC("tc") int stops_at_once(struct __sk_buff *s) { struct state c = {}; return bpf_for_each_map_elem(&hash, stops, &c, 0); }
SEC("tc") int two_is_no_answer_refused(struct __sk_buff *s) { struct state c = {}; return bpf_for_each_map_elem(&hash, answers_two, &c, 0); }  // returns-outside
SEC("tc") int minus_one_is_no_answer_refused(struct __sk_buff *s) { struct state c = {}; return bpf_for_each_map_elem(&hash, answers_minus_one, &c, 0); }  // returns-outside
SEC("tc") int pointer_is_no_answer_refused(struct __sk_buff *s) { struct state c = {}; return bpf_for_each_map_elem(&hash, answers_pointer, &c, 0); }  // callback-returns-pointer
SEC("tc") int anything_is_no_answer_refused(struct __sk_buff *s) { struct state c = {}; return bpf_for_each_map_elem(&hash, answers_what_it_found, &c, 0); }  // returns-outside
SEC("tc") int one_bit_is_an_answer(struct __sk_buff *s) { struct state c = {}; return bpf_for_each_map_elem(&hash, answers_masked, &c, 0); }
SEC("tc") int beyond_the_callers_frame_refused(struct __sk_buff *s) { struct state c = {}; return bpf_for_each_map_elem(&hash, leaves_beyond, &c, 0); }  // outside-stack
SEC("tc") int context_is_no_stack_refused(struct __sk_buff *s) { return bpf_for_each_map_elem(&hash, nothing, s, 0); }  // argument-type
SEC("tc") int number_is_no_stack_refused(struct __sk_buff *s) { return bpf_loop(3, counts, (void *)(long)s->len, 0); }  // argument-type
SEC("tc") int null_is_no_state_refused(struct __sk_buff *s) { return bpf_loop(3, counts, 0, 0); }  // not-memory
SEC("tc") int iterations_not_known(struct __sk_buff *s) { struct state c = {}; return bpf_loop(s->len, counts, &c, 0); }
SEC("tc") int index_compared(struct __sk_buff *s) { struct state c = {}; bpf_loop(100, compares_index, &c, 0); return c.index[1]; }
SEC("tc") int index_masked(struct __sk_buff *s) { struct state c = {}; bpf_loop(100, masks_index, &c, 0); return c.index[1]; }
SEC("tc") int index_used_refused(struct __sk_buff *s) { struct state c = {}; bpf_loop(4, uses_index, &c, 0); return c.index[1]; }  // stack-unbounded
SEC("tc") int loop_in_a_loop(struct __sk_buff *s) { struct state c = {}; return bpf_loop(4, nested, &c, 0); }
SEC("tc") int no_third_argument_refused(struct __sk_buff *s) { struct state c = {}; return bpf_loop(4, third_argument, &c, 0); }  // not-initialised
SEC("tc") int loops_in_socket_filters(struct __sk_buff *s) { struct state c = {}; return bpf_loop(4, counts, &c, 0); }
SEC("kprobe/x") int loops_in_probes(void *s) { struct state c = {}; return bpf_loop(4, counts, &c, 0); }
SEC("syscall") int loops_in_system_calls(void *s) { struct state c = {}; return bpf_loop(4, counts, &c, 0); }
SEC("tc") int samples_counted(struct __sk_buff *s) { struct state c = {}; return bpf_user_ringbuf_drain(&user_ring, drained, &c, 0); }
SEC("tc") int samples_read(struct __sk_buff *s) { struct state c = {}; return bpf_user_ringbuf_drain(&user_ring, reads_sample, &c, 0); }
SEC("tc") int samples_read_untested_refused(struct __sk_buff *s) { struct state c = {}; return bpf_user_ringbuf_drain(&user_ring, reads_sample_untested, &c, 0); }  // maybe-null
SEC("tc") int samples_copied(struct __sk_buff *s) { struct state c = {}; return bpf_user_ringbuf_drain(&user_ring, copies_sample, &c, 0); }
SEC("tc") int samples_submitted_refused(struct __sk_buff *s) { struct state c = {}; return bpf_user_ringbuf_drain(&user_ring, submits_sample, &c, 0); }  // dynptr-const-released
SEC("tc") int samples_overwritten_refused(struct __sk_buff *s) { struct state c = {}; return bpf_user_ringbuf_drain(&user_ring, overwrites_sample, &c, 0); }  // dynptr-offset
SEC("tc") int dynptr_read_as_memory_refused(struct __sk_buff *s) { struct state c = {}; return bpf_user_ringbuf_drain(&user_ring, reads_dynptr, &c, 0); }  // not-memory
SEC("tc") int draining_stops(struct __sk_buff *s) { struct state c = {}; return bpf_user_ringbuf_drain(&user_ring, stops_draining, &c, 0); }
SEC("tc") int draining_answers_two_refused(struct __sk_buff *s) { struct state c = {}; return bpf_user_ringbuf_drain(&user_ring, drains_two, &c, 0); }  // returns-outside
SEC("tc") int another_ring_is_drained_refused(struct __sk_buff *s) { struct state c = {}; return bpf_user_ringbuf_drain(&ring, drained, &c, 0); }  // map-not-for-helper
SEC("tc") int area_of_a_task(struct __sk_buff *s) { struct state c = {}; return bpf_find_vma(bpf_get_current_task_btf(), 0, in_area, &c, 0); }
SEC("tc") int task_of_an_area(struct __sk_buff *s) { struct state c = {}; return bpf_find_vma(bpf_get_current_task_btf(), 0, of_task, &c, 0); }
SEC("tc") int area_is_written_refused(struct __sk_buff *s) { struct state c = {}; return bpf_find_vma(bpf_get_current_task_btf(), 0, writes_area, &c, 0); }  // object-read-only
SEC("tc") int area_answers_two_refused(struct __sk_buff *s) { struct state c = {}; return bpf_find_vma(bpf_get_current_task_btf(), 0, area_two, &c, 0); }  // returns-outside
SEC("tc") int area_of_no_task_refused(struct __sk_buff *s) { struct state c = {}; return bpf_find_vma(0, 0, in_area, &c, 0); }  // argument-type