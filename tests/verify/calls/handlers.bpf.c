// SPDX-License-Identifier: Apache-2.0
// A function that catches exceptions is named by a tag of the program; it is there, and nobody else calls it.
#include "kernel.h"

GLOBAL int catches(__u64 cookie) { return cookie & 1; }

SEC("tc") CATCHES(catches) int handler_is_not_there_refused(struct __sk_buff *s) { if (s->len == 7) bpf_throw(7); return 0; }  // handler-missing
SEC("tc") CATCHES(catches) int handler_is_called_refused(struct __sk_buff *s) { if (s->len == 7) bpf_throw(7); return catches(s->mark); }  // calls-handler
SEC("tc") int no_handler(struct __sk_buff *s) { if (s->len == 7) bpf_throw(7); return catches(s->mark); }
