// SPDX-License-Identifier: Apache-2.0
// How deep JSON nests: strings, escapes and brackets as states.
// Kinds: maps switches
#include "effort.h"

SEC("socket")
int walk(void *ctx) {
  unsigned char *v = block(6);
  if (!v) return 0;
  enum { plain, text, escape } state = plain;
  int depth = 0;
  for (int i = 0; i < 200; i++) {
    __u8 c = v[i];
    if (c == 0) break;
    switch (state) {
      case plain:
        if (c == '"') state = text;
        if (c == '{' || c == '[') depth++;
        if (c == '}' || c == ']') depth--;
        opaque(depth);
        break;
      case text:
        if (c == '\\') state = escape;
        if (c == '"') state = plain;
        break;
      case escape: state = text; break;
    }
  }
  return depth;
}
