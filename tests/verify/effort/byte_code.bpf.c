// SPDX-License-Identifier: Apache-2.0
// A small machine whose program is a map value: eight operations on four registers on the stack.
// Kinds: maps switches linked
#include "effort.h"

SEC("socket")
int walk(void *ctx) {
  unsigned char *code = block(10);
  if (!code) return 0;
  __u64 r[4] = {};
  __u32 pc = 0;
  for (int step = 0; step < 8; step++) {
    if (pc >= 1000) break;
    __u8 op = code[pc], a = code[pc + 1] & 3, b = code[pc + 2] & 3;
    pc += 3;
    switch (op) {
      case 0: return r[0];
      case 1: r[a] = b; break;
      case 2: r[a] += r[b]; break;
      case 3: r[a] -= r[b]; break;
      case 4: r[a] ^= r[b]; break;
      case 5: r[a] <<= 1; break;
      case 6:
        if (r[a] == 0) pc += 3;
        break;
      case 7: r[a] = code[(r[b] & 511) + 512]; break;
      default: return -1;
    }
  }
  return r[0];
}
