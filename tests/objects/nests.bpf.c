// SPDX-License-Identifier: Apache-2.0
// Maps inside maps, filled by their declarations, and programs in a table.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct inner {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 16);
  __type(key, u32);
  __type(value, u64);
} one SEC(".maps"), two SEC(".maps"), three SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
  __uint(max_entries, 8);
  __uint(key_size, 4);
  __array(values, struct inner);
} rows SEC(".maps") = {.values = {&one, [3] = &two, [4] = &three}};

struct {
  __uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
  __uint(max_entries, 4);
  __uint(key_size, 8);
  __uint(value_size, 4);
  __array(values, struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 100);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, u64);
    __type(value, u32);
  });
} by_name SEC(".maps");

int step(struct __sk_buff *skb);
int end(struct __sk_buff *skb);
struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(max_entries, 4);
  __uint(key_size, 4);
  __array(values, int(void *));
} stages SEC(".maps") = {.values = {[1] = (void *)&step, [3] = (void *)&end}};

static __noinline u64 *find(u32 row, u32 at) {
  void *map = bpf_map_lookup_elem(&rows, &row);
  return map ? bpf_map_lookup_elem(map, &at) : 0;
}

SEC("tc") int begin(struct __sk_buff *skb) {
  u64 *n = find(skb->mark, 0), key = skb->len;
  if (n) ++*n;
  void *named = bpf_map_lookup_elem(&by_name, &key);
  if (named) bpf_map_delete_elem(named, &key);
  bpf_tail_call(skb, &stages, 1);
  return 0;
}
SEC("tc") int step(struct __sk_buff *skb) {
  u32 zero = 0;
  u64 *n = bpf_map_lookup_elem(&two, &zero);
  if (n) ++*n;
  bpf_tail_call(skb, &stages, skb->mark);
  return 1;
}
SEC("tc") int end(struct __sk_buff *skb) { return 2; }

char LICENSE[] SEC("license") = "GPL";
