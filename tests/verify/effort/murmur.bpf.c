// SPDX-License-Identifier: Apache-2.0
// Murmur's finisher, 32-bit products of numbers that nobody knows.
#include "effort.h"

SEC("socket")
int walk(void *ctx) {
  __u32 h = bpf_get_prandom_u32(), sum = 0;
  for (int i = 0; i < 400; i++) {
    h ^= h >> 16;
    h *= 0x85ebca6b;
    h ^= h >> 13;
    h *= 0xc2b2ae35;
    h ^= h >> 16;
    opaque(h);
    sum += h >> 7;
  }
  return sum;
}
