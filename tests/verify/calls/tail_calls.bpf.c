// SPDX-License-Identifier: Apache-2.0
// Tail calls where nobody is to return to: in functions that run later.
#include "kernel.h"

struct value { struct bpf_timer t; };
ARRAY_OF_ONE(struct value, values);
struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(max_entries, 4);
  __type(key, __u32);
  __type(value, __u32);
} programs SEC(".maps");

#define FIND __u32 k = 0; struct value *v = bpf_map_lookup_elem(&values, &k); if (!v) return 0
#define NEVER_TAIL_CALL asm volatile("r0 = 0; if r0 == 0 goto +1; call 12" ::: "r0", "r1", "r2", "r3", "r4", "r5")

static int later(void *map, int *key, struct value *v) { return 0; }
static int later_and_away(void *map, int *key, struct value *v) { NEVER_TAIL_CALL; return 0; }
static noinline int goes_away(struct __sk_buff *s) { bpf_tail_call(s, &programs, 1); return 0; }
SEC("tc") int timer(struct __sk_buff *s) { FIND; return bpf_timer_set_callback(&v->t, later) & 1; }
SEC("tc") int timer_with_a_tail_call_refused(struct __sk_buff *s) { FIND; return bpf_timer_set_callback(&v->t, later_and_away) & 1; }  // tail-call-in-async
SEC("tc") int tail_call_below(struct __sk_buff *s) { return goes_away(s); }

#define CTX __attribute__((btf_decl_tag("arg:ctx")))
struct pair { int a, b; };
noinline int context(struct pair *p CTX) { asm volatile("" ::"r"(p)); return 0; }
noinline int any_context(void *p CTX) { asm volatile("" ::"r"(p)); return 0; }
SEC("tp_btf/kfree_skb") int own_context(__u64 *c) { return any_context(c); }
SEC("tp_btf/kfree_skb") int context_of_another_structure_refused(__u64 *c) { return context((void *)c); }  // param-context-void

// A program that is called so may move the packet, whatever this function does itself.
GLOBAL int goes_away_globally(struct __sk_buff *s) { bpf_tail_call(s, &programs, 1); return 0; }
#define BYTE __u8 *d = (void *)(long)s->data, *e = (void *)(long)s->data_end; if (d + 1 > e) return 0
SEC("tc") int packet_after_a_tail_call(struct __sk_buff *s) { BYTE; bpf_tail_call(s, &programs, 1); return *d; }
SEC("tc") int packet_after_a_tail_call_below_refused(struct __sk_buff *s) { BYTE; goes_away(s); return *d; }  // not-memory
SEC("tc") int packet_after_a_tail_call_of_a_global_function_refused(struct __sk_buff *s) { BYTE; goes_away_globally(s); return *d; }  // not-memory
