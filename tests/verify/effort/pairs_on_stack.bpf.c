// SPDX-License-Identifier: Apache-2.0
// Keys and their values side by side on the stack, looked through for each of thirty numbers.
// Kinds: linked
#include "effort.h"

SEC("socket")
int walk(void *ctx) {
  __u64 key[12], value[12], sum = 0;
  for (int i = 0; i < 12; i++) {
    key[i] = bpf_get_prandom_u32() & 255;
    value[i] = key[i] + 1;
  }
  for (int n = 0; n < 30; n++) {
    __u64 want = bpf_get_prandom_u32() & 255;
    for (int i = 0; i < 12; i++)
      if (key[i] == want) {
        sum += value[i];
        break;
      }
  }
  return sum;
}
