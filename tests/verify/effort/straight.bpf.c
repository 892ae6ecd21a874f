// SPDX-License-Identifier: Apache-2.0
// Nine thousand instructions without a branch.
#include "effort.h"

#define STEP asm volatile("%0 *= 3; %0 ^= 5; %0 += 7" : "+r"(sum));
#define TEN(x) x x x x x x x x x x
SEC("socket")
int walk(void* ctx) {
  __u64 sum = bpf_get_prandom_u32();
  TEN(TEN(TEN(STEP))) TEN(TEN(TEN(STEP))) TEN(TEN(TEN(STEP)))
  return sum;
}
