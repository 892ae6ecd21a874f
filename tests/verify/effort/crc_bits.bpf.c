// SPDX-License-Identifier: Apache-2.0
// A checksum bit by bit: a branch for each.
// Kinds: switches
#include "effort.h"

SEC("socket")
int walk(void *ctx) {
  unsigned char *v = block(2);
  if (!v) return 0;
  __u32 crc = ~0u;
  for (int i = 0; i < 96; i++) {
    crc ^= v[i];
    for (int bit = 0; bit < 8; bit++) {
      __u32 low = crc & 1;
      crc >>= 1;
      opaque(low);
      if (low) crc ^= 0xedb88320;
    }
  }
  return ~crc;
}
