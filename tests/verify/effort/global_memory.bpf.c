// SPDX-License-Identifier: Apache-2.0
// Global functions with memory of known size, which may be null.
// Kinds: globals
#include "effort.h"

struct record {
  __u32 kind, size;
  __u8 bytes[64];
};
noinline_ int sum(struct record *r) {
  if (!r) return -1;
  int all = 0;
  for (__u32 i = 0; i < 64; i++) {
    if (i >= r->size) break;
    all += r->bytes[i];
    if (r->bytes[i] == 0xff) return -2;
  }
  return all;
}
noinline_ int judge(struct record *r) {
  if (!r) return -1;
  switch (r->kind & 7) {
    case 0: return 0;
    case 1: return sum(r);
    case 2: return sum(r) > 100 ? 1 : 2;
    case 3: return r->size;
    case 4: return r->bytes[r->size & 63];
    default: return -3;
  }
}
SEC("socket")
int walk(void *ctx) {
  struct record r;
  int all = 0;
  for (int i = 0; i < 16; i++) {
    r.kind = bpf_get_prandom_u32();
    r.size = r.kind & 63;
    for (int k = 0; k < 64; k++) r.bytes[k] = k ^ i;
    all += judge(&r);
  }
  return all;
}
