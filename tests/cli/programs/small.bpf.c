// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// One of everything that a dump shows: a map, a variable, a branch, a helper, a subprogram, fields of the context.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct count {
  __u64 packets, bytes;
};
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 2);
  __type(key, __u32);
  __type(value, struct count);
} counts SEC(".maps");

__u32 seen;

static __attribute__((noinline)) int is_long(__u64 bytes) { return bytes > 1000; }

SEC("xdp")
int measure(struct xdp_md *ctx) {
  __u64 bytes = ctx->data_end - ctx->data;
  __u32 key = is_long(bytes);
  struct count *c = bpf_map_lookup_elem(&counts, &key);
  if (!c) return XDP_ABORTED;
  c->packets++;
  c->bytes += bytes;
  seen++;
  return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
