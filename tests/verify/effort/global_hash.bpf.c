// SPDX-License-Identifier: Apache-2.0
// A global function is walked once, for whatever it may be given.
// Kinds: globals maps
#include "effort.h"

noinline_ __u32 mix(__u32 hash, __u32 value) {
  for (int i = 0; i < 60; i++) {
    hash ^= value >> (i & 15);
    hash *= 16777619u;
    opaque(hash);
    if (hash & 1) hash ^= 0x9e3779b9;
  }
  return hash;
}
SEC("socket")
int walk(void *ctx) {
  unsigned char *v = block(0);
  if (!v) return 0;
  __u32 hash = 1;
  for (int i = 0; i < 200; i++) hash = mix(hash, v[i]);
  return hash;
}
