// SPDX-License-Identifier: Apache-2.0
// Terms, factors and signs, each a function that calls the next.
// Kinds: subprograms maps
#include "effort.h"

struct text {
  unsigned char *at;
  __u32 pos;
};
static noinline_ int peek(struct text *t) { return t->pos < 200 ? t->at[t->pos] : 0; }
static noinline_ int number(struct text *t) {
  int n = 0;
  for (int i = 0; i < 5; i++) {
    int c = peek(t);
    if (c < '0' || c > '9') break;
    n = n * 10 + c - '0';
    t->pos++;
  }
  return n;
}
static noinline_ int product(struct text *t) {
  int n = number(t);
  for (int i = 0; i < 4; i++) {
    int c = peek(t);
    if (c != '*' && c != '/') break;
    t->pos++;
    int m = number(t);
    n = c == '*' ? n * m : m ? (__u32)n / (__u32)m : 0;
  }
  return n;
}
SEC("socket")
int walk(void *ctx) {
  struct text t = {block(0)};
  if (!t.at) return 0;
  int n = product(&t);
  for (int i = 0; i < 3; i++) {
    int c = peek(&t);
    if (c != '+' && c != '-') break;
    t.pos++;
    n += c == '+' ? product(&t) : -product(&t);
  }
  return n;
}
