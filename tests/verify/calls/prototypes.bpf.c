// SPDX-License-Identifier: Apache-2.0
// Prototypes of global functions: which arguments and tags there are, and what a call must bring for each.
#include "kernel.h"

struct pair { __u32 a, b; };
struct large { __u64 x[60]; };
struct unknown;
struct nobody { int x; };
struct nothing {};
typedef struct { int x; } nameless_t;
MAP(array, ARRAY, 4, __u32, __u64[8]);
RING(ring);

GLOBAL int unknown_tag(struct pair *p TAG("nothing")) { USED(p); return 0; }
GLOBAL int two_tags(struct pair *p TAG("nonnull") TAG("ctx")) { USED(p); return 0; }
GLOBAL int tag_on_number(int a TAG("nonnull")) { USED(a); return 0; }
GLOBAL int ctx_tag_on_number(long a TAG("ctx")) { USED(a); return 0; }
GLOBAL int ctx_tag_on_pair(struct pair *p TAG("ctx")) { USED(p); return 0; }
GLOBAL int ctx_tag_on_void(void *p TAG("ctx")) { USED(p); return 0; }
GLOBAL int ctx_tag_on_skb(struct __sk_buff *p TAG("ctx")) { return p->len; }
GLOBAL int ctx_tag_on_nameless(nameless_t *p TAG("ctx")) { USED(p); return 0; }
GLOBAL int trusted(struct task_struct *t TAG("trusted")) { return t->pid; }
GLOBAL int trusted_or_null(struct task_struct *t TAG("trusted") TAG("nullable")) { return t ? t->pid : 0; }
GLOBAL int trusted_or_null_not_tested(struct task_struct *t TAG("trusted") TAG("nullable")) { return t->pid; }
GLOBAL int trusted_nobody(struct nobody *t TAG("trusted")) { return t->x; }
GLOBAL int untrusted(struct task_struct *t TAG("untrusted")) { return t->pid; }
GLOBAL int untrusted_is_acquired(struct task_struct *t TAG("untrusted")) { t = bpf_task_acquire(t); if (t) bpf_task_release(t); return 0; }
GLOBAL int trusted_is_acquired(struct task_struct *t TAG("trusted")) { t = bpf_task_acquire(t); if (t) bpf_task_release(t); return 0; }
GLOBAL int trusted_is_released(struct task_struct *t TAG("trusted")) { bpf_task_release(t); return 0; }
GLOBAL int pair_or_null(struct pair *p) { return p ? p->b : 0; }
GLOBAL int pair_beyond(struct pair *p TAG("nonnull")) { return ((volatile __u32 *)p)[2]; }
GLOBAL int pair_written(struct pair *p TAG("nonnull")) { p->b = 7; return 0; }
GLOBAL int large_read(struct large *l TAG("nonnull")) { return l->x[59]; }
GLOBAL int incomplete(struct unknown *u) { USED(u); return 0; }
GLOBAL int keeps(int a) { USED(bpf_ringbuf_reserve(&ring, 8, 0)); return a; }
GLOBAL int balances(int a) { void *p = bpf_ringbuf_reserve(&ring, 8, 0); if (p) bpf_ringbuf_discard(p, 0); return a; }
GLOBAL int second(int a, int b) { USED(a); return b; }
GLOBAL int with_five(int a, int b, int c, int d, int e) { return a + b + c + d + e; }
GLOBAL int with_nothing(int a, int b, int c, int d, int e, struct nothing n) { return a - b - c - d - e; }  // a sixth in its type alone
GLOBAL int calls_itself_by_another(int a);
GLOBAL int other(int a) { USED(a); return a > 0 ? calls_itself_by_another(a - 1) : 0; }
GLOBAL int calls_itself_by_another(int a) { USED(a); return a > 0 ? other(a - 1) : 0; }
GLOBAL int returns_its_argument(struct pair *p) { USED(p); return (long)p; }
GLOBAL int deep_stack(int a) { volatile char b[400]; b[a & 255] = 1; return b[1]; }

#define FIND __u32 k = 0; __u64 *v = bpf_map_lookup_elem(&array, &k); if (!v) return 0

SEC("tc") int tag_unknown_refused(struct __sk_buff *s) { struct pair p = {}; return unknown_tag(&p); }  // unknown-tag
SEC("tc") int tags_that_disagree_refused(struct __sk_buff *s) { struct pair p = {}; return two_tags(&p); }  // tags-disagree
SEC("tc") int tag_on_a_number_refused(struct __sk_buff *s) { return tag_on_number(1); }  // tag-on-number
SEC("tc") int context_tag_on_a_number_refused(struct __sk_buff *s) { return ctx_tag_on_number(1); }  // tag-on-number
SEC("tc") int context_tag_on_another_structure_refused(struct __sk_buff *s) { return ctx_tag_on_pair((void *)s); }  // param-context
SEC("tc") int context_tag_on_a_nameless_one_refused(struct __sk_buff *s) { return ctx_tag_on_nameless((void *)s); }  // param-context-nameless
SEC("tc") int context_tag_on_void(struct __sk_buff *s) { return ctx_tag_on_void(s); }
SEC("tc") int context_tag_on_its_own(struct __sk_buff *s) { return ctx_tag_on_skb(s); }
SEC("xdp") int context_tag_on_anothers_refused(struct xdp_md *s) { return ctx_tag_on_skb((void *)s); }  // param-context
SEC("xdp") int context_tag_on_void_in_xdp(struct xdp_md *s) { return ctx_tag_on_void(s); }
SEC("kprobe/x") int context_tag_in_a_probe(void *s) { return ctx_tag_on_void(s); }
SEC("syscall") int context_tag_in_system_calls(void *s) { return ctx_tag_on_void(s); }
SEC("syscall") int context_tag_on_a_structure_in_system_calls(void *s) { return ctx_tag_on_pair(s); }
SEC("tc") int number_as_context_refused(struct __sk_buff *s) { return ctx_tag_on_void((void *)(long)s->len); }  // not-the-context
SEC("tc") int stack_as_context_refused(struct __sk_buff *s) { struct pair p = {}; return ctx_tag_on_void(&p); }  // not-the-context
SEC("tc") int trusted_task(struct __sk_buff *s) { return trusted(bpf_get_current_task_btf()); }
SEC("tc") int acquired_task_as_trusted(struct __sk_buff *s) { struct task_struct *t = bpf_task_from_pid(1); if (!t) return 0; int r = trusted(t); bpf_task_release(t); return r; }
SEC("tc") int maybe_null_as_trusted_refused(struct __sk_buff *s) { struct task_struct *t = bpf_task_from_pid(1); int r = trusted(t); if (t) bpf_task_release(t); return r; }  // argument-type
SEC("tc") int null_as_trusted_refused(struct __sk_buff *s) { return trusted(0); }  // argument-type
SEC("tc") int stack_as_trusted_refused(struct __sk_buff *s) { struct pair p = {}; return trusted((void *)&p); }  // argument-type
SEC("tc") int another_structure_as_trusted_refused(struct __sk_buff *s) { struct cgroup *c = bpf_cgroup_from_id(1); if (!c) return 0; trusted((void *)c); bpf_cgroup_release(c); return 0; }  // other-struct
SEC("tc") int maybe_null_as_trusted_or_null(struct __sk_buff *s) { struct task_struct *t = bpf_task_from_pid(1); int r = trusted_or_null(t); if (t) bpf_task_release(t); return r; }
SEC("tc") int null_as_trusted_or_null(struct __sk_buff *s) { return trusted_or_null(0); }
SEC("tc") int body_does_not_test_refused(struct __sk_buff *s) { return trusted_or_null_not_tested(bpf_get_current_task_btf()); }  // maybe-null
SEC("tc") int kernel_has_no_such_structure_refused(struct __sk_buff *s) { return trusted_nobody((void *)bpf_get_current_task_btf()); }  // no-kernel-type
SEC("tc") int untrusted_number(struct __sk_buff *s) { return untrusted((void *)(long)s->len); }
SEC("tc") int untrusted_task(struct __sk_buff *s) { return untrusted(bpf_get_current_task_btf()); }
SEC("tc") int untrusted_is_acquired_by_the_body_refused(struct __sk_buff *s) { return untrusted_is_acquired(bpf_get_current_task_btf()); }  // not-rcu
SEC("tc") int trusted_is_acquired_by_the_body(struct __sk_buff *s) { return trusted_is_acquired(bpf_get_current_task_btf()); }
SEC("tc") int trusted_is_released_by_the_body_refused(struct __sk_buff *s) { struct task_struct *t = bpf_task_from_pid(1); if (!t) return 0; return trusted_is_released(t); }  // unreleased
SEC("tc") int memory_of_a_value(struct __sk_buff *s) { FIND; return pair_or_null((void *)v); }
SEC("tc") int memory_at_the_end_of_a_value(struct __sk_buff *s) { FIND; return pair_or_null((void *)(v + 7)); }
SEC("tc") int memory_beyond_a_value_refused(struct __sk_buff *s) { FIND; return pair_or_null((void *)v + 60); }  // no-memory-for-function
SEC("tc") int memory_of_a_record(struct __sk_buff *s) { void *p = bpf_ringbuf_reserve(&ring, 8, 0); if (!p) return 0; USED(pair_or_null(p)); bpf_ringbuf_discard(p, 0); return 0; }
SEC("tc") int memory_of_a_short_record_refused(struct __sk_buff *s) { void *p = bpf_ringbuf_reserve(&ring, 4, 0); if (!p) return 0; USED(pair_or_null(p)); bpf_ringbuf_discard(p, 0); return 0; }  // no-memory-for-function
SEC("tc") int memory_written_by_the_body(struct __sk_buff *s) { struct pair p = {}; pair_written(&p); return p.b; }
SEC("tc") int written_packet(struct __sk_buff *s) { void *d = (void *)(long)s->data, *e = (void *)(long)s->data_end; if (d + 8 > e) return 0; return pair_written(d); }
SEC("socket") int context_as_memory_refused(struct __sk_buff *s) { return pair_or_null((void *)s); }  // no-memory-for-function
SEC("tc") int body_reads_beyond_refused(struct __sk_buff *s) { struct pair p[2] = {}; return pair_beyond(p); }  // outside-memory
SEC("tc") int large_memory(struct __sk_buff *s) { struct large l = {}; USED(&l); return large_read(&l); }
SEC("tc") int large_memory_of_a_value_refused(struct __sk_buff *s) { FIND; return large_read((void *)v); }  // no-memory-for-function
SEC("tc") int incomplete_structure_refused(struct __sk_buff *s) { return incomplete((void *)s); }  // unsized-param
SEC("tc") int body_keeps_a_record_refused(struct __sk_buff *s) { return keeps(1); }  // unreleased
SEC("tc") int body_balances(struct __sk_buff *s) { return balances(1); }
SEC("tc") int caller_holds_a_record(struct __sk_buff *s) { void *p = bpf_ringbuf_reserve(&ring, 8, 0); if (!p) return 0; balances(1); bpf_ringbuf_submit(p, 0); return 0; }
SEC("tc") int pointer_as_second_number_refused(struct __sk_buff *s) { int r; asm volatile("r1 = 1; r2 = %1; call second; %0 = r0" : "=r"(r) : "r"(s) : "r0", "r1", "r2", "r3", "r4", "r5"); return r + second(1, 2); }  // not-a-number
SEC("tc") int second_number_unwritten_refused(struct __sk_buff *s) { int r; asm volatile("r1 = 1; call second; call second; %0 = r0" : "=r"(r) :: "r0", "r1", "r2", "r3", "r4", "r5"); return r; }  // not-a-number
SEC("tc") int recursion_through_another_is_refused(struct __sk_buff *s) { return other(3); }  // too-many-frames
SEC("tc") int body_returns_a_pointer_as_number_refused(struct __sk_buff *s) { return returns_its_argument(0); }  // returns-pointer
SEC("tc") int stacks_together_refused(struct __sk_buff *s) { volatile char b[200]; b[s->len & 127] = 1; return deep_stack(b[1]); }  // stack-too-deep
SEC("tc") int stack_of_the_body(struct __sk_buff *s) { return deep_stack(1); }
SEC("tc") int five_parameters(struct __sk_buff *s) { return with_five(s->len, 2, 3, 4, 5); }
SEC("tc") int sixth_parameter_refused(struct __sk_buff *s) { struct nothing n; return with_nothing(s->len, 2, 3, 4, 5, n); }  // many-params
SEC("kprobe/x") int stacks_of_their_own(void *s) { volatile char b[200]; b[5] = 1; return deep_stack(b[1]); }
