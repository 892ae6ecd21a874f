// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// Packets are read where nobody has shown that they reach: tests/verify/fixes.py.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include <bpf/bpf_helpers.h>

SEC("xdp")
int packet_unchecked(struct xdp_md *ctx) {
  void *data = (void *)(long)ctx->data;
  void *data_end = (void *)(long)ctx->data_end;
  struct ethhdr *eth = data;
  if (data == data_end) return XDP_DROP;
  if (eth->h_proto == 8) return XDP_DROP;
  return XDP_PASS;
}

SEC("xdp")
int packet_too_short(struct xdp_md *ctx) {
  void *data = (void *)(long)ctx->data;
  void *data_end = (void *)(long)ctx->data_end;
  struct ethhdr *eth = data;
  if (data + 12 > data_end) return XDP_DROP;
  if (eth->h_proto == 8) return XDP_DROP;
  return XDP_PASS;
}

SEC("xdp")
int packet_next_header(struct xdp_md *ctx) {
  void *data = (void *)(long)ctx->data;
  void *data_end = (void *)(long)ctx->data_end;
  struct ethhdr *eth = data;
  if ((void *)(eth + 1) > data_end) return XDP_DROP;
  struct iphdr *ip = (void *)(eth + 1);
  if (ip->protocol == 17) return XDP_DROP;
  return XDP_PASS;
}

SEC("xdp")
int packet_variable_header(struct xdp_md *ctx) {
  void *data = (void *)(long)ctx->data;
  void *data_end = (void *)(long)ctx->data_end;
  struct iphdr *ip = data + sizeof(struct ethhdr);
  if ((void *)(ip + 1) > data_end) return XDP_DROP;
  struct udphdr *udp = (void *)ip + ip->ihl * 4;
  if (udp->dest == 53) return XDP_DROP;
  return XDP_PASS;
}

SEC("tc")
int packet_tc(struct __sk_buff *skb) {
  void *data = (void *)(long)skb->data;
  void *data_end = (void *)(long)skb->data_end;
  struct ethhdr *eth = data;
  if (data + 2 > data_end) return 0;
  eth->h_source[0] = 2;
  return 0;
}

SEC("tc")
int packet_bytes(struct __sk_buff *skb) {
  unsigned char *data = (void *)(long)skb->data;
  unsigned char *data_end = (void *)(long)skb->data_end;
  if (data + 1 > data_end) return 0;
  return data[33];
}

SEC("xdp")
int packet_wrong_side(struct xdp_md *ctx) {
  void *data = (void *)(long)ctx->data;
  void *data_end = (void *)(long)ctx->data_end;
  struct ethhdr *eth = data;
  if (data + 8 > data_end) return XDP_PASS;
  bpf_printk("%d", eth->h_proto);
  return XDP_PASS;
}

SEC("cgroup_skb/egress")
int packet_cgroup(struct __sk_buff *skb) {
  void *data = (void *)(long)skb->data;
  void *data_end = (void *)(long)skb->data_end;
  struct iphdr *ip = data;
  if (data + 1 > data_end) return 1;
  return ip->ttl > 1;
}

SEC("xdp")
int packet_off_by_one(struct xdp_md *ctx) {
  void *data = (void *)(long)ctx->data;
  void *data_end = (void *)(long)ctx->data_end;
  struct tcphdr *tcp = data + 34;
  if (data + 34 + 12 > data_end) return XDP_DROP;
  if (tcp->window == 0) return XDP_DROP;
  return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
