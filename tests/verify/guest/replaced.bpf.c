// SPDX-License-Identifier: Apache-2.0
// Programs in the place of a function of another program: freplace/FUNCTION, of the programs in this file.
#include "../calls/program.h"

struct pair { int a, b; };
struct triple { int a, b, c; };
enum colour { red, green };
typedef int number;

#define KEEP(x) asm volatile("" : "+r"(x))

MAP(numbers, ARRAY, 4, __u32, struct pair);
PROGRAMS(programs);

// ---- what is replaced ----

GLOBAL int add(int a, int b) { return a + b; }
GLOBAL long longer(long a) { KEEP(a); return a; }
GLOBAL int length(struct xdp_md *x) { return x->data_end - x->data; }
GLOBAL int sum(struct pair *p) { return p ? p->a + p->b : 0; }
GLOBAL int sum_of_some(struct pair *p TAG("nonnull")) { return p->a + p->b; }
GLOBAL int coloured(enum colour c) { KEEP(c); return c; }
GLOBAL int without(void) { asm volatile(""); return 1; }
GLOBAL int of_number(number n) { KEEP(n); return n; }
GLOBAL int five(int a, int b, int c, int d, int e) { return a + b + c + d + e; }
GLOBAL unsigned answer(int a) { KEEP(a); return a; }
GLOBAL int constant(const struct pair *p) { return p ? p->a : 0; }
STATIC int hidden(int a) { KEEP(a); return a; }

SEC("xdp") int base(struct xdp_md *x) {
  struct pair p = {1, 2};
  return add(1, 2) + longer(3) + length(x) + sum(&p) + sum_of_some(&p) + coloured(red) + without() + of_number(4) +
         five(1, 2, 3, 4, 5) + answer(6) + hidden(x->rx_queue_index) + constant(&p);
}

GLOBAL int moves(struct xdp_md *x) { return bpf_xdp_adjust_head(x, 4); }
SEC("xdp") int mover(struct xdp_md *x) { return moves(x); }

GLOBAL int marked(struct __sk_buff *s) { return s->mark; }
SEC("tc") int classifier(struct __sk_buff *s) { return marked(s); }
GLOBAL int allowed(struct __sk_buff *s) { return s->mark & 1; }
SEC("cgroup_skb/egress") int egress(struct __sk_buff *s) { int r = allowed(s); KEEP(r); return r & 1; }

GLOBAL int probed(int a) { KEEP(a); return a; }
SEC("kprobe/x") int probe(void *c) { return probed(1); }
GLOBAL int traced(int a) { KEEP(a); return a; }
SEC("tp/x/y") int trace(void *c) { return traced(1); }
GLOBAL int sleeps(int a) { KEEP(a); return a; }
SEC("syscall") int call(void *c) { return sleeps(1); }
GLOBAL int below_tracing(int a) { KEEP(a); return a; }
SEC("fentry/do_unlinkat") int traces(unsigned long long *c) { return below_tracing(1) & 0; }
SEC("xdp") int odd(struct pair *x) { return 2; }
SEC("xdp") int of_nothing(void) { return 2; }

// ---- same prototype ----

SEC("freplace/add") int add_replaced(int a, int b) { return a - b; }
SEC("freplace/add") int names_do_not_matter(int left, int right) { return left * right; }
SEC("freplace/add") int typedef_is_its_type(number a, number b) { return a & b; }
SEC("freplace/add") int const_does_not_matter(const int a, int b) { return a; }
SEC("freplace/add") number typedef_is_its_answer(int a, int b) { return a; }
SEC("freplace/of_number") int typedef_was_its_type(int n) { return n; }
SEC("freplace/longer") long longer_replaced(long a) { return a + 1; }
SEC("freplace/without") int without_replaced(void) { return 2; }
SEC("freplace/five") int five_replaced(int a, int b, int c, int d, int e) { return e; }
SEC("freplace/coloured") int coloured_replaced(enum colour c) { return c + 1; }
SEC("freplace/length") int length_replaced(struct xdp_md *x) { return x->ingress_ifindex; }
SEC("freplace/base") int whole_program(struct xdp_md *x) { return 2; }
SEC("freplace/of_nothing") int whole_program_of_nothing_refused(void) { return 3; }  // replaces-odd-entry
SEC("freplace/odd") int whole_program_of_another_argument_refused(struct pair *x) { return 2; }  // replaces-odd-entry
SEC("freplace/sum") int sum_replaced(struct pair *p) { return p ? p->b : 0; }
SEC("freplace/sum_of_some") int nonnull_untagged(struct pair *p) { return p ? p->b : 0; }
SEC("freplace/sum_of_some") int nonnull_tagged(struct pair *p TAG("nonnull")) { return p->b; }
SEC("freplace/sum") int nonnull_tagged_where_it_was_not(struct pair *p TAG("nonnull")) { return p->b; }
SEC("freplace/marked") int marked_replaced(struct __sk_buff *s) { return s->priority; }
SEC("freplace/allowed") int answers_too_much_for_egress_refused(struct __sk_buff *s) { return s->len; }
SEC("freplace/allowed") int answers_for_egress(struct __sk_buff *s) { return s->len & 3; }
SEC("freplace/egress") int egress_replaced_whole_refused(struct __sk_buff *s) { return 77; }

// ---- another one ----

SEC("freplace/add") int one_argument_refused(int a) { return a; }  // other-arg-count
SEC("freplace/add") int three_arguments_refused(int a, int b, int c) { return c; }  // other-arg-count
SEC("freplace/add") int long_argument_refused(long a, int b) { return b; }  // other-arg-size
SEC("freplace/add") int unsigned_argument(unsigned a, int b) { return b; }
SEC("freplace/add") long long_answer(int a, int b) { return b; }
SEC("freplace/add") unsigned unsigned_answer(int a, int b) { return b; }
SEC("freplace/answer") int signed_answer(int a) { return a; }
SEC("freplace/add") int pointer_for_number_refused(struct pair *a, int b) { return b; }  // other-arg-kind
SEC("freplace/add") int enumeration_for_number_refused(enum colour a, int b) { return b; }  // other-arg-kind
SEC("freplace/coloured") int number_for_enumeration_refused(int a) { return a; }  // other-arg-kind
SEC("freplace/sum") int other_structure_refused(struct triple *p) { return p ? p->c : 0; }  // other-arg-struct
SEC("freplace/sum") int pointer_to_number_refused(int *p) { return p ? *p : 0; }  // arg-not-context
SEC("freplace/constant") int pointer_without_const(struct pair *p) { return p ? p->b : 0; }
SEC("freplace/sum") int pointer_with_const(const struct pair *p) { return p ? p->b : 0; }
SEC("freplace/length") int other_context_refused(struct __sk_buff *s) { return s->len; }  // other-arg-struct
SEC("freplace/hidden") int of_a_static_one_refused(int a) { return a; }  // not-global

union both_of { int a, b; };
struct holder { struct pair p; };
SEC("freplace/sum") int union_of_the_name_refused(union both_of *p) { return p ? p->a : 0; }  // other-arg-struct
SEC("freplace/add") void *pointer_answer_refused(int a, int b) { return 0; }  // other-answer
SEC("freplace/add") enum colour enumeration_answer_refused(int a, int b) { return b; }  // other-answer
SEC("freplace/length") int one_more_and_moves_refused(struct xdp_md *x, int a) { return bpf_xdp_adjust_head(x, a); }  // moves-packet

// ---- what it does ----

SEC("freplace/add") int answers_anything(int a, int b) { return -5000; }
SEC("freplace/length") int answers_its_context(struct xdp_md *x) { return (long)x; }
SEC("freplace/length") int field_of_a_packet_buffer_refused(struct xdp_md *x) { return *(__u32 *)((void *)x + 28); }
SEC("freplace/length") int reads_its_packet(struct xdp_md *x) {
  __u8 *d = (void *)(long)x->data, *e = (void *)(long)x->data_end;
  return d + 1 > e ? 0 : *d;
}
SEC("freplace/length") int reads_beyond_refused(struct xdp_md *x) { return *(__u8 *)(long)x->data; }
SEC("freplace/sum") int without_a_test_refused(struct pair *p) { return p->a; }
SEC("freplace/sum") int beyond_its_memory_refused(struct pair *p) { return p ? ((volatile int *)p)[2] : 0; }
SEC("freplace/sum") int writes_its_memory(struct pair *p) { if (p) p->a = 7; return 0; }
SEC("freplace/length") int moves_the_packet_refused(struct xdp_md *x) { return bpf_xdp_adjust_head(x, 4); }  // moves-packet
SEC("freplace/moves") int moves_it_as_before(struct xdp_md *x) { return bpf_xdp_adjust_tail(x, -4); }
SEC("freplace/moves") int moves_no_more(struct xdp_md *x) { return 0; }
SEC("freplace/mover") int mover_replaced_whole(struct xdp_md *x) { return bpf_xdp_adjust_tail(x, -4); }
SEC("freplace/add") int calls_what_its_type_may(int a, int b) { return bpf_get_smp_processor_id(); }
SEC("freplace/length") int redirects(struct xdp_md *x) { return bpf_redirect(1, 0); }
SEC("freplace/moves") int calls_a_tail_where_the_packet_moved(struct xdp_md *x) { bpf_tail_call(x, &programs, 0); return 0; }
SEC("freplace/marked") int helper_of_another_type_refused(struct __sk_buff *s) { return bpf_xdp_adjust_tail((void *)s, 0); }  // moves-packet
SEC("freplace/probed") int reads_as_a_probe_may(int a) { int x = 0; bpf_probe_read_kernel(&x, 4, (void *)(long)a); return x; }
SEC("freplace/traced") int replaced_in_a_tracepoint(int a) { return a + 1; }
SEC("freplace/sleeps") int sleeps_replaced(int a) { return a + 1; }
SEC("freplace/sleeps") int needs_sleep_refused(int a) { int x = 0; bpf_copy_from_user(&x, 4, (void *)(long)a); return x; }

GLOBAL int called(int a) { KEEP(a); return a + 1; }
GLOBAL int called_with_context(struct xdp_md *x) { return x->data_end - x->data; }
STATIC int called_in_place(int a) { KEEP(a); return a + 2; }
SEC("freplace/add") int calls_functions(int a, int b) { return called(a) + called_in_place(b); }
SEC("freplace/length") int calls_with_context(struct xdp_md *x) { return called_with_context(x); }
SEC("freplace/marked") int calls_with_another_context_refused(struct __sk_buff *s) { return called_with_context((void *)s); }
SEC("freplace/length") int calls_a_tail_refused(struct xdp_md *x) { bpf_tail_call(x, &programs, 0); return 0; }  // moves-packet
SEC("freplace/add") int looks_up(int a, int b) { __u32 k = a & 3; struct pair *p = bpf_map_lookup_elem(&numbers, &k); return p ? p->a : b; }
SEC("freplace/add") int looks_up_carelessly_refused(int a, int b) { __u32 k = a & 3; struct pair *p = bpf_map_lookup_elem(&numbers, &k); return p->a; }
static int each(__u32 i, void *sum_) { *(int *)sum_ += i; return 0; }
SEC("freplace/add") int loops(int a, int b) { int s = b; bpf_loop(a & 15, each, &s, 0); return s; }
SEC("freplace/add") int leaves_no_answer_refused(int a, int b) { asm volatile("r0 = r3" ::: "r0"); register int r asm("r0"); asm volatile("" : "=r"(r)); return r; }
