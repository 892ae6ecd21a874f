// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// A header rewriter: TCP and UDP packets get a new destination address and port, IP packets lose one hop, and every
// checksum they carry stays right.
//
//     skep run progs/tc_rewrite.bpf.c --in a.pcap --out b.pcap --set to_port=8080 --set match_port=80
//
// What is set (host byte order; the defaults are documentation addresses, RFC 5737 and RFC 3849):
//     match_port   only packets to this port are redirected; 0: all
//     to_ip4, to_ip6_high, to_ip6_low, to_port      where to
// Passed unchanged: what is not IP, VLAN-tagged frames, IP cut short, packets whose hop count is 0 or 1 (a router
// would not forward them). Fragments and IPv6 packets with extension headers only lose a hop: the later fragments have
// no port by which to know them. A UDP checksum of 0 over IPv4 means none was made (RFC 768), and stays 0.
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

const volatile __u16 match_port = 0;
const volatile __u16 to_port = 8080;
const volatile __u32 to_ip4 = 0xc0000201;                  // 192.0.2.1
const volatile __u64 to_ip6_high = 0x20010db800000000ull;  // 2001:db8::1
const volatile __u64 to_ip6_low = 1;

struct ip4_header {
  __u8 version_ihl, tos;
  __be16 length, id, fragment;
  __u8 hops, proto;
  __be16 checksum;
  __be32 from, to;
};

struct ip6_header {
  __be32 version_class_flow;
  __be16 length;
  __u8 next, hops;
  __u8 from[16], to[16];
};

// What a transport protocol's rewrite needs: where its checksum is, and whether 0 there means none.
struct transport {
  __u32 at, checksum_at;
  __u64 flags;
};

// Fills `t`; 0 if this packet is not to be redirected.
static __always_inline int find_transport(struct __sk_buff *skb, __u8 proto, __u32 at, struct transport *t,
                                          __be16 *old_port) {
  if (proto != 6 && proto != 17) return 0;
  t->at = at;
  t->checksum_at = at + (proto == 6 ? 16 : 6);
  t->flags = proto == 6 ? 0 : BPF_F_MARK_MANGLED_0;
  __be16 checksum;
  if (bpf_skb_load_bytes(skb, at + 2, old_port, 2) || bpf_skb_load_bytes(skb, t->checksum_at, &checksum, 2)) return 0;
  return match_port == 0 || *old_port == bpf_htons(match_port);
}

// The port is both in the packet and under its checksum; the checksum first, as it needs the old value.
static __always_inline void redirect_port(struct __sk_buff *skb, const struct transport *t, __be16 old_port) {
  __be16 new_port = bpf_htons(to_port);
  bpf_l4_csum_replace(skb, t->checksum_at, old_port, new_port, t->flags | 2);
  bpf_skb_store_bytes(skb, t->at + 2, &new_port, 2, 0);
}

static __always_inline void rewrite_ip4(struct __sk_buff *skb) {
  const __u32 at = 14, checksum_at = at + 10;
  struct ip4_header h;
  if (bpf_skb_load_bytes(skb, at, &h, sizeof h) || h.version_ihl >> 4 != 4 || (h.version_ihl & 15) < 5 || h.hops <= 1)
    return;

  __u16 old_word, new_word;  // hop count and protocol share a word of the checksum
  __builtin_memcpy(&old_word, &h.hops, 2);
  h.hops--;
  __builtin_memcpy(&new_word, &h.hops, 2);
  bpf_l3_csum_replace(skb, checksum_at, old_word, new_word, 2);
  bpf_skb_store_bytes(skb, at + 8, &h.hops, 1, 0);

  struct transport t;
  __be16 old_port;
  if (h.fragment & bpf_htons(0x3fff)) return;
  if (!find_transport(skb, h.proto, at + 4 * (h.version_ihl & 15), &t, &old_port)) return;
  __be32 new_to = bpf_htonl(to_ip4);
  bpf_l4_csum_replace(skb, t.checksum_at, h.to, new_to, BPF_F_PSEUDO_HDR | t.flags | 4);
  bpf_l3_csum_replace(skb, checksum_at, h.to, new_to, 4);
  bpf_skb_store_bytes(skb, at + 16, &new_to, 4, 0);
  redirect_port(skb, &t, old_port);
}

static __always_inline void rewrite_ip6(struct __sk_buff *skb) {
  const __u32 at = 14;
  struct ip6_header h;
  if (bpf_skb_load_bytes(skb, at, &h, sizeof h) || h.hops <= 1) return;
  h.hops--;
  bpf_skb_store_bytes(skb, at + 7, &h.hops, 1, 0);

  struct transport t;
  __be16 old_port;
  if (!find_transport(skb, h.next, at + 40, &t, &old_port)) return;
  __be64 new_to[2] = {bpf_cpu_to_be64(to_ip6_high), bpf_cpu_to_be64(to_ip6_low)};
  __s64 difference = bpf_csum_diff((__be32 *)h.to, 16, (__be32 *)new_to, 16, 0);
  bpf_l4_csum_replace(skb, t.checksum_at, 0, difference, BPF_F_PSEUDO_HDR | t.flags);
  bpf_skb_store_bytes(skb, at + 24, new_to, 16, 0);
  redirect_port(skb, &t, old_port);
}

SEC("tc")
int tc_rewrite(struct __sk_buff *skb) {
  __be16 type;
  if (bpf_skb_load_bytes(skb, 12, &type, 2)) return TC_ACT_OK;
  if (type == bpf_htons(0x0800)) rewrite_ip4(skb);
  if (type == bpf_htons(0x86dd)) rewrite_ip6(skb);
  return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
