// SPDX-License-Identifier: Apache-2.0
// What Linux 6.18 stumbles over itself: it says that its verifier is wrong, and refuses the program.
#include "kernel.h"

static long counts(__u32 i, void *c) { return 0; }
static __attribute__((used)) long is_only_named(__u32 i, void *c) { return 1; }

SEC("tc") int loops(struct __sk_buff *s) { return bpf_loop(4, counts, 0, 0) & 1; }
SEC("tc") int loops_as_often_as_an_address_says_refused(struct __sk_buff *s) { return bpf_loop((long)s, counts, 0, 0) & 1; }  // linux-fault
SEC("tc") int names_what_it_calls(struct __sk_buff *s) { asm volatile("r1 = counts ll" ::: "r1"); return bpf_loop(4, counts, 0, 0) & 1; }
SEC("tc") int names_what_nobody_calls_refused(struct __sk_buff *s) { long n = bpf_loop(4, counts, 0, 0); asm volatile("r1 = is_only_named ll" ::: "r1"); return n & 1; }  // linux-fault

// Of functions that are taken out the first gives its place to what comes behind it, a second one has none.
static __attribute__((used)) long is_named_too(__u32 i, void *c) { return 2; }
SEC("tc") int names_one_before_another(struct __sk_buff *s) { asm volatile("r1 = is_only_named ll" ::: "r1"); return bpf_loop(4, counts, 0, 0) & 1; }
SEC("tc") int names_two_before_another_refused(struct __sk_buff *s) { asm volatile("r1 = is_only_named ll" ::: "r1"); asm volatile("r1 = is_named_too ll" ::: "r1"); return bpf_loop(4, counts, 0, 0) & 1; }  // linux-fault
