// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// What a lookup finds is used without a question: tests/verify/fixes.py.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct pair {
  __u64 a, b;
};
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 64);
  __type(key, __u32);
  __type(value, struct pair);
} pairs SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 64);
  __type(key, __u32);
  __type(value, __u64);
} seen SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
  __uint(max_entries, 64);
  __type(key, __u32);
  __type(value, __u64);
} each SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4096);
} events SEC(".maps");

SEC("xdp")
int null_write(struct xdp_md *ctx) {
  __u32 key = ctx->ingress_ifindex;
  struct pair *p = bpf_map_lookup_elem(&pairs, &key);
  p->a = 1;
  return XDP_DROP;
}

SEC("xdp")
int null_read(struct xdp_md *ctx) {
  __u32 key = ctx->ingress_ifindex;
  __u64 *hits = bpf_map_lookup_elem(&seen, &key);
  return *hits > 10 ? XDP_DROP : XDP_PASS;
}

SEC("tc")
int null_atomic(struct __sk_buff *skb) {
  __u32 key = skb->mark;
  __u64 *hits = bpf_map_lookup_elem(&seen, &key);
  __sync_fetch_and_add(hits, 1);
  return 0;
}

SEC("tc")
int null_second(struct __sk_buff *skb) {
  __u32 key = skb->mark;
  struct pair *first = bpf_map_lookup_elem(&pairs, &key);
  if (!first) return 0;
  key += 1;
  struct pair *second = bpf_map_lookup_elem(&pairs, &key);
  first->a = second->b;
  return 0;
}

SEC("socket")
int null_member(struct __sk_buff *skb) {
  __u32 key = skb->mark;
  struct pair *p = bpf_map_lookup_elem(&pairs, &key);
  __u64 *b = &p->b;
  *b += 1;
  return 0;
}

SEC("cgroup_skb/ingress")
int null_percpu(struct __sk_buff *skb) {
  __u32 key = skb->mark;
  __u64 *n = bpf_map_lookup_elem(&each, &key);
  *n += skb->len;
  return 1;
}

SEC("tracepoint/syscalls/sys_enter_openat")
int null_reserved(void *ctx) {
  __u64 *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
  *e = bpf_ktime_get_ns();
  bpf_ringbuf_submit(e, 0);
  return 0;
}

static __attribute__((noinline)) __u64 count(__u32 key) {
  __u64 *n = bpf_map_lookup_elem(&seen, &key);
  *n += 1;
  return *n;
}

SEC("xdp")
int null_in_function(struct xdp_md *ctx) {
  return count(ctx->rx_queue_index) > 1 ? XDP_DROP : XDP_PASS;
}

SEC("socket")
int null_in_branch(struct __sk_buff *skb) {
  __u32 key = skb->mark;
  __u64 *n = bpf_map_lookup_elem(&seen, &key);
  if (skb->len > 100) {
    *n += 1;
  }
  return 0;
}

SEC("tc")
int null_later(struct __sk_buff *skb) {
  __u32 key = skb->mark;
  __u64 *n = bpf_map_lookup_elem(&seen, &key);
  __u64 now = bpf_ktime_get_ns();
  bpf_printk("at %llu", now);
  *n = now;
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
