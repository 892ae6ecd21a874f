// SPDX-License-Identifier: Apache-2.0
// The sum of an IPv4 header whose length the packet says.
// Kinds: packets
#include "effort.h"

SEC("tc")
int walk(struct __sk_buff *skb) {
  unsigned char *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
  if (data + 34 > end) return 2;
  __u32 words = (data[14] & 15) * 2, sum = 0, folds = 0;
  if (words < 10) return 2;
  __u16 *p = (void *)(data + 14);
  for (__u32 i = 0; i < 30; i++) {
    if (i >= words) break;
    if ((unsigned char *)(p + i + 1) > end) return 2;
    sum += p[i];
    while (sum >> 16 && folds < 3) sum = (sum & 0xffff) + (sum >> 16), folds++;
  }
  return sum == 0xffff ? 0 : 2;
}
