// SPDX-License-Identifier: Apache-2.0
// A pattern with stars against a name: where a star stood is where it goes on.
// Kinds: maps linked
#include "effort.h"

SEC("socket")
int walk(void *ctx) {
  unsigned char *text = block(0), *pattern = block(1);
  if (!text || !pattern) return 0;
  __u32 t = 0, p = 0, star = 1024, mark = 0;
  for (int step = 0; step < 8; step++) {
    if (t >= 64 || p >= 64) break;
    __u8 c = text[t], want = pattern[p];
    if (c == 0) return want == 0 || want == '*';
    if (want == '*') {
      star = p++;
      mark = t;
    } else if (want == '?' || want == c) {
      t++, p++;
    } else if (star < 64) {
      p = star + 1;
      t = ++mark;
    } else {
      return 0;
    }
  }
  return 0;
}
