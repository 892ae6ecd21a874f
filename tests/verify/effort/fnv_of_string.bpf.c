// SPDX-License-Identifier: Apache-2.0
// FNV-1a of a string in a map value, as long as another byte says.
// Kinds: maps linked
#include "effort.h"

SEC("socket")
int walk(void *ctx) {
  unsigned char *v = block(0);
  if (!v) return 0;
  __u64 hash = 14695981039346656037ull;
  __u32 size = v[0];
  for (__u32 i = 1; i <= size; i++) {
    hash = (hash ^ v[i]) * 1099511628211ull;
    opaque(hash);
  }
  return hash;
}
