// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// A firewall: packets from the addresses of a blocklist are dropped, everything else passes.
//
//     skep run progs/firewall.bpf.c --map blocklist=@progs/firewall.json --in a.pcap --out passed.pcap
//
// The list is a map that a file fills; firewall.json is an example in the form `skep run --json` prints maps. A key is
// the 16 bytes of an IPv6 address; an IPv4 address stands behind ten times 0 and twice 255 (192.0.2.7 is
// ::ffff:192.0.2.7, RFC 4291, 2.5.5.2). A value counts the packets its address has had dropped: it starts at 0.
// `verdicts` counts packets and bytes per verdict. A packet too short to hold its source address is malformed and
// dropped; up to two VLAN tags are looked through.
#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct address {
  __u8 bytes[16];
};

enum verdict { passed, passed_not_ip, dropped_blocked, dropped_malformed, verdict_kinds };

struct count {
  __u64 packets;
  __u64 bytes;
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 100000);
  __type(key, struct address);
  __type(value, __u64);
} blocklist SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, verdict_kinds);
  __type(key, __u32);  // enum verdict
  __type(value, struct count);
} verdicts SEC(".maps");

static __always_inline int judge(__u8 *data, __u8 *end) {
  __u8 *at = data + 12;  // the EtherType; behind each VLAN tag stands the next one
  if (at + 2 > end) return dropped_malformed;
  __u16 type = at[0] << 8 | at[1];
  for (int tags = 0; tags < 2 && (type == 0x8100 || type == 0x88a8); tags++) {
    at += 4;
    if (at + 2 > end) return dropped_malformed;
    type = at[0] << 8 | at[1];
  }
  at += 2;

  struct address source = {};
  if (type == 0x0800) {
    if (at + 20 > end) return dropped_malformed;
    source.bytes[10] = source.bytes[11] = 255;
    __builtin_memcpy(source.bytes + 12, at + 12, 4);
  } else if (type == 0x86dd) {
    if (at + 40 > end) return dropped_malformed;
    __builtin_memcpy(source.bytes, at + 8, 16);
  } else {
    return passed_not_ip;
  }

  __u64 *hits = bpf_map_lookup_elem(&blocklist, &source);
  if (!hits) return passed;
  __sync_fetch_and_add(hits, 1);
  return dropped_blocked;
}

SEC("xdp")
int firewall(struct xdp_md *ctx) {
  __u8 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  __u32 verdict = judge(data, end);
  struct count *c = bpf_map_lookup_elem(&verdicts, &verdict);
  if (c) {
    __sync_fetch_and_add(&c->packets, 1);
    __sync_fetch_and_add(&c->bytes, end - data);
  }
  return verdict == passed || verdict == passed_not_ip ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
