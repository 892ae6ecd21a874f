// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// Programs answer what means nothing, or keep what they reserved: tests/verify/fixes.py.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4096);
} events SEC(".maps");

SEC("cgroup_skb/egress")
int returns_seven(struct __sk_buff *skb) {
  return 7;
}

SEC("cgroup/sock_create")
int returns_two(struct bpf_sock *sk) {
  return 2;
}

SEC("cgroup/dev")
int returns_minus_one(struct bpf_cgroup_dev_ctx *ctx) {
  return -1;
}

SEC("cgroup/connect4")
int returns_three(struct bpf_sock_addr *ctx) {
  return 3;
}

SEC("sk_lookup")
int returns_length(struct bpf_sk_lookup *ctx) {
  return ctx->local_port;
}

SEC("cgroup/sysctl")
int returns_offset(struct bpf_sysctl *ctx) {
  return ctx->file_pos;
}

SEC("tracepoint/syscalls/sys_enter_openat")
int keeps_event(void *ctx) {
  __u64 *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
  if (!e) return 0;
  *e = 1;
  return 0;
}

SEC("tc")
int keeps_socket(struct __sk_buff *skb) {
  struct bpf_sock_tuple tuple = {};
  struct bpf_sock *sk = bpf_sk_lookup_tcp(skb, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0);
  if (sk) {
    skb->mark = sk->mark;
  }
  return 0;
}

SEC("tc")
int keeps_udp_socket(struct __sk_buff *skb) {
  struct bpf_sock_tuple tuple = {};
  struct bpf_sock *sk = bpf_sk_lookup_udp(skb, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0);
  return sk != 0;
}

char LICENSE[] SEC("license") = "GPL";
