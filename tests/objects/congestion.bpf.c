// SPDX-License-Identifier: Apache-2.0
// A congestion control: functions that the kernel calls through a structure of its own.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

u64 inits, losses;

static __always_inline struct tcp_sock *tcp_of(const struct sock *sk) { return (struct tcp_sock *)sk; }

SEC("struct_ops/steady_init") void BPF_PROG(steady_init, struct sock *sk) { inits++; }
SEC("struct_ops/steady_ssthresh") u32 BPF_PROG(steady_ssthresh, struct sock *sk) {
  losses++;
  return tcp_of(sk)->snd_cwnd > 4 ? tcp_of(sk)->snd_cwnd / 2 : 2;
}
SEC("struct_ops/steady_avoid") void BPF_PROG(steady_avoid, struct sock *sk, u32 ack, u32 acked) {
  losses += tcp_of(sk)->snd_cwnd_clamp == acked;
}
SEC("struct_ops/steady_undo") u32 BPF_PROG(steady_undo, struct sock *sk) { return tcp_of(sk)->prior_cwnd; }

SEC(".struct_ops")
struct tcp_congestion_ops steady = {
    .init = (void *)steady_init,
    .ssthresh = (void *)steady_ssthresh,
    .cong_avoid = (void *)steady_avoid,
    .undo_cwnd = (void *)steady_undo,
    .name = "steady",
};

char LICENSE[] SEC("license") = "GPL";
