// SPDX-License-Identifier: Apache-2.0
// The extensions of a TLS hello, until the server name is found.
// Kinds: packets linked
#include "effort.h"

SEC("tc")
int walk(struct __sk_buff *skb) {
  __u8 head[5], session;
  __u16 size;
  __u32 off = 54;
  if (bpf_skb_load_bytes(skb, off, head, 5) || head[0] != 22) return 0;
  off += 43;
  if (bpf_skb_load_bytes(skb, off, &session, 1) || session > 32) return 2;
  off += 1 + session;
  if (bpf_skb_load_bytes(skb, off, &size, 2)) return 2;
  off += 2 + bpf_ntohs(size);
  for (int i = 0; i < 60; i++) {
    __u16 extension[2];
    if (off > 4000 || bpf_skb_load_bytes(skb, off, extension, 4)) return 2;
    __u32 kind = bpf_ntohs(extension[0]), length = bpf_ntohs(extension[1]);
    if (kind == 0) {
      __u8 name[16] = {};
      if (length < 16 || bpf_skb_load_bytes(skb, off + 9, name, 16)) return 2;
      return name[0] == 'x' && name[1] == 'n' ? 2 : 0;
    }
    off += 4 + length;
  }
  return 0;
}
