// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// Programs of several types, and maps and variables of several kinds, to see how each is shown.
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

enum colour { red, green, blue };
struct mixed {
  enum colour colour;
  __be32 address;
  unsigned char hardware[6];
  char name[8];
  __s16 change;
  _Bool ready;
  __u8 pair[2];
  __u8 version[4];
  char word[8];
};

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 4);
  __type(key, __u32);
  __type(value, __u64);
} sizes SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 100);
  __type(key, __u32);
  __type(value, struct mixed);
} mixtures SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 100);
  __uint(key_size, 3);
  __uint(value_size, 2);
} untyped SEC(".maps");

const volatile __u32 keep = 60;
__u64 longest;
struct mixed last, never;
__u32 unused;

static __always_inline void measure(__u32 length) {
  __u32 key = length < 100 ? 0 : length < 1000 ? 1 : 2;
  __u64 *n = bpf_map_lookup_elem(&sizes, &key);
  if (n) ++*n;
  if (length > longest) longest = length;
}

SEC("socket")
int cut(struct __sk_buff *skb) {
  measure(skb->len);
  return skb->len > 200 ? 0 : keep;
}

SEC("cgroup_skb/egress")
int short_ones(struct __sk_buff *skb) {
  measure(skb->len);
  return skb->len < 200;
}

SEC("tc")
int fill(struct __sk_buff *skb) {
  __u32 key = skb->len;
  struct mixed m = {.colour = green, .address = bpf_htonl(0x0a000001), .name = "eth\n0", .change = -key, .ready = 1,
                    .word = "größe"};
  m.hardware[0] = 0xaa, m.hardware[5] = 1, m.pair[1] = 7;
  bpf_map_update_elem(&mixtures, &key, &m, 0);
  unsigned char three[3] = {1, 2, 3};
  __u16 two = 0x1234;
  bpf_map_update_elem(&untyped, three, &two, 0);
  last = m;
  bpf_printk("length %d", key);
  return key > 200 ? TC_ACT_SHOT : TC_ACT_OK;
}

SEC("flow_dissector")
int number(struct __sk_buff *skb) {
  return 5;
}

char LICENSE[] SEC("license") = "GPL";
