// SPDX-License-Identifier: Apache-2.0
// UTF-8: the first byte says how many follow, and what the second may be.
// Kinds: maps switches
#include "effort.h"

SEC("socket")
int walk(void *ctx) {
  unsigned char *v = block(9);
  if (!v) return 0;
  __u32 left = 0, least = 0x80, most = 0xbf, characters = 0;
  for (int i = 0; i < 40; i++) {
    __u8 c = v[i];
    if (left) {
      if (c < least || c > most) return -1;
      least = 0x80, most = 0xbf, left--;
    } else if (c < 0x80) {
      if (c == 0) break;
      characters++;
    } else if (c >= 0xc2 && c <= 0xdf) {
      left = 1, characters++;
    } else if ((c & 0xf0) == 0xe0) {
      left = 2, characters++;
      if (c == 0xe0) least = 0xa0;
      if (c == 0xed) most = 0x9f;
    } else if (c >= 0xf0 && c <= 0xf4) {
      left = 3, characters++;
      if (c == 0xf0) least = 0x90;
      if (c == 0xf4) most = 0x8f;
    } else {
      return -1;
    }
  }
  return left ? -1 : characters;
}
