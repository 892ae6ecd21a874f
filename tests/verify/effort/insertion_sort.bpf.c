// SPDX-License-Identifier: Apache-2.0
// Insertion into what is sorted already: the inner loop ends where the data says.
// Kinds: maps linked
#include "effort.h"

SEC("socket")
int walk(void *ctx) {
  __u32 *v = (__u32 *)block(0);
  if (!v) return 0;
  for (int i = 1; i < 24; i++) {
    __u32 x = v[i];
    int j = i;
    while (j > 0 && v[j - 1] > x) {
      v[j] = v[j - 1];
      j--;
    }
    v[j] = x;
  }
  return v[0];
}
