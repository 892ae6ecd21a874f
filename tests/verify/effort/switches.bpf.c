// SPDX-License-Identifier: Apache-2.0
// Seven ways through each of sixty rounds.
// Kinds: switches
#include "effort.h"

SEC("socket")
int walk(void* ctx) {
  int s = 0;
  for (int i = 0; i < 60; i++) switch (bpf_get_prandom_u32() & 7) {
      case 0: s += 1; break;
      case 1: s *= 3; break;
      case 2: s ^= i; break;
      case 3: s -= 2; break;
      case 4: s |= 1; break;
      case 5: s <<= 1; break;
      default: s++;
    }
  return s;
}
