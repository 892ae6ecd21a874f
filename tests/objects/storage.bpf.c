// SPDX-License-Identifier: Apache-2.0
// Kinds of maps that the others have not: sizes that libbpf makes fit, a filter, a queue, what only user space fills.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#define RING(name, bytes)             \
  struct {                            \
    __uint(type, BPF_MAP_TYPE_RINGBUF); \
    __uint(max_entries, bytes);       \
  } name SEC(".maps")

RING(ring_1, 1);
RING(ring_5000, 5000);
RING(ring_12288, 3 * 4096);
RING(ring_8192, 8192);
struct {
  __uint(type, BPF_MAP_TYPE_USER_RINGBUF);
  __uint(max_entries, 10000);
} from_user SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
  __uint(key_size, sizeof(int));
  __uint(value_size, sizeof(int));
} one_for_each_cpu SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
  __type(key, int);
  __type(value, int);
  __uint(max_entries, 3);
} three SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __type(key, u64);
  __type(value, u64);
  __uint(max_entries, 1 << 30);  // as a type: an array of 4 GiB
  __uint(map_flags, BPF_F_NO_PREALLOC);
} many SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_BLOOM_FILTER);
  __type(value, u64);
  __uint(max_entries, 1000);
  __uint(map_extra, 5);
} seen SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_QUEUE);
  __uint(max_entries, 10);
  __type(value, u32);
} queue SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_STACK);
  __uint(max_entries, 10);
  __uint(value_size, 8);
} stack SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(map_flags, BPF_F_MMAPABLE | BPF_F_RDONLY_PROG);
  __uint(max_entries, 2);
  __uint(numa_node, 0);
  __type(key, u32);
  __type(value, u64[32]);
} pages SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_CGROUP_ARRAY);
  __uint(max_entries, 1);
  __type(key, u32);
  __type(value, u32);
} groups SEC(".maps");

static long drained(struct bpf_dynptr *d, void *none) { return 0; }

SEC("tc") int uses(struct __sk_buff *skb) {
  u64 v = skb->len;
  u32 zero = 0;
  bpf_map_push_elem(&seen, &v, 0);
  bpf_map_push_elem(&queue, &v, 0);
  bpf_map_pop_elem(&stack, &v);
  bpf_ringbuf_output(&ring_5000, &v, sizeof v, 0);
  bpf_perf_event_output(skb, &one_for_each_cpu, BPF_F_CURRENT_CPU, &v, sizeof v);
  u64 *page = bpf_map_lookup_elem(&pages, &zero);
  return bpf_skb_under_cgroup(skb, &groups, 0) + (page ? page[3] : 0);
}
SEC("tp/syscalls/sys_enter_getpgid") int drains(void *ctx) { return bpf_user_ringbuf_drain(&from_user, drained, 0, 0); }

char LICENSE[] SEC("license") = "GPL";
