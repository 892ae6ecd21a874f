// SPDX-License-Identifier: Apache-2.0
// What functions need their types for: ending the program from inside, and the depth of the stack.
#include "kernel.h"

#define BYTES(n)        \
  char bytes[n];        \
  bytes[0] = s->len;    \
  bytes[n - 1] = s->len; \
  asm volatile("" ::"r"(bytes) : "memory")

PROGRAMS(others);

int sink;

// A tail call or a packet load that fails ends the function: it must return an integer.
static noinline int tail_int(struct __sk_buff *s) { bpf_tail_call(s, &others, 1); return 3; }
static noinline void tail_void(struct __sk_buff *s) { bpf_tail_call(s, &others, 1); sink = 1; }
static noinline int load_int(struct __sk_buff *s) { return load_byte(s, 3); }
static noinline void load_void(struct __sk_buff *s) { sink = load_byte(s, 3); }
SEC("tc") int tail_call_in_int(struct __sk_buff *s) { return tail_int(s); }
SEC("tc") int tail_call_in_void_refused(struct __sk_buff *s) { tail_void(s); return 0; }
SEC("tc") int packet_load_in_int(struct __sk_buff *s) { return load_int(s); }
SEC("tc") int packet_load_in_void_refused(struct __sk_buff *s) { load_void(s); return 0; }

// Less than 256 bytes of stack above a tail call.
SEC("tc") int tail_call_below_240(struct __sk_buff *s) { BYTES(240); return tail_int(s) + bytes[0]; }
SEC("tc") int tail_call_below_256_refused(struct __sk_buff *s) { BYTES(256); return tail_int(s) + bytes[0]; }

// Callbacks may not throw.
static int throws(__u32 i, void *c) { if (i == 7) bpf_throw(0); return 0; }
static int passes(__u32 i, void *c) { return i == 7; }
SEC("tc") int callback_passes(struct __sk_buff *s) { bpf_loop(10, passes, 0, 0); return 0; }
SEC("tc") int callback_throws_refused(struct __sk_buff *s) { bpf_loop(10, throws, 0, 0); return 0; }
