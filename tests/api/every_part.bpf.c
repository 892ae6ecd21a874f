// SPDX-License-Identifier: Apache-2.0
// Every part of an object that the C API gives access to.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 16);
  __type(key, __u32);
  __type(value, __u64);
} hits SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, __u64);
} per_cpu SEC(".maps");

int target(struct xdp_md *ctx);
struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(max_entries, 4);
  __uint(key_size, 4);
  __array(values, int(void *));
} calls SEC(".maps") = {.values = {[1] = (void *)&target}};

const volatile __u32 limit = 2;
__u64 total = 10;
__u32 seen;

SEC("xdp")
int count(struct xdp_md *ctx) {
  __u8 *data = (void *)(long)ctx->data;
  __u32 key = 1;
  __u64 *found = bpf_map_lookup_elem(&hits, &key);
  if (found) *found += 1;
  if ((void *)(data + 1) <= (void *)(long)ctx->data_end) *data += 1;
  total += 1;
  __sync_fetch_and_add(&seen, 1);
  return limit;
}

SEC("?xdp")
int only_when_named(struct xdp_md *ctx) {
  return 0;
}

SEC("xdp")
int jump(struct xdp_md *ctx) {
  bpf_tail_call(ctx, &calls, 1);
  return 1;
}

SEC("xdp")
int target(struct xdp_md *ctx) {
  return 42;
}

// No verifier lets it through: it is for load_unchecked.
SEC("?xdp")
int crash(struct xdp_md *ctx) {
  __u64 *nowhere = (void *)8;
  return *(volatile __u64 *)nowhere;
}

char LICENSE[] SEC("license") = "GPL";
