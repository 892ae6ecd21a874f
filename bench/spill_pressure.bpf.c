// SPDX-License-Identifier: Apache-2.0
// Sixteen values alive at once; eBPF has ten registers, so clang keeps the rest on the stack.
#include "row.h"

ROW {
  u64 *in = (u64 *)mem;
  u64 a = in[0], b = in[1], c = in[2], d = in[3], e = in[4], f = in[5], g = in[6], h = in[7];
  u64 k = in[8], l = in[9], m = in[10], n = in[11], o = in[12], p = in[13], q = in[14], r = len;
  for (u32 i = 0; i < repeats; i++) {
    a += b ^ i, b ^= c + a, c += d ^ b, d ^= e + c;
    e += f ^ d, f ^= g + e, g += h ^ f, h ^= k + g;
    k += l ^ h, l ^= m + k, m += n ^ l, n ^= o + m;
    o += p ^ n, p ^= q + o, q += r ^ p, r ^= a + q;
  }
  return a ^ b ^ c ^ d ^ e ^ f ^ g ^ h ^ k ^ l ^ m ^ n ^ o ^ p ^ q ^ r;
}
