// SPDX-License-Identifier: Apache-2.0
// Five fields of a packet as a key, eight counters behind it.
// Kinds: packets maps
#include "effort.h"

SEC("tc")
int walk(struct __sk_buff *skb) {
  unsigned char *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
  if (data + 54 > end || data[12] != 8) return 0;
  __u32 off = 14 + (data[14] & 15) * 4, hash = 0;
  if (off < 34) return 2;
  unsigned char *l4 = data + off;
  if (l4 + 4 > end) return 2;
  for (int i = 0; i < 12; i++) {
    hash = (hash << 5 | hash >> 27) ^ data[22 + i];
    opaque(hash);
  }
  for (int i = 0; i < 4; i++) hash = hash * 31 + l4[i];
  for (__u32 way = 0; way < 24; way++) {
    __u32 key = (hash ^ way) & 63;
    __u64 *v = bpf_map_lookup_elem(&flows, &key);
    if (!v) {
      __u64 fresh[8] = {hash, 1};
      if (bpf_map_update_elem(&flows, &key, fresh, BPF_NOEXIST) == 0) return 0;
      continue;
    }
    if (v[0] != hash) continue;
    for (int c = 1; c < 8; c++)
      if (skb->len >> c & 1) v[c]++;
    return v[1] > 1000 ? 2 : 0;
  }
  return 0;
}
