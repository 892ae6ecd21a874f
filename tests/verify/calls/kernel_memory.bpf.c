// SPDX-License-Identifier: Apache-2.0
// Memory for functions of the kernel: as many bytes as the next argument says, writable where they write; what cannot
// happen is not reached.
#include "kernel.h"

extern void __bpf_trap(void) __ksym;
MAP(array, ARRAY, 4, __u32, __u64[4]);
RING(ring);
const volatile __u64 constant = 5;
__u64 variable;

#define FIND __u32 k = 0; __u64 *v = bpf_map_lookup_elem(&array, &k); if (!v) return 0

SEC("syscall") int stack(void *c) { char b[16]; return bpf_copy_from_user_str(b, 16, 0, 0); }
SEC("syscall") int more_than_the_stack_refused(void *c) { volatile char b[16]; b[15] = 1; return bpf_copy_from_user_str((void *)b, 24, 0, 0); }  // above-stack
SEC("syscall") int no_bytes(void *c) { char b[16]; return bpf_copy_from_user_str(b, 0, 0, 0); }
SEC("syscall") int size_not_known_refused(void *c) { char b[16]; return bpf_copy_from_user_str(b, variable, 0, 0); }  // size-negative
SEC("syscall") int size_masked(void *c) { char b[16]; return bpf_copy_from_user_str(b, variable & 15, 0, 0); }
SEC("syscall") int size_masked_too_far_refused(void *c) { volatile char b[16]; b[15] = 1; return bpf_copy_from_user_str((void *)b, variable & 31, 0, 0); }  // above-stack
SEC("syscall") int value(void *c) { FIND; return bpf_copy_from_user_str(v, 32, 0, 0); }
SEC("syscall") int more_than_the_value_refused(void *c) { FIND; return bpf_copy_from_user_str(v, 33, 0, 0); }  // outside-map-value
SEC("syscall") int global_variable(void *c) { return bpf_copy_from_user_str(&variable, 8, 0, 0); }
SEC("syscall") int global_constant_refused(void *c) { return bpf_copy_from_user_str((void *)&constant, 8, 0, 0); }  // map-forbids
SEC("syscall") int record(void *c) { void *p = bpf_ringbuf_reserve(&ring, 16, 0); if (!p) return 0; bpf_copy_from_user_str(p, 16, 0, 0); bpf_ringbuf_submit(p, 0); return 0; }
SEC("syscall") int more_than_the_record_refused(void *c) { void *p = bpf_ringbuf_reserve(&ring, 16, 0); if (!p) return 0; bpf_copy_from_user_str(p, 17, 0, 0); bpf_ringbuf_submit(p, 0); return 0; }  // outside-memory
SEC("syscall") int number_is_no_memory_refused(void *c) { return bpf_copy_from_user_str((void *)variable, 8, 0, 0); }  // argument-type
SEC("syscall") int null_is_no_memory_refused(void *c) { return bpf_copy_from_user_str(0, 8, 0, 0); }  // argument-type
SEC("syscall") int context_of_a_system_call(void *c) { return bpf_copy_from_user_str(c, 8, 0, 0); }
SEC("syscall") int map_is_no_memory_refused(void *c) { return bpf_copy_from_user_str(&array, 8, 0, 0); }  // kfunc-pointer
SEC("xdp") int function_of_other_programs_refused(struct xdp_md *s) { struct bpf_dynptr d; return bpf_dynptr_from_skb((void *)s, 0, &d); }  // kfunc-not-allowed
SEC("tc") int what_cannot_happen_refused(struct __sk_buff *s) { if (s->len == 5) __bpf_trap(); return 0; }  // trapped
SEC("tc") int what_cannot_happen_does_not(struct __sk_buff *s) { if ((s->len & 1) == 2) __bpf_trap(); return 0; }
