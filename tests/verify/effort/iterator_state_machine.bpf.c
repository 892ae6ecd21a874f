// SPDX-License-Identifier: Apache-2.0
// A state machine that an iterator drives; its states are numbers that a switch compares.
// Kinds: iterators switches maps
#include "effort.h"

SEC("socket")
int walk(void *ctx) {
  unsigned char *v = block(0);
  if (!v) return 0;
  __u32 state = 0, words = 0, numbers = 0, quotes = 0;
  each_number(i, 0, 1000) {
    if (i < 0 || i >= 1000) break;
    unsigned char c = v[i];
    switch (state) {
      case 0:
        if (c >= 'a' && c <= 'z') state = 1, words++;
        else if (c >= '0' && c <= '9') state = 2, numbers++;
        else if (c == '"') state = 3, quotes++;
        break;
      case 1:
        if (c == ' ') state = 0;
        else if (c == '"') state = 3;
        break;
      case 2:
        if (c < '0' || c > '9') state = 0;
        break;
      case 3:
        if (c == '\\') state = 4;
        else if (c == '"') state = 0;
        break;
      default: state = 3;
    }
  }
  return words + numbers + quotes;
}
