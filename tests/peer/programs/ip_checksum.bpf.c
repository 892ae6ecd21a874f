// SPDX-License-Identifier: Apache-2.0
// IPv4 headers of 20 bytes whose checksum is right pass, wrong ones do not (RFC 1071: the sum with the checksum in it
// is 0xffff). A socket buffer, a helper that sums, a hash map of structs.
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

struct kind {
  __u32 right;
  __u32 protocol;
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 512);
  __type(key, struct kind);
  __type(value, __u64);
} kinds SEC(".maps");

SEC("tc")
int ip_checksum(struct __sk_buff *skb) {
  __u8 frame[34];
  if (bpf_skb_load_bytes(skb, 0, frame, sizeof frame) != 0) return TC_ACT_OK;
  if (frame[12] != 8 || frame[13] != 0 || frame[14] != 0x45) return TC_ACT_OK;

  __be32 header[5];
  __builtin_memcpy(header, frame + 14, sizeof header);
  __u64 sum = bpf_csum_diff(0, 0, header, sizeof header, 0);
  sum = (sum & 0xffff) + (sum >> 16 & 0xffff);
  sum = (sum & 0xffff) + (sum >> 16);

  struct kind kind = {.right = sum == 0xffff, .protocol = frame[23]};
  __u64 one = 1, *n = bpf_map_lookup_elem(&kinds, &kind);
  if (n)
    *n += 1;
  else
    bpf_map_update_elem(&kinds, &kind, &one, BPF_ANY);
  return kind.right ? TC_ACT_OK : TC_ACT_SHOT;
}

char LICENSE[] SEC("license") = "GPL";
