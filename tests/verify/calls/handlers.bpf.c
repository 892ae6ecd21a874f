// SPDX-License-Identifier: Apache-2.0
// A function that catches exceptions is named by a tag of the program; it is there, and nobody else calls it.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#define CATCHES(name) __attribute__((btf_decl_tag("exception_callback:" name)))
#define GLOBAL __attribute__((noinline))

char LICENSE[] SEC("license") = "GPL";

extern void bpf_throw(__u64 cookie) __ksym;

GLOBAL int catches(__u64 cookie) { return cookie & 1; }

SEC("tc") CATCHES("catches") int handler_is_not_there_refused(struct __sk_buff *s) { if (s->len == 7) bpf_throw(7); return 0; }  // handler-missing
SEC("tc") CATCHES("catches") int handler_is_called_refused(struct __sk_buff *s) { if (s->len == 7) bpf_throw(7); return catches(s->mark); }  // calls-handler
SEC("tc") int no_handler(struct __sk_buff *s) { if (s->len == 7) bpf_throw(7); return catches(s->mark); }
