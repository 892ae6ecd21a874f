// SPDX-License-Identifier: Apache-2.0
// Divisions and remainders, 64 and 32 bits wide, by numbers that only the data knows (zero among them: x / 0 is 0 in
// eBPF and undefined in C, so the source asks first).
#include "row.h"

ROW {
  u64 *in = (u64 *)mem, sum = len;
  for (u32 i = 0; i < repeats; i++) {
    u64 a = in[i] ^ sum, b = in[(i + 1) & 255] >> (i & 63);
    u32 c = (u32)(a >> 32), d = (u32)b & 0xffff;
    if (b) sum += a / b + a % b;
    if (d) sum ^= (u64)(c / d) << 32 | c % d;
  }
  return sum;
}
