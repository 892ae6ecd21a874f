// SPDX-License-Identifier: Apache-2.0
// A product of matrices: three loops, a function for each row.
// Kinds: subprograms maps
#include "effort.h"

static noinline_ __u32 row_times_column(__u32 *v, __u32 row, __u32 column) {
  __u32 sum = 0;
  if (!v || row >= 8 || column >= 8) return 0;
  for (int k = 0; k < 8; k++) sum += v[row * 8 + k] * v[64 + k * 8 + column];
  return sum;
}
SEC("socket")
int walk(void *ctx) {
  __u32 *v = (__u32 *)block(0), sum = 0;
  if (!v) return 0;
  for (int i = 0; i < 8; i++)
    for (int j = 0; j < 8; j++) v[128 + i * 8 + j] = row_times_column(v, i, j);
  return sum;
}
