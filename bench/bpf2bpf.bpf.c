// SPDX-License-Identifier: Apache-2.0
// Calls of subprograms, two deep, with arguments and results: three calls a repetition.
#include "row.h"

static noinline u64 inner(u64 a, u64 b) {
  barrier();
  return a * 31 + b;
}

static noinline u64 outer(u64 a, u64 b, u64 c) {
  return inner(a, b) ^ inner(b, c);
}

ROW {
  u64 hash = *(u64 *)mem;
  for (u64 i = 0; i < repeats; i++) hash = outer(hash, i, len);
  return hash;
}
