// SPDX-License-Identifier: Apache-2.0
// Packets by the power of two of their length: a loop, a subprogram and an array of counters.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 32);
  __type(key, __u32);
  __type(value, __u64);
} lengths SEC(".maps");

static __attribute__((noinline)) __u32 log2_of(__u32 n) {
  __u32 log = 0;
  while (log < 31 && n > 1) {
    n >>= 1;
    log++;
  }
  return log;
}

SEC("xdp")
int length(struct xdp_md *ctx) {
  __u32 log = log2_of(ctx->data_end - ctx->data);
  __u64 *n = bpf_map_lookup_elem(&lengths, &log);
  if (n) *n += 1;
  return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
