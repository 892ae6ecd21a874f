// SPDX-License-Identifier: Apache-2.0
// Decimal numbers between other characters, added up.
// Kinds: maps
#include "effort.h"

SEC("socket")
int walk(void *ctx) {
  unsigned char *v = block(7);
  if (!v) return 0;
  __u64 sum = 0, number = 0;
  int digits = 0;
  for (int i = 0; i < 24; i++) {
    __u8 c = v[i];
    if (c >= '0' && c <= '9') {
      number = number * 10 + (c - '0');
      if (++digits > 18) return -1;
      continue;
    }
    if (digits) sum += number;
    number = digits = 0;
    if (c == 0) break;
  }
  return sum;
}
