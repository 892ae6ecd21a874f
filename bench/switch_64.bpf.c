// SPDX-License-Identifier: Apache-2.0
// A switch of 64 cases on data: eBPF has no jump tables, so it is a tree of branches that no predictor knows.
#include "row.h"

ROW {
  u64 h = len;
  for (u32 i = 0; i < repeats; i++) {
    // clang-format off
    switch (mem[i] & 63) {
      case 0: h -= 42449; break;
      case 1: h += 19775; break;
      case 2: h += h << 15; break;
      case 3: h *= 85323; break;
      case 4: h = ~h + 6331; break;
      case 5: h ^= h >> 5; break;
      case 6: h ^= 0x11263; break;
      case 7: h |= 0x3035; break;
      case 8: h -= 47935; break;
      case 9: h += 76391; break;
      case 10: h += h << 4; break;
      case 11: h *= 66513; break;
      case 12: h = ~h + 28143; break;
      case 13: h ^= h >> 4; break;
      case 14: h ^= 0x2c05; break;
      case 15: h |= 0xde09; break;
      case 16: h -= 54813; break;
      case 17: h += 9159; break;
      case 18: h += h << 10; break;
      case 19: h *= 11893; break;
      case 20: h = ~h + 72229; break;
      case 21: h ^= h >> 16; break;
      case 22: h ^= 0x1e47; break;
      case 23: h |= 0x12187; break;
      case 24: h -= 16229; break;
      case 25: h += 29263; break;
      case 26: h += h << 23; break;
      case 27: h *= 82241; break;
      case 28: h = ~h + 76417; break;
      case 29: h ^= h >> 4; break;
      case 30: h ^= 0x1277d; break;
      case 31: h |= 0x12bcf; break;
      case 32: h -= 51997; break;
      case 33: h += 6503; break;
      case 34: h += h << 10; break;
      case 35: h *= 6109; break;
      case 36: h = ~h + 72967; break;
      case 37: h ^= h >> 7; break;
      case 38: h ^= 0x944b; break;
      case 39: h |= 0xd69d; break;
      case 40: h -= 18911; break;
      case 41: h += 70871; break;
      case 42: h += h << 6; break;
      case 43: h *= 74833; break;
      case 44: h = ~h + 40437; break;
      case 45: h ^= h >> 20; break;
      case 46: h ^= 0x15d33; break;
      case 47: h |= 0x5c8b; break;
      case 48: h -= 13511; break;
      case 49: h += 76235; break;
      case 50: h += h << 21; break;
      case 51: h *= 83747; break;
      case 52: h = ~h + 24627; break;
      case 53: h ^= h >> 14; break;
      case 54: h ^= 0x31e5; break;
      case 55: h |= 0x11875; break;
      case 56: h -= 93341; break;
      case 57: h += 8233; break;
      case 58: h += h << 21; break;
      case 59: h *= 7815; break;
      case 60: h = ~h + 81137; break;
      case 61: h ^= h >> 9; break;
      case 62: h ^= 0xfe2d; break;
      case 63: h |= 0x15c61; break;
    }
    // clang-format on
    barrier();
  }
  return h;
}
