// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// What beginners write, and nobody tuned: tests/verify/fixes.py.
#ifndef __TARGET_ARCH_x86
#define __TARGET_ARCH_x86
#endif
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <linux/pkt_cls.h>
#include <linux/ptrace.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 1024);
  __type(key, __u32);
  __type(value, __u64);
} counts SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 16);
  __type(key, __u32);
  __type(value, __u64);
} slots SEC(".maps");
__u64 histogram[64];
__u8 buffer[128];

// Only the Ethernet header was checked.
SEC("xdp")
int reads_ip_unchecked(struct xdp_md *ctx) {
  void *data = (void *)(long)ctx->data, *data_end = (void *)(long)ctx->data_end;
  struct ethhdr *eth = data;
  if ((void *)(eth + 1) > data_end) return XDP_PASS;
  struct iphdr *ip = (void *)(eth + 1);
  if (ip->protocol == IPPROTO_TCP) return XDP_DROP;
  return XDP_PASS;
}

// A variable header length.
SEC("xdp")
int variable_header(struct xdp_md *ctx) {
  void *data = (void *)(long)ctx->data;
  void *data_end = (void *)(long)ctx->data_end;
  struct ethhdr *eth = data;
  struct iphdr *ip = data + sizeof(*eth);
  if ((void *)(ip + 1) > data_end) return XDP_PASS;
  struct tcphdr *tcp = (void *)ip + ip->ihl * 4;
  return tcp->dest == bpf_htons(80) ? XDP_DROP : XDP_PASS;
}

// A lookup that is not tested.
SEC("xdp")
int counts_unchecked(struct xdp_md *ctx) {
  __u32 key = 0;
  __u64 *value = bpf_map_lookup_elem(&slots, &key);
  __u32 k = ctx->ingress_ifindex;
  __u64 *hits = bpf_map_lookup_elem(&counts, &k);
  *hits += *value;
  return XDP_PASS;
}

// Strlen-like loop over memory that has an end.
SEC("tc")
int index_by_length(struct __sk_buff *skb) {
  __u32 len = skb->len;
  buffer[len] = 1;
  return TC_ACT_OK;
}

// Log2 histogram without a limit.
SEC("kprobe/do_sys_open")
int histogram_slot(struct pt_regs *ctx) {
  __u64 delta = bpf_ktime_get_ns();
  __u32 slot = delta / 1000;
  __sync_fetch_and_add(&histogram[slot], 1);
  return 0;
}

// Size of a copy given by the program's caller.
SEC("kprobe/vfs_write")
int copies_too_much(struct pt_regs *ctx) {
  __u64 count = PT_REGS_PARM3(ctx);
  bpf_probe_read_kernel(buffer, count, (void *)PT_REGS_PARM2(ctx));
  return 0;
}

// An index that is checked, but with the wrong bound.
SEC("xdp")
int off_by_one(struct xdp_md *ctx) {
  __u32 i = ctx->rx_queue_index;
  if (i > 64) return XDP_PASS;
  histogram[i]++;
  return XDP_PASS;
}

// A value that is used after its null test was in another variable.
SEC("xdp")
int tests_the_other(struct xdp_md *ctx) {
  __u32 a = 1, b = ctx->ingress_ifindex;
  __u64 *first = bpf_map_lookup_elem(&counts, &a);
  __u64 *second = bpf_map_lookup_elem(&counts, &b);
  if (!first) return XDP_PASS;
  *second += *first;
  return XDP_PASS;
}

// The size of a string from a helper that may fail is used as an index.
SEC("tracepoint/syscalls/sys_enter_openat")
int ends_string(void *ctx) {
  long n = bpf_probe_read_user_str(buffer, sizeof(buffer), (void *)8);
  buffer[n] = 0;
  return 0;
}
