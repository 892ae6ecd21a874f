// SPDX-License-Identifier: Apache-2.0
// Two bits of an address at a time down a tree in a map value.
// Kinds: maps switches
#include "effort.h"

SEC("socket")
int walk(void *ctx) {
  __u16 *v = (__u16 *)block(0);
  if (!v) return 0;
  __u32 found = 0;
  for (int n = 0; n < 8; n++) {
    __u32 address = bpf_get_prandom_u32(), node = 0;
    for (int depth = 0; depth < 16; depth++) {
      __u32 slot = node * 4 + (address >> 30);
      opaque(slot);
      if (slot >= 512) break;
      __u32 next = v[slot];
      if (next & 0x8000) {
        found += next & 0x7fff;
        break;
      }
      if (next == 0) break;
      node = next;
      address <<= 2;
    }
  }
  return found;
}
