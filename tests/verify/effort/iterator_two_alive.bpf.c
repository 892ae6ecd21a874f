// SPDX-License-Identifier: Apache-2.0
// Two iterators that live at once, asked in turns.
// Kinds: iterators
#include "effort.h"

SEC("socket")
int walk(void *ctx) {
  struct bpf_iter_num a, b;
  __u64 sum = 0, product = 1, turns = 0;
  bpf_iter_num_new(&a, 0, 100);
  bpf_iter_num_new(&b, 50, 150);
  for (;;) {
    int *x = bpf_iter_num_next(&a);
    if (!x) break;
    sum += *x;
    if (*x & 1) continue;
    int *y = bpf_iter_num_next(&b);
    if (!y) break;
    product *= *y;
    if (sum > product) turns++;
    else product -= sum;
  }
  bpf_iter_num_destroy(&b);
  bpf_iter_num_destroy(&a);
  return sum + product + turns;
}
