// SPDX-License-Identifier: Apache-2.0
// Functions that helpers call: what they are given, what they may answer, and when a loop of calls is done.
#include "program.h"

MAP(array, ARRAY, 4, __u32, __u64[8]);
MAP(hash, HASH, 4, __u64, __u64[8]);
RING(ring);

struct c { __u64 n; __u32 a[4]; };
static int cb0(__u32 i, void *ctx) { return 0; }
static int cb1(__u32 i, struct c *c) { c->n++; return c->n > 100; }
static int cb2(__u32 i, struct c *c) { if (i < 4) c->a[i] = i; return 0; }
static int cb3(__u32 i, struct c *c) { c->a[i] = i; return 0; }
static int cb_ret2(__u32 i, struct c *c) { return 2; }
static int cb_ret(__u32 i, struct c *c) { return i; }
static int cb_nest(__u32 i, struct c *c) { bpf_loop(3, cb1, c, 0); return 0; }
static int cb_lookup(__u32 i, struct c *c) { __u64 k = i; __u64 *v = bpf_map_lookup_elem(&hash, &k); if (v) { *v += c->n; c->n += *v; } return 0; }
static int each(void *map, __u32 *key, __u64 *val, struct c *c) { c->n += *key + val[7]; return 0; }
static int each_bad(void *map, __u32 *key, __u64 *val, struct c *c) { c->n += *key + val[8]; return 0; }
static int each_key(void *map, __u32 *key, __u64 *val, struct c *c) { *key = 1; return 0; }
static int each_key_filled(void *map, __u32 *key, __u64 *val, struct c *c) { bpf_probe_read_kernel(key, 4, val); return 0; }
static int each_value_filled(void *map, __u32 *key, __u64 *val, struct c *c) { bpf_probe_read_kernel(val, 4, key); return 0; }
static int each_del(void *map, __u64 *key, __u64 *val, struct c *c) { bpf_map_delete_elem(map, key); return c->n & 1; }
static int leak(__u32 i, struct c *c) { void *p = bpf_ringbuf_reserve(&ring, 8, 0); if (!p) return 1; return 0; }
static int bal(__u32 i, struct c *c) { __u64 *p = bpf_ringbuf_reserve(&ring, 8, 0); if (!p) return 1; *p = i; bpf_ringbuf_submit(p, 0); return 0; }
static int sub_outer(__u32 i, void **c) { bpf_ringbuf_discard(*c, 0); *c = 0; return 1; }

SEC("tc") int does_nothing(struct __sk_buff *s) { return bpf_loop(10, cb0, 0, 0); }
SEC("tc") int counts_to_ten(struct __sk_buff *s) { struct c c = {}; bpf_loop(10, cb1, &c, 0); return c.n; }
SEC("tc") int index_is_compared(struct __sk_buff *s) { struct c c = {}; bpf_loop(1000, cb2, &c, 0); return c.a[2]; }
SEC("tc") int index_is_not_compared_refused(struct __sk_buff *s) { struct c c = {}; bpf_loop(4, cb3, &c, 0); return c.a[2]; }  // stack-unbounded
SEC("tc") int answers_two_refused(struct __sk_buff *s) { struct c c = {}; bpf_loop(4, cb_ret2, &c, 0); return c.a[2]; }  // returns-outside
SEC("tc") int answers_its_index_refused(struct __sk_buff *s) { struct c c = {}; bpf_loop(4, cb_ret, &c, 0); return c.a[2]; }  // returns-outside
SEC("tc") int loop_in_a_loop(struct __sk_buff *s) { struct c c = {}; bpf_loop(4, cb_nest, &c, 0); return c.a[2]; }
SEC("tc") int looks_up(struct __sk_buff *s) { struct c c = {}; bpf_loop(400, cb_lookup, &c, 0); return c.n; }
SEC("tc") int flags_not_known(struct __sk_buff *s) { struct c c = {}; bpf_loop(400, cb_lookup, &c, s->len); return c.n; }
SEC("tc") int no_iterations(struct __sk_buff *s) { struct c c = {}; bpf_loop(0, cb1, &c, 0); return c.n; }
SEC("tc") int one_iteration(struct __sk_buff *s) { struct c c = {}; bpf_loop(1, cb1, &c, 0); return c.n; }
SEC("tc") int two_places(struct __sk_buff *s) { struct c c = {}; if (s->len > 5) bpf_loop(3, cb1, &c, 0); else bpf_loop(7, cb2, &c, 0); return c.n; }
SEC("tc") int elements(struct __sk_buff *s) { struct c c = {}; bpf_for_each_map_elem(&array, each, &c, 0); return c.n; }
SEC("tc") int beyond_the_value_refused(struct __sk_buff *s) { struct c c = {}; bpf_for_each_map_elem(&array, each_bad, &c, 0); return c.n; }  // outside-map-value
SEC("tc") int writes_the_key_refused(struct __sk_buff *s) { struct c c = {}; bpf_for_each_map_elem(&array, each_key, &c, 0); return c.n; }  // writes-key
SEC("tc") int helper_writes_the_key_refused(struct __sk_buff *s) { struct c c = {}; bpf_for_each_map_elem(&array, each_key_filled, &c, 0); return c.n; }  // read-only
SEC("tc") int helper_writes_the_value(struct __sk_buff *s) { struct c c = {}; bpf_for_each_map_elem(&array, each_value_filled, &c, 0); return c.n; }
SEC("tc") int deletes_while_it_walks(struct __sk_buff *s) { struct c c = {}; bpf_for_each_map_elem(&hash, each_del, &c, 0); return c.n; }
SEC("tc") int ring_has_no_elements_refused(struct __sk_buff *s) { struct c c = {}; bpf_for_each_map_elem(&ring, each_del, &c, 0); return c.n; }  // no-elements
SEC("tc") int no_context_refused(struct __sk_buff *s) { return bpf_for_each_map_elem(&hash, each_del, 0, 0); }  // not-memory
SEC("tc") int keeps_what_it_acquires_refused(struct __sk_buff *s) { struct c c = {}; bpf_loop(4, leak, &c, 0); return c.n; }  // unreleased
SEC("tc") int gives_back_what_it_acquires(struct __sk_buff *s) { struct c c = {}; bpf_loop(4, bal, &c, 0); return c.n; }
SEC("tc") int releases_what_the_caller_holds_refused(struct __sk_buff *s) { void *p = bpf_ringbuf_reserve(&ring, 8, 0); if (!p) return 0; bpf_loop(4, sub_outer, &p, 0); return 0; }  // unreleased
SEC("tc") int caller_holds_a_record(struct __sk_buff *s) { __u64 *p = bpf_ringbuf_reserve(&ring, 8, 0); struct c c = {}; if (!p) return 0; bpf_loop(4, cb1, &c, 0); *p = c.n; bpf_ringbuf_submit(p, 0); return 0; }
SEC("tc") int twenty_loops(struct __sk_buff *s) { struct c c = {}; for (int i = 0; i < 20; i++) bpf_loop(i + 2, cb2, &c, 0); return c.n; }
