// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// Sizes that helpers are given may be anything: tests/verify/fixes.py.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, char[128]);
} scratch SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
  __uint(key_size, 4);
  __uint(value_size, 4);
} events SEC(".maps");

struct arguments {
  unsigned long long unused;
  long len;
  int small;
  const char *from;
};

SEC("tracepoint/syscalls/sys_enter_write")
int size_unbounded(struct arguments *ctx) {
  char buf[64] = {};
  unsigned long len = ctx->len;
  bpf_probe_read_user(buf, len, ctx->from);
  return buf[0];
}

SEC("tracepoint/syscalls/sys_enter_write")
int size_signed(struct arguments *ctx) {
  char buf[64] = {};
  int len = ctx->small;
  bpf_probe_read_user(buf, len, ctx->from);
  return buf[0];
}

SEC("tracepoint/syscalls/sys_enter_write")
int size_signed_bounded_above(struct arguments *ctx) {
  char buf[64] = {};
  long len = ctx->len;
  if (len > 64) return 0;
  bpf_probe_read_user(buf, len, ctx->from);
  return buf[0];
}

SEC("tracepoint/syscalls/sys_enter_write")
int size_value(struct arguments *ctx) {
  __u32 key = 0;
  char *to = bpf_map_lookup_elem(&scratch, &key);
  if (!to) return 0;
  unsigned long len = ctx->len;
  bpf_probe_read_user(to, len, ctx->from);
  return 0;
}

SEC("tracepoint/syscalls/sys_enter_write")
int size_signed_value(struct arguments *ctx) {
  __u32 key = 0;
  char *to = bpf_map_lookup_elem(&scratch, &key);
  if (!to) return 0;
  int len = ctx->small;
  bpf_probe_read_user(to, len, ctx->from);
  return 0;
}

SEC("tracepoint/syscalls/sys_enter_write")
int size_signed_value_bounded_above(struct arguments *ctx) {
  __u32 key = 0;
  char *to = bpf_map_lookup_elem(&scratch, &key);
  if (!to) return 0;
  int len = ctx->small;
  if (len > 128) return 0;
  bpf_probe_read_user(to, len, ctx->from);
  return 0;
}

SEC("tracepoint/syscalls/sys_enter_write")
int size_short(struct arguments *ctx) {
  char buf[64] = {};
  short len = ctx->small;
  bpf_probe_read_user(buf, len, ctx->from);
  return buf[0];
}

SEC("tracepoint/syscalls/sys_enter_write")
int size_string(struct arguments *ctx) {
  char name[32] = {};
  __u32 len = ctx->small;
  bpf_probe_read_user_str(name, len, ctx->from);
  return name[0];
}

SEC("tracepoint/syscalls/sys_enter_write")
int size_kernel(struct arguments *ctx) {
  struct {
    int a, b, c, d;
  } into = {};
  __u32 len = ctx->small;
  bpf_probe_read_kernel(&into, len, ctx->from);
  return into.a;
}

char LICENSE[] SEC("license") = "GPL";
