// SPDX-License-Identifier: Apache-2.0
// Twenty tests of one number: pruning keeps them from being a million paths.
#include "effort.h"

#define TEST(n) \
  if (r & (1u << (n))) sum += bpf_ktime_get_ns() & ((n) + 1);
SEC("socket")
int walk(void* ctx) {
  __u32 r = bpf_get_prandom_u32();
  int sum = 0;
  TEST(0) TEST(1) TEST(2) TEST(3) TEST(4) TEST(5) TEST(6) TEST(7) TEST(8) TEST(9)
  TEST(10) TEST(11) TEST(12) TEST(13) TEST(14) TEST(15) TEST(16) TEST(17) TEST(18) TEST(19)
  return sum;
}
