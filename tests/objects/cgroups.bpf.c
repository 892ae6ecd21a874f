// SPDX-License-Identifier: Apache-2.0
// One program for each thing that a control group decides.
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_CGROUP_STORAGE);
  __type(key, struct bpf_cgroup_storage_key);
  __type(value, u64);
} bytes SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_SK_STORAGE);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, int);
  __type(value, u32);
} marks SEC(".maps");

const volatile u16 forbidden_port = 25;

static __noinline int allowed(u16 port) { return port != forbidden_port; }

SEC("cgroup_skb/ingress") int receives(struct __sk_buff *skb) {
  u64 *n = bpf_get_local_storage(&bytes, 0);
  *n += skb->len;
  return 1;
}
SEC("cgroup_skb/egress") int sends(struct __sk_buff *skb) { return skb->len < 9000; }
SEC("cgroup/skb") int either(struct __sk_buff *skb) { return skb->protocol != 0; }
SEC("cgroup/sock_create") int creates(struct bpf_sock *sk) { return sk->family != 17; }
SEC("cgroup/sock_release") int releases(struct bpf_sock *sk) { return 1; }
SEC("cgroup/post_bind4") int has_bound(struct bpf_sock *sk) { return allowed(sk->src_port); }
SEC("cgroup/bind4") int binds(struct bpf_sock_addr *a) { return allowed(bpf_ntohs(a->user_port)); }
SEC("cgroup/connect4") int connects(struct bpf_sock_addr *a) {
  if (a->sk) {
    u32 *mark = bpf_sk_storage_get(&marks, a->sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
    if (mark) *mark = 7;
  }
  return allowed(bpf_ntohs(a->user_port));
}
SEC("cgroup/connect6") int connects_6(struct bpf_sock_addr *a) { return a->user_ip6[0] != 0; }
SEC("cgroup/sendmsg4") int sends_to(struct bpf_sock_addr *a) { return allowed(bpf_ntohs(a->user_port)); }
SEC("cgroup/recvmsg6") int receives_from(struct bpf_sock_addr *a) { return 1; }
SEC("cgroup/getpeername4") int asks_for_peer(struct bpf_sock_addr *a) { return 1; }
SEC("cgroup/getsockname6") int asks_for_name(struct bpf_sock_addr *a) { return 1; }
SEC("cgroup/sysctl") int tunes(struct bpf_sysctl *ctx) { return !ctx->write; }
SEC("cgroup/getsockopt") int asks(struct bpf_sockopt *ctx) { return ctx->level != 41; }
SEC("cgroup/setsockopt") int says(struct bpf_sockopt *ctx) {
  if (ctx->optval + 4 > ctx->optval_end) return 1;
  return *(int *)ctx->optval < 100;
}
SEC("cgroup/dev") int devices(struct bpf_cgroup_dev_ctx *ctx) { return ctx->major == 1; }

char LICENSE[] SEC("license") = "GPL";
