// SPDX-License-Identifier: Apache-2.0
// What a function that catches exceptions may be: of one number, without tail calls below it.
#include "kernel.h"

#define NEVER_TAIL_CALL asm volatile("r0 = 0; if r0 == 0 goto +1; call 12" ::: "r0", "r1", "r2", "r3", "r4", "r5")
#define P(name, handler) SEC("tc") __exception_cb(handler) int name(struct __sk_buff *s) { if (s->len == 7) bpf_throw(7); return 0; }

struct pair { int a, b; };
enum answer { no, yes };
static noinline int calls_away(int a) { NEVER_TAIL_CALL; return a & 1; }

noinline int handles(__u64 cookie) { return cookie & 1; }
noinline int handles_int(int cookie) { return cookie & 1; }
noinline int handles_char(char cookie) { return cookie & 1; }
noinline int handles_bool(_Bool cookie) { return cookie; }
noinline int handles_enum(enum answer cookie) { return cookie & 1; }
noinline __u64 handles_at_length(const volatile __u64 cookie) { return cookie & 1; }
noinline enum answer handles_to_enum(__u64 cookie) { return cookie & 1; }
noinline void handles_to_void(__u64 cookie) { asm volatile("r0 = 0" ::"r"(cookie) : "r0"); }
noinline struct pair *handles_to_pointer(__u64 cookie) { USED(cookie); return 0; }
noinline int handles_memory(struct pair *p) { asm volatile("" ::"r"(p)); return 0; }
noinline int handles_context(struct __sk_buff *s) { asm volatile("" ::"r"(s)); return 0; }
noinline int handles_two(__u64 cookie, int more) { asm volatile("" ::"r"(cookie)); return more & 1; }
noinline int handles_nothing(void) { asm volatile(""); return 0; }
noinline int handles_and_calls_away(__u64 cookie) { return calls_away(cookie); }
noinline int handles_and_goes_away(__u64 cookie) { NEVER_TAIL_CALL; return cookie & 1; }

P(number, handles)
P(int_, handles_int)
P(char_, handles_char)
P(bool_, handles_bool)
P(enum_, handles_enum)
P(long_, handles_at_length)
P(returns_enum, handles_to_enum)
P(returns_nothing_refused, handles_to_void)  // returns-no-number
P(returns_pointer_refused, handles_to_pointer)  // returns-no-number
P(memory_refused, handles_memory)  // handler-params
P(context_refused, handles_context)  // handler-params
P(two_refused, handles_two)  // handler-params
P(nothing_refused, handles_nothing)  // handler-params
P(tail_call_below_refused, handles_and_calls_away)  // tail-call-in-handler
P(tail_call_in_it, handles_and_goes_away)
