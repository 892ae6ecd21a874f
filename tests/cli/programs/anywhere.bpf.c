// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// Accepted, and no program of a process may do it: functions that go wherever a number says, or through null.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#define TAG(text) __attribute__((btf_decl_tag("arg:" text)))

__attribute__((noinline)) int untrusted(int *p TAG("untrusted")) { return *p; }
SEC("tc") int by_number(struct __sk_buff *skb) { return untrusted((int *)(long)skb->len); }

__attribute__((noinline)) int nonnull(int *p TAG("nonnull")) { return *p; }
// Null for packets of more than 180 bytes.
SEC("tc") int by_null(struct __sk_buff *skb) {
  int here = 2, *p = &here;
  if (skb->len > 180) p = 0;
  asm volatile("" : "+r"(p));
  return nonnull(p);
}
