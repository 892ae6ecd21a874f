// SPDX-License-Identifier: Apache-2.0
// A histogram by powers of two, as tracing programs keep it: a ladder of branches, then a counter in memory.
#include "row.h"

static always_inline u32 log2_of(u64 v) {
  u32 log = 0;
  if (v >> 32) v >>= 32, log += 32;
  if (v >> 16) v >>= 16, log += 16;
  if (v >> 8) v >>= 8, log += 8;
  if (v >> 4) v >>= 4, log += 4;
  if (v >> 2) v >>= 2, log += 2;
  return log + (u32)(v >> 1);
}

ROW {
  u64 *values = (u64 *)mem, *slots = (u64 *)(mem + 2048), most = 0;
  for (u64 i = 0; i < repeats; i++) {
    u64 v = values[i];
    u32 log = log2_of(v >> (v & 63));
    if (++slots[log] > most) most = slots[log];
  }
  return most + len;
}
