// SPDX-License-Identifier: Apache-2.0
// FNV-1a, 64 bits, of 256 bytes: one multiplication a byte, each waiting for the one before.
#include "row.h"

ROW {
  u64 hash = 0xcbf29ce484222325 ^ len;
  for (u32 i = 0; i < repeats; i++) {
    for (u32 at = 0; at < 256; at++) hash = (hash ^ mem[at]) * 0x100000001b3;
    barrier();
  }
  return hash;
}
