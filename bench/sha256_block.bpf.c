// SPDX-License-Identifier: Apache-2.0
// SHA-256 of one 64-byte block (FIPS 180-4, 6.2.2) after another: eight values that change places each round, more with
// what they need than eBPF has registers.
#include "row.h"

#define rotate(x, by) ((x) >> (by) | (x) << (32 - (by)))
#define big_endian(p) ((u32)(p)[0] << 24 | (u32)(p)[1] << 16 | (u32)(p)[2] << 8 | (u32)(p)[3])

// The constants are written to memory first: a row has no data of its own.
static always_inline void write_constants(u32 *k) {
#define K(i, value) k[i] = value
  // clang-format off
  K( 0, 0x428a2f98); K( 1, 0x71374491); K( 2, 0xb5c0fbcf); K( 3, 0xe9b5dba5);
  K( 4, 0x3956c25b); K( 5, 0x59f111f1); K( 6, 0x923f82a4); K( 7, 0xab1c5ed5);
  K( 8, 0xd807aa98); K( 9, 0x12835b01); K(10, 0x243185be); K(11, 0x550c7dc3);
  K(12, 0x72be5d74); K(13, 0x80deb1fe); K(14, 0x9bdc06a7); K(15, 0xc19bf174);
  K(16, 0xe49b69c1); K(17, 0xefbe4786); K(18, 0x0fc19dc6); K(19, 0x240ca1cc);
  K(20, 0x2de92c6f); K(21, 0x4a7484aa); K(22, 0x5cb0a9dc); K(23, 0x76f988da);
  K(24, 0x983e5152); K(25, 0xa831c66d); K(26, 0xb00327c8); K(27, 0xbf597fc7);
  K(28, 0xc6e00bf3); K(29, 0xd5a79147); K(30, 0x06ca6351); K(31, 0x14292967);
  K(32, 0x27b70a85); K(33, 0x2e1b2138); K(34, 0x4d2c6dfc); K(35, 0x53380d13);
  K(36, 0x650a7354); K(37, 0x766a0abb); K(38, 0x81c2c92e); K(39, 0x92722c85);
  K(40, 0xa2bfe8a1); K(41, 0xa81a664b); K(42, 0xc24b8b70); K(43, 0xc76c51a3);
  K(44, 0xd192e819); K(45, 0xd6990624); K(46, 0xf40e3585); K(47, 0x106aa070);
  K(48, 0x19a4c116); K(49, 0x1e376c08); K(50, 0x2748774c); K(51, 0x34b0bcb5);
  K(52, 0x391c0cb3); K(53, 0x4ed8aa4a); K(54, 0x5b9cca4f); K(55, 0x682e6ff3);
  K(56, 0x748f82ee); K(57, 0x78a5636f); K(58, 0x84c87814); K(59, 0x8cc70208);
  K(60, 0x90befffa); K(61, 0xa4506ceb); K(62, 0xbef9a3f7); K(63, 0xc67178f2);
  // clang-format on
#undef K
}

ROW {
  u32 *k = (u32 *)(mem + 1024), *w = (u32 *)(mem + 2048), *state = (u32 *)(mem + 128);
  write_constants(k);
  for (u32 i = 0; i < repeats; i++) {
    for (u32 n = 0; n < 16; n++) w[n] = big_endian(mem + 4 * n);
    for (u32 n = 16; n < 64; n++) {
      u32 x = w[n - 15], y = w[n - 2];
      w[n] = w[n - 16] + w[n - 7] + (rotate(x, 7) ^ rotate(x, 18) ^ x >> 3) + (rotate(y, 17) ^ rotate(y, 19) ^ y >> 10);
    }
    u32 a = state[0], b = state[1], c = state[2], d = state[3];
    u32 e = state[4], f = state[5], g = state[6], h = state[7];
    for (u32 n = 0; n < 64; n++) {
      u32 t = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + (g ^ (e & (f ^ g))) + k[n] + w[n];
      u32 u = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) | (c & (a | b)));
      h = g, g = f, f = e, e = d + t, d = c, c = b, b = a, a = t + u;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
    state[4] += e, state[5] += f, state[6] += g, state[7] += h;
    barrier();
  }
  return state[0] + len;
}
