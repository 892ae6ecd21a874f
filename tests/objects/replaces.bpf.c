// SPDX-License-Identifier: Apache-2.0
// Programs that take the place of another's function, or look at one.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

u64 packets;

SEC("freplace/classify") int classify(struct xdp_md *ctx) { return XDP_PASS; }
SEC("freplace") int count(struct xdp_md *ctx) {
  packets++;
  return XDP_DROP;
}
SEC("fentry/classify") int BPF_PROG(before, struct xdp_buff *xdp) {
  packets += xdp->rxq->queue_index;
  return 0;
}
SEC("fexit/classify") int BPF_PROG(after, struct xdp_buff *xdp, int verdict) { return xdp->data_end - xdp->data; }
SEC("syscall") int called(void *ctx) {
  packets = 0;
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
