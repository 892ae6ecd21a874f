// SPDX-License-Identifier: Apache-2.0
// A loader calls hidden functions static, so they are walked with what the caller knows; others are walked alone.
#include "kernel.h"

#define HIDDEN __hidden noinline
struct pair { int a, b; };
MAP(array, ARRAY, 4, __u32, struct pair);

HIDDEN int reads(struct pair *p) { USED(p); return p->a; }
GLOBAL int reads_alone(struct pair *p) { USED(p); return p->a; }
__attribute__((weak)) HIDDEN int reads_weakly(struct pair *p) { USED(p); return p->a; }
HIDDEN struct pair *finds(__u32 k) { return bpf_map_lookup_elem(&array, &k); }
HIDDEN int reads_packet(void *p, void *end) { USED(p); return p + 4 > end ? 0 : *(int *)p; }
GLOBAL int reads_packet_alone(void *p, void *end) { USED(p); return p + 4 > end ? 0 : *(int *)p; }
HIDDEN int answers(int a) { USED(a); return a & 7; }
GLOBAL int answers_alone(int a) { USED(a); return a & 7; }
HIDDEN int wrong(struct pair *p) { USED(p); return p[1].a; }
HIDDEN __attribute__((used)) int wrong_but_not_called(struct pair *p) { return p[1].a; }
HIDDEN long counts(__u32 i, void *c) { return i == 3; }

SEC("tc") int pointer_is_not_null(struct __sk_buff *s) { struct pair p = {s->len, 2}; return reads(&p); }
SEC("tc") int pointer_may_be_null_refused(struct __sk_buff *s) { struct pair p = {s->len, 2}; return reads_alone(&p); }  // maybe-null
SEC("tc") int weak_and_hidden(struct __sk_buff *s) { struct pair p = {s->len, 2}; return reads_weakly(&p); }
SEC("tc") int gives_a_pointer(struct __sk_buff *s) { struct pair *p = finds(s->len); return p ? p->a : 0; }
SEC("tc") int gives_a_pointer_untested_refused(struct __sk_buff *s) { return finds(s->len)->a; }  // maybe-null
SEC("tc") int takes_packet(struct __sk_buff *s) { return reads_packet((void *)(long)s->data, (void *)(long)s->data_end); }
SEC("tc") int takes_packet_alone_refused(struct __sk_buff *s) { return reads_packet_alone((void *)(long)s->data, (void *)(long)s->data_end); }
SEC("cgroup_skb/egress") int answer_is_known_refused(struct __sk_buff *s) { return answers(4); }  // returns-outside
SEC("cgroup_skb/egress") int answer_is_known(struct __sk_buff *s) { return answers(1); }
SEC("cgroup_skb/egress") int answer_is_any_number_refused(struct __sk_buff *s) { return answers_alone(1); }  // returns-outside
SEC("tc") int reads_too_far_refused(struct __sk_buff *s) { struct pair p = {s->len, 2}; return wrong(&p); }
SEC("tc") int callback_is_hidden(struct __sk_buff *s) { return bpf_loop(10, counts, 0, 0); }
