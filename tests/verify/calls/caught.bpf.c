// SPDX-License-Identifier: Apache-2.0
// What a function that catches exceptions may be: of one number, without tail calls below it. An object has such a
// function only where an instruction names it, which none of these reaches.
#include "kernel.h"

#define CATCHES(name) __attribute__((btf_decl_tag("exception_callback:" name)))
#define NAMES(function) asm volatile("r1 = 0; if r1 == 0 goto +2; r1 = " function " ll" ::: "r1")
#define NEVER_TAIL_CALL asm volatile("r0 = 0; if r0 == 0 goto +1; call 12" ::: "r0", "r1", "r2", "r3", "r4", "r5")
#define P(name, handler) SEC("tc") CATCHES(handler) int name(struct __sk_buff *s) { NAMES(handler); if (s->len == 7) bpf_throw(7); return 0; }

struct pair { int a, b; };
static noinline int calls_away(int a) { NEVER_TAIL_CALL; return a & 1; }

noinline int handles(__u64 cookie) { return cookie & 1; }
noinline int handles_memory(struct pair *p) { asm volatile("" ::"r"(p)); return 0; }
noinline int handles_two(__u64 cookie, int more) { asm volatile("" ::"r"(cookie)); return more & 1; }
noinline int handles_nothing(void) { asm volatile(""); return 0; }
noinline int handles_and_calls_away(__u64 cookie) { return calls_away(cookie); }
noinline int handles_and_goes_away(__u64 cookie) { NEVER_TAIL_CALL; return cookie & 1; }

P(number, "handles")
P(memory_refused, "handles_memory")  // handler-params
P(two_refused, "handles_two")  // handler-params
P(nothing_refused, "handles_nothing")  // handler-params
P(tail_call_below_refused, "handles_and_calls_away")  // tail-call-in-handler
P(tail_call_in_it_refused, "handles_and_goes_away")
