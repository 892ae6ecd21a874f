// SPDX-License-Identifier: Apache-2.0
// CRC-32 (IEEE 802.3, reflected) of a 1,500-byte packet, a table look-up a byte; the table is made first.
#include "row.h"

ROW {
  u32 *table = (u32 *)mem;
  u8 *packet = mem + 1024;
  for (u32 n = 0; n < 256; n++) {
    u32 c = n;
    for (u32 bit = 0; bit < 8; bit++) c = c >> 1 ^ (c & 1 ? 0xedb88320 : 0);
    table[n] = c;
  }
  u32 crc = (u32)len;
  for (u32 i = 0; i < repeats; i++) {
    crc = ~crc;
    for (u32 at = 0; at < 1500; at++) crc = crc >> 8 ^ table[(crc ^ packet[at]) & 0xff];
    crc = ~crc;
    barrier();
  }
  return crc;
}
