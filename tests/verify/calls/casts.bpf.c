// SPDX-License-Identifier: Apache-2.0
// What a context is for the kernel, and pointers that are taken to be of some type without trust.
#include "kernel.h"

struct sk_buff { unsigned int len; struct sock *sk; } __attribute__((preserve_access_index));
struct sock { int sk_err; } __attribute__((preserve_access_index));
struct xdp_buff { void *data; } __attribute__((preserve_access_index));
typedef struct { __u64 x; } __attribute__((preserve_access_index)) nameless;
MAP(kept, ARRAY, 1, int, __u64);
#define P(name) SEC("tc") int name(struct __sk_buff *s)

P(kernels_packet) { struct sk_buff *k = bpf_cast_to_kern_ctx(s); return k->len; }
SEC("xdp") int kernels_xdp_packet(struct xdp_md *x) { struct xdp_buff *k = bpf_cast_to_kern_ctx(x); return k->data ? XDP_PASS : XDP_DROP; }
P(kernels_packet_of_a_number_refused) { struct sk_buff *k = bpf_cast_to_kern_ctx((void *)8); return k->len; }
P(kernels_packet_of_a_moved_context_refused) { struct sk_buff *k = bpf_cast_to_kern_ctx((char *)s + 8); return k->len; }
P(kernels_packet_written_refused) { struct sk_buff *k = bpf_cast_to_kern_ctx(s); *(volatile unsigned *)&k->len = 1; return 0; }
P(kernels_packet_for_a_dynptr_refused) { struct sk_buff *k = bpf_cast_to_kern_ctx(s); struct bpf_dynptr d; bpf_dynptr_from_skb((void *)k, 0, &d); return bpf_dynptr_size(&d); }
SEC("tp_btf/kfree_skb") int kernels_context_of_a_tracepoint_refused(__u64 *c) { struct sk_buff *k = bpf_cast_to_kern_ctx(c); return k->len; }
SEC("syscall") int kernels_context_of_a_syscall_refused(void *c) { struct sk_buff *k = bpf_cast_to_kern_ctx(c); return k->len; }
SEC("perf_event") int kernels_context_of_an_event(void *c) { void *k = bpf_cast_to_kern_ctx(c); return *(volatile __u64 *)k; }
P(taken_for_a_task) { int k = 0; __u64 *v = bpf_map_lookup_elem(&kept, &k); if (!v) return 0; struct task_struct *t = bpf_core_cast((void *)*v, struct task_struct); return t->pid; }
P(taken_for_a_task_written_refused) { struct task_struct *t = bpf_core_cast((void *)8, struct task_struct); *(volatile int *)&t->pid = 1; return 0; }
P(taken_for_a_task_beyond_refused) { struct task_struct *t = bpf_core_cast((void *)8, struct task_struct); return *((volatile int *)t + 1000000); }
P(taken_for_a_task_released_refused) { struct task_struct *t = bpf_core_cast((void *)8, struct task_struct); bpf_task_release(t); return 0; }
P(pointer_of_it_followed) { struct sk_buff *k = bpf_core_cast((void *)8, struct sk_buff); return k->sk->sk_err; }
P(taken_for_memory) { __u64 *p = bpf_rdonly_cast((void *)8, 0); return p[0] + p[1000]; }
P(taken_for_memory_written_refused) { volatile __u64 *p = bpf_rdonly_cast((void *)8, 0); p[0] = 1; return 0; }
P(taken_for_a_number_refused) { int *p = bpf_rdonly_cast((void *)8, 1); return *p; }
P(taken_for_nothing_known_refused) { int *p = bpf_rdonly_cast((void *)8, 10000000); return *p; }
P(taken_for_something_unknown_refused) { int *p = bpf_rdonly_cast((void *)8, s->len); return *p; }
P(context_taken_for_a_task) { struct task_struct *t = bpf_core_cast(s, struct task_struct); return t->pid; }
P(uninitialised_refused) { void *p; asm volatile("r1 = r9" ::: "r1"); struct task_struct *t = bpf_core_cast(p, struct task_struct); return t->pid; }
P(fast_calls) { struct sk_buff *k = bpf_cast_to_kern_ctx(s); struct sock *x = bpf_core_cast(k->sk, struct sock); return x->sk_err + s->len; }
P(in_a_loop) { int r = 0; for (int i = 0; i < 10; ++i) { struct task_struct *t = bpf_core_cast((void *)((__u64)i * 8), struct task_struct); r += t->pid; } return r; }
P(at_a_variable_offset) { char *p = bpf_rdonly_cast((void *)8, 0); return p[s->len]; }
P(task_at_a_variable_offset_refused) { char *p = (void *)bpf_core_cast((void *)8, struct task_struct); return p[s->len & 7]; }
