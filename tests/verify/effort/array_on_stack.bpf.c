// SPDX-License-Identifier: Apache-2.0
// An array on the stack at an index that may be anything: refused.
// Kinds: linked
#include "effort.h"

SEC("socket")
int walk(void* ctx) {
  __u64 a[20], sum = 0;
  for (int i = 0; i < 20; i++) a[i] = bpf_get_prandom_u32();
  for (int i = 0; i < 200; i++) {
    __u32 j = bpf_get_prandom_u32() % 20;
    sum += a[j];
    a[j] = sum;
  }
  return sum;
}
