// SPDX-License-Identifier: Apache-2.0
// The labels of a DNS name, byte by byte: letters are lowered and hashed.
// Kinds: packets
#include "effort.h"

SEC("xdp")
int walk(struct xdp_md *ctx) {
  unsigned char *p = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  __u32 hash = 2166136261u, left = 0, labels = 0;
  p += 54;
  for (int i = 0; i < 40; i++) {
    if (p + 1 > end) return XDP_DROP;
    __u8 c = *p++;
    if (left == 0) {
      if (c == 0) break;
      if (c > 63 || ++labels > 32) return XDP_DROP;
      left = c;
    } else {
      if (c >= 'A' && c <= 'Z') c += 32;
      left--;
    }
    hash = (hash ^ c) * 16777619u;
  }
  return hash & 1 ? XDP_PASS : XDP_DROP;
}
