// SPDX-License-Identifier: Apache-2.0
// What the programs of this folder share. Each is walked by skep and by the running kernel, and both must have looked at
// the same number of instructions and kept the same states (tests/verify/effort.py).
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 16);
  __type(key, int);
  __type(value, char[1024]);
} blocks SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 64);
  __type(key, __u32);
  __type(value, __u64[8]);
} flows SEC(".maps");
