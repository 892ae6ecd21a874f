// SPDX-License-Identifier: Apache-2.0
// A global function that is given the context, and reads the packet by itself.
// Kinds: globals packets
#include "effort.h"

noinline_ int byte_sum(struct __sk_buff *skb, __u32 from) {
  unsigned char *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
  if (from > 1000) return 0;
  int sum = 0;
  for (int i = 0; i < 100; i++) {
    if (data + from + i + 1 > end) break;
    sum += data[from + i];
  }
  return sum;
}
SEC("tc")
int walk(struct __sk_buff *skb) {
  int sum = 0;
  for (int i = 0; i < 40; i++)
    if (byte_sum(skb, i * 25) & 1) sum++;
  return sum > 20 ? 2 : 0;
}
