// SPDX-License-Identifier: Apache-2.0
// A loop of 100,000 rounds is too much: 1,000,000 instructions end before it does.
#include "effort.h"

SEC("socket")
int walk(void* ctx) {
  int sum = 0;
  for (int i = 0; i < 100000; i++) sum += bpf_get_prandom_u32() & 1;
  return sum;
}
