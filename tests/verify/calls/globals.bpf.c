// SPDX-License-Identifier: Apache-2.0
// Global functions are verified once, against their prototypes; calls keep the prototypes' promises.
#include "program.h"

struct pair {
  __u32 a, b;
};
typedef struct pair pair_t;
enum letter { A, B };
struct unknown;
struct sk_buff;

MAP(numbers, HASH, 4, __u64, __u64[8]);
PROGRAMS(others);

GLOBAL int add(int a, int b) { return a + b; }
GLOBAL int sum(struct pair *p) { return p ? p->a + p->b : 0; }
GLOBAL int sum_nn(struct pair *p TAG("nonnull")) { p->a++; return p->a + p->b; }
GLOBAL int takes_ctx(struct __sk_buff *skb) { return skb->len; }
GLOBAL int tagged_ctx(void *ctx TAG("ctx")) { return ((struct __sk_buff*)ctx)->mark; }
GLOBAL int deep(int a) { return add(a, 1) + a; }
GLOBAL int loops(__u32 n) { int s = 0; for (__u32 i = 0; i < 100 && i < n; i++) s += i * n; return s; }
GLOBAL int bad_deref(struct pair *p) { return p->a; }
GLOBAL int pulls(struct __sk_buff *skb) { return bpf_skb_pull_data(skb, 10); }
GLOBAL int reads(__u64 *p TAG("nonnull"), int i) { return i & 1 ? p[0] : *(__u32 *)((char *)p + 4); }
STATIC int stat(int a, struct pair *p) { return a + p->b; }
GLOBAL __u64 wide(__u64 a) { return a << 3; }
GLOBAL int unsized(struct unknown *p) { return p != 0; }
GLOBAL int voidp(void *p) { return p != 0; }
GLOBAL int fl(__u64 a, __u64 b, __u64 c, __u64 d, __u64 e) { return a * b + c * d + e; }
GLOBAL int char_arr(char (*p)[16] TAG("nonnull")) { return (*p)[15]; }
STATIC int tail(struct __sk_buff *s) { bpf_tail_call(s, &others, 1); return 3; }
GLOBAL int gtail(struct __sk_buff *s) { bpf_tail_call(s, &others, 1); return 3; }
STATIC int ldabs(struct __sk_buff *s) { return load_byte(s, 3); }
GLOBAL int gldabs(struct __sk_buff *s) { return load_byte(s, 3); }
GLOBAL int tags_two(struct pair *p TAG("nonnull") TAG("ctx")) { return 0; }
GLOBAL int tags_bad(struct pair *p TAG("foo")) { return 0; }
GLOBAL int tag_scalar(int a TAG("nonnull")) { return a; }
GLOBAL int tag_nullable(struct pair *p TAG("nullable")) { return p ? p->a : 0; }
GLOBAL int arena_arg(int *p TAG("arena")) { return p != 0; }
GLOBAL int untr_mem(int *p TAG("untrusted")) { return *p; }
GLOBAL int untr_void(void *p TAG("untrusted")) { return p != 0; }
GLOBAL int byval(struct pair p) { return p.a; }
GLOBAL int tdef(const pair_t *p) { return p ? p->b : 0; }
GLOBAL int en(enum letter e) { return e; }
GLOBAL __u8 small(__u8 a) { return a + 1; }
GLOBAL long *retptr(long *a) { return a; }
GLOBAL void retvoid(int *a) { if (a) *a = 1; }
GLOBAL int twod(int (*p)[4]) { if (!p) return 0; return p[0][3]; }
GLOBAL int pp(int **p) { return p ? *p != 0 : 0; }
GLOBAL int rec2(int n) { return n > 2 ? rec2(n - 1) : 0; }
GLOBAL int xdpctx(struct xdp_md *x) { return x ? x->rx_queue_index : 0; }
GLOBAL int skbuff(struct sk_buff *x) { return x != 0; }
GLOBAL int sleepy(int x) { char b[4]; bpf_copy_from_user(b, 4, (void *)0); return b[0]; }
STATIC int many(int a, int b, int c, int d, int e) { return a + b * c - d / (e | 1); }

SEC("tc") int numbers_to_numbers(struct __sk_buff *s) { return add(s->len, 2); }
SEC("tc") int stack_memory(struct __sk_buff *s) { struct pair p = {s->len, 1}; return sum(&p); }
SEC("tc") int null_where_it_may_be(struct __sk_buff *s) { return sum(0); }
SEC("tc") int null_to_nonnull(struct __sk_buff *s) { return sum_nn(0); }
SEC("tc") int memory_to_nonnull(struct __sk_buff *s) { struct pair p = {s->len, 1}; return sum_nn(&p); }
SEC("tc") int maybe_null_value(struct __sk_buff *s) { __u64 k = 0; return sum(bpf_map_lookup_elem(&numbers, &k)) ; }
SEC("tc") int maybe_null_element(struct __sk_buff *s) { __u64 k = 0; return sum(bpf_map_lookup_elem(&numbers, &k)) ; }
SEC("tc") int maybe_null_to_nonnull_refused(struct __sk_buff *s) { __u64 k = 0; return sum_nn(bpf_map_lookup_elem(&numbers, &k)) ; }  // may-be-null-argument
SEC("tc") int context_by_type_and_tag(struct __sk_buff *s) { return takes_ctx(s) + tagged_ctx(s); }
SEC("tc") int stack_as_context_refused(struct __sk_buff *s) { struct pair p[30] = {}; return takes_ctx((void *)p); }  // not-the-context
SEC("tc") int globals_call_globals(struct __sk_buff *s) { return deep(s->len) + loops(s->len); }
SEC("tc") int body_forgets_null_refused(struct __sk_buff *s) { struct pair p = {s->len, 1}; return bad_deref(&p); }  // maybe-null
SEC("tc") int packet_after_pull_refused(struct __sk_buff *s) { __u8 *d = (void *)(long)s->data, *e = (void*)(long)s->data_end; if (d + 4 > e) return 0; pulls(s); return d[2]; }  // not-memory
SEC("tc") int eight_bytes(struct __sk_buff *s) { __u64 x = 5; return reads(&x, s->len); }
SEC("tc") int four_of_eight_bytes_refused(struct __sk_buff *s) { __u32 x = 5; return reads((void *)&x, s->len); }  // no-memory-for-function
SEC("tc") int value_within(struct __sk_buff *s) { __u64 k = 0; __u64 *v = bpf_map_lookup_elem(&numbers, &k); if (!v) return 0; return reads(v + (s->len & 7), s->len); }
SEC("tc") int value_beyond_refused(struct __sk_buff *s) { __u64 k = 0; __u64 *v = bpf_map_lookup_elem(&numbers, &k); if (!v) return 0; return reads(v + (s->len & 15), s->len); }  // no-memory-for-function
SEC("tc") int pointer_as_number_refused(struct __sk_buff *s) { return add((long)s, 1); }  // not-a-number
SEC("tc") int unwritten_memory(struct __sk_buff *s) { struct pair p; asm volatile("":"=r"(s)); return sum(&p); }
SEC("tc") int static_function_walked_in_place(struct __sk_buff *s) { struct pair p = {s->len, 1}; return stat(1, &p) + stat(s->len, &p); }
SEC("tc") int wide_result(struct __sk_buff *s) { return wide(s->len); }
SEC("tc") int incomplete_type_refused(struct __sk_buff *s) { return unsized((void *)s); }  // unsized-param
SEC("tc") int pointer_to_void_refused(struct __sk_buff *s) { long x = 1; return voidp(&x); }  // unsized-param
SEC("tc") int five_arguments(struct __sk_buff *s) { return fl(s->len, s->mark, 3, 4, 5); }
SEC("tc") int array_by_pointer(struct __sk_buff *s) { char b[16] = {}; b[15] = s->len; return char_arr(&b); }
SEC("tc") int packet_memory(struct __sk_buff *s) { __u8 *d = (void *)(long)s->data, *e = (void*)(long)s->data_end; if (d + 8 > e) return 0; return sum((void *)d); }
SEC("tc") int packet_memory_short_refused(struct __sk_buff *s) { __u8 *d = (void *)(long)s->data, *e = (void*)(long)s->data_end; if (d + 7 > e) return 0; return sum((void *)d); }  // no-memory-for-function
SEC("xdp") int context_by_tag_in_xdp_refused(struct xdp_md *s) { return tagged_ctx(s); }  // returns-pointer
SEC("xdp") int context_of_another_type_refused(struct xdp_md *s) { return takes_ctx((void *)s); }  // no-memory-for-function
SEC("tc") int sixty_calls(struct __sk_buff *s) { int r = 0; for (int i = 0; i < 60; i++) r += loops(i) + add(r, i); return r; }
SEC("tc") int tail_call_in_static(struct __sk_buff *s) { return tail(s) + 1; }
SEC("tc") int packet_after_tail_call_refused(struct __sk_buff *s) { __u8 *d = (void *)(long)s->data, *e = (void*)(long)s->data_end; if (d + 4 > e) return 0; tail(s); return d[2]; }  // not-memory
SEC("tc") int packet_after_own_tail_call(struct __sk_buff *s) { __u8 *d = (void *)(long)s->data, *e = (void*)(long)s->data_end; if (d + 4 > e) return 0; bpf_tail_call(s, &others, 1); return d[2]; }
SEC("tc") int tail_call_in_global(struct __sk_buff *s) { return gtail(s) + 1; }
SEC("tc") int packet_load_in_static(struct __sk_buff *s) { return ldabs(s) + 1; }
SEC("tc") int packet_load_in_global(struct __sk_buff *s) { return gldabs(s) + 1; }
SEC("tc") int tags_that_disagree(struct __sk_buff *s) { struct pair p = {}; return tags_two(&p); }
SEC("tc") int tag_that_means_nothing(struct __sk_buff *s) { struct pair p = {}; return tags_bad(&p); }
SEC("tc") int pointer_tag_on_number(struct __sk_buff *s) { return tag_scalar(1); }
SEC("tc") int nullable_alone_refused(struct __sk_buff *s) { struct pair p = {}; return tag_nullable(&p); }  // tags-disagree
SEC("tc") int number_as_arena(struct __sk_buff *s) { return arena_arg((void *)(long)s->len); }
SEC("tc") int context_as_arena_refused(struct __sk_buff *s) { return arena_arg((void *)s); }  // not-arena
SEC("tc") int untrusted_memory(struct __sk_buff *s) { return untr_mem((void *)s); }
SEC("tc") int untrusted_void(struct __sk_buff *s) { return untr_void((void *)s); }
SEC("tc") int structure_by_value_refused(struct __sk_buff *s) { struct pair p = {s->len, 2}; return byval(p); }  // param-type
SEC("tc") int through_typedef(struct __sk_buff *s) { struct pair p = {s->len, 2}; return tdef(&p); }
SEC("tc") int enumeration(struct __sk_buff *s) { return en(s->len); }
SEC("tc") int small_result_is_any_number(struct __sk_buff *s) { __u8 x = small(s->len); return x > 300 ? *(int *)0 : x; }
SEC("tc") int returns_pointer(struct __sk_buff *s) { long a = 1; return *retptr(&a); }
SEC("tc") int returns_nothing_refused(struct __sk_buff *s) { int a = 1; retvoid(&a); return a; }  // returns-no-number
SEC("tc") int array_of_numbers(struct __sk_buff *s) { int a[4] = {}; return twod(&a); }
SEC("tc") int pointer_to_pointer(struct __sk_buff *s) { int a = 0, *b = &a; return pp(&b); }
SEC("tc") int number_as_pointer_to_pointer(struct __sk_buff *s) { __u64 b = s->len; return pp((void *)&b); }
SEC("tc") int recursion(struct __sk_buff *s) { return rec2(s->len); }
SEC("tc") int other_context_refused(struct __sk_buff *s) { return xdpctx((void *)s); }  // no-memory-for-function
SEC("tc") int other_context_from_stack(struct __sk_buff *s) { struct xdp_md x = {}; return xdpctx(&x); }
SEC("tc") int kernel_name_of_context_refused(struct __sk_buff *s) { return skbuff((void *)s); }  // unsized-param
SEC("tc") int sleeps_where_it_may_not_refused(struct __sk_buff *s) { return sleepy(1); }  // global-may-sleep
SEC("syscall") int sleeps_where_it_may_refused(void *s) { return sleepy(1); }  // not-a-number
SEC("tc") int static_with_five(struct __sk_buff *s) { return many(s->len, 2, s->mark, 4, 5); }
SEC("tc") int null_twice(struct __sk_buff *s) { return tdef(0) + twod(0); }
SEC("tc") int moved_context_refused(struct __sk_buff *s) { return gtail((void *)s + 8); }  // moved-pointer
