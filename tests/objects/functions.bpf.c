// SPDX-License-Identifier: Apache-2.0
// Functions of every binding, that call each other from several programs, and functions handed over as values.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

u64 sums[8];
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 8);
  __type(key, u32);
  __type(value, u64);
} table SEC(".maps");

__noinline int last(int n) { return n * 3 + sums[n & 7]; }
static __noinline int middle(int n) { return last(n) + last(n + 1); }
__noinline __weak int replaced(int n) { return middle(n) - 1; }
__hidden __noinline int hidden(int n) { return replaced(n) ^ n; }

struct walk {
  u64 sum;
};
static long each(void *map, u32 *key, u64 *value, struct walk *w) {
  w->sum += *value + middle(*key);
  return 0;
}
static long round(u32 i, struct walk *w) {
  w->sum += last(i);
  return i > 5;
}
static long other_round(u32 i, struct walk *w) {
  w->sum += bpf_loop(2, round, w, 0);
  return 0;
}

SEC("tc") int first(struct __sk_buff *skb) { return hidden(skb->len) + middle(skb->mark); }
SEC("tc") int second(struct __sk_buff *skb) {
  struct walk w = {0};
  bpf_for_each_map_elem(&table, each, &w, 0);
  bpf_loop(10, other_round, &w, 0);
  bpf_loop(3, round, &w, 0);
  return w.sum;
}
SEC("xdp") int third(struct xdp_md *ctx) { return replaced(ctx->rx_queue_index); }
SEC("xdp.frags") int fourth(struct xdp_md *ctx) { return last(ctx->ingress_ifindex); }

char LICENSE[] SEC("license") = "GPL";
