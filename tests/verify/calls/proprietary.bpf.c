// SPDX-License-Identifier: Apache-2.0
// Under a licence that is not compatible with the GPL no function of the kernel is called.
#define LICENCE "Proprietary"
#include "kernel.h"

STATIC int twice(int a) { return a * 2; }
GLOBAL int thrice(int a) { return a * 3; }
static long counts(__u32 i, long *n) { *n += i; return 0; }

SEC("tc") int kernel_function_refused(struct __sk_buff *s) { bpf_rcu_read_lock(); bpf_rcu_read_unlock(); return 0; }  // kfunc-needs-gpl
SEC("tc") int own_functions(struct __sk_buff *s) { return twice(s->len) + thrice(s->len); }
SEC("tc") int own_callback(struct __sk_buff *s) { long n = 0; bpf_loop(4, counts, &n, 0); return n; }
SEC("tc") int helper_that_needs_a_licence_refused(struct __sk_buff *s) { char b[8]; return bpf_probe_read_kernel(b, 8, s); }  // needs-gpl
SEC("tp_btf/kfree_skb") int kernel_structure_refused(__u64 *c) { return *(volatile int *)c[0] == 0; }  // object-gpl
SEC("tp_btf/kfree_skb") int number_of_a_hook(__u64 *c) { return c[2] & 0; }
