// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// What is on the wire: packets and bytes per protocol and per destination port.
//
//     skep run progs/port_stats.bpf.c --in a.pcap
//     ip link set dev eth0 xdp obj port_stats.bpf.o sec xdp      (on a live Linux; bpftool map dump shows the counts)
//
// Every packet is passed on, and counted as a tcpdump expression would count it:
//
//   by_proto  every packet once. For IP: the protocol field of IPv4 and the first next header of IPv6, behind a
//             fragment header if there is one (`ip proto 17 or ip6 proto 17`); values below 256. Else the EtherType
//             (`ether proto 0x806`); length_field stands for IEEE 802.3 frames, where a length is in its place
//             (`ether[12:2] <= 1500`). IP cut short before that field counts as ip or ip6; less than an Ethernet
//             header as too_short.
//   by_port   packets with a TCP, UDP or SCTP header whose destination port is in the packet (`udp dst port 53`):
//             not the later fragments of IPv4, not IPv6 with extension headers.
//
// Where tcpdump wants the word, up to two VLAN tags are looked through: `E or (vlan and (E or (vlan and E)))`.
// Bytes are those the program sees, link header included. When by_port is full, `uncounted` counts.
#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

enum proto {
  hopopt = 0,
  icmp = 1,
  igmp = 2,
  tcp = 6,
  udp = 17,
  fragment = 44,
  gre = 47,
  esp = 50,
  ah = 51,
  icmp6 = 58,
  ospf = 89,
  pim = 103,
  sctp = 132,
  // from here on EtherTypes; 802.3 has a length of at most 1500 there
  length_field = 1500,
  too_short = 1501,
  ip = 0x0800,
  arp = 0x0806,
  vlan = 0x8100,
  ip6 = 0x86dd,
  mpls = 0x8847,
  qinq = 0x88a8,
  lldp = 0x88cc,
  ptp = 0x88f7,
  old_qinq = 0x9100,
};

struct port {
  enum proto proto;
  __u32 port;
};

struct count {
  __u64 packets;
  __u64 bytes;
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 256);
  __type(key, enum proto);
  __type(value, struct count);
} by_proto SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 16384);
  __type(key, struct port);
  __type(value, struct count);
} by_port SEC(".maps");

__u64 uncounted = 0;

static __always_inline void add(void *map, const void *key, __u64 bytes) {
  struct count *c = bpf_map_lookup_elem(map, key);
  if (!c) {
    struct count zero = {};
    bpf_map_update_elem(map, key, &zero, BPF_NOEXIST);  // another CPU may have been faster: look again
    c = bpf_map_lookup_elem(map, key);
  }
  if (!c) {
    __sync_fetch_and_add(&uncounted, 1);
    return;
  }
  __sync_fetch_and_add(&c->packets, 1);
  __sync_fetch_and_add(&c->bytes, bytes);
}

// The big-endian 16 bits at `at`, or -1 where the packet has ended.
static __always_inline int be16(__u8 *at, void *end) {
  if ((void *)(at + 2) > end) return -1;
  return at[0] << 8 | at[1];
}

SEC("xdp")
int port_stats(struct xdp_md *ctx) {
  __u8 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  enum proto proto = too_short;
  __u8 *transport = 0;

  // data + 12 is the EtherType; behind each tag stands the next one
  __u8 *at = data + 12;
  int type = be16(at, end);
  for (int tags = 0; tags < 2 && (type == vlan || type == qinq || type == old_qinq); tags++) {
    int behind = be16(at + 4, end);
    if (behind < 0) break;
    at += 4;
    type = behind;
  }
  at += 2;

  if (type >= 0) proto = type <= 1500 ? length_field : (enum proto)type;
  if (type == ip && at + 10 <= end) {
    proto = (enum proto)at[9];
    if ((be16(at + 6, end) & 0x1fff) == 0) transport = at + 4 * (at[0] & 15);
  } else if (type == ip6 && at + 7 <= end) {
    proto = (enum proto)at[6];
    if (proto != fragment)
      transport = at + 40;
    else if (at + 41 <= end)
      proto = (enum proto)at[40];
  }

  add(&by_proto, &proto, end - data);
  if (transport && (proto == tcp || proto == udp || proto == sctp)) {
    int port = be16(transport + 2, end);
    if (port >= 0) {
      struct port key = {.proto = proto, .port = port};
      add(&by_port, &key, end - data);
    }
  }
  return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
