// SPDX-License-Identifier: Apache-2.0
// Sockets: which of them gets a packet, and what goes from one to the other.
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_SOCKMAP);
  __uint(max_entries, 32);
  __type(key, u32);
  __type(value, u64);
} servers SEC(".maps");
struct peers {
  u32 from, to;
  u16 from_port, to_port;
};
struct {
  __uint(type, BPF_MAP_TYPE_SOCKHASH);
  __uint(max_entries, 100);
  __type(key, struct peers);
  __type(value, int);
} flows SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_REUSEPORT_SOCKARRAY);
  __uint(max_entries, 4);
  __type(key, u32);
  __type(value, u64);
} listeners SEC(".maps");

SEC("sk_lookup") int looks_up(struct bpf_sk_lookup *ctx) {
  u32 key = ctx->local_port & 31;
  struct bpf_sock *sk = bpf_map_lookup_elem(&servers, &key);
  if (!sk) return SK_PASS;
  long error = bpf_sk_assign(ctx, sk, 0);
  bpf_sk_release(sk);
  return error ? SK_DROP : SK_PASS;
}
SEC("sk_lookup") int looks_up_nothing(struct bpf_sk_lookup *ctx) { return SK_PASS; }
SEC("sk_reuseport") int selects(struct sk_reuseport_md *ctx) {
  u32 key = ctx->hash & 3;
  return bpf_sk_select_reuseport(ctx, &listeners, &key, 0) ? SK_DROP : SK_PASS;
}
SEC("sk_reuseport/migrate") int migrates(struct sk_reuseport_md *ctx) { return SK_PASS; }
SEC("sockops") int watches(struct bpf_sock_ops *ops) {
  struct peers key = {.from = ops->local_ip4, .to = ops->remote_ip4, .from_port = ops->local_port};
  if (ops->op == BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB) bpf_sock_hash_update(ops, &flows, &key, BPF_ANY);
  return 1;
}
SEC("sk_skb/stream_parser") int parses(struct __sk_buff *skb) { return skb->len; }
SEC("sk_skb/stream_verdict") int decides(struct __sk_buff *skb) {
  return bpf_sk_redirect_map(skb, &servers, 0, 0);
}
SEC("sk_msg") int sends(struct sk_msg_md *msg) {
  struct peers key = {.from = msg->local_ip4, .to = msg->remote_ip4};
  return bpf_msg_redirect_hash(msg, &flows, &key, BPF_F_INGRESS);
}
SEC("flow_dissector") int dissects(struct __sk_buff *skb) { return skb->flow_keys->nhoff ? BPF_OK : BPF_DROP; }
SEC("socket") int filters(struct __sk_buff *skb) { return bpf_htons(skb->protocol) == 0x800 ? -1 : 0; }

char LICENSE[] SEC("license") = "GPL";
