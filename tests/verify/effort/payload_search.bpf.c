// SPDX-License-Identifier: Apache-2.0
// A word in the first bytes of a packet, at any place.
// Kinds: packets
#include "effort.h"

SEC("xdp")
int walk(struct xdp_md *ctx) {
  unsigned char *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  static const char word[] = "Host: ";
  for (int i = 0; i < 120; i++) {
    int same = 0;
    for (int j = 0; j < 6; j++) {
      unsigned char *p = data + i + j;
      if (p + 1 > end) return XDP_PASS;
      if (*p != word[j]) break;
      same++;
    }
    if (same == 6) return XDP_DROP;
  }
  return XDP_PASS;
}
