// SPDX-License-Identifier: Apache-2.0
// For the tests of this folder: objects made by the compilers we support.
#pragma once

#include "btf/made.hpp"
#include "object/open.hpp"

namespace skep::object::made {

using btf::made::Folder;

inline constexpr const char* clangs[] = {"clang-14", "clang-16", "clang-19"};

// The object a compiler makes of `source`; `flags` may replace the usual ones.
inline Buffer compiled(const std::string& compiler, std::string_view source, std::string flags = "") {
  Folder folder;
  if (flags.empty()) flags = compiler == "bpf-gcc" ? "-O2 -gbtf -mcpu=v3" : "-target bpf -O2 -g -mcpu=v3";
  std::string command = compiler + " " + flags + " -I/usr/include -I/usr/include/x86_64-linux-gnu -c " +
                        folder.write("o.c", source) + " -o " + folder.path + "/o.o";
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  auto bytes = read_file(folder.path + "/o.o");
  return bytes ? *bytes : Buffer{};
}

inline Object object_of(const std::string& compiler, std::string_view source, std::string flags = "") {
  auto o = Object::parse("o.o", compiled(compiler, source, std::move(flags)));
  if (!o) ADD_FAILURE() << o.error().text(), std::abort();
  return std::move(*o);
}

inline module::Module module_of(const std::string& compiler, std::string_view source, const OpenOptions& options = {}) {
  auto m = open(object_of(compiler, source), options);
  EXPECT_TRUE(m) << m.error().text();
  return m ? std::move(*m) : module::Module{};
}

// The error that opening gives, or "accepted".
inline std::string refusal_of(const std::string& compiler, std::string_view source, const OpenOptions& options = {}) {
  auto m = open(object_of(compiler, source), options);
  return m ? "accepted" : m.error().text();
}

// What programs here need of linux/bpf.h and bpf_helpers.h, which take three times as long to compile.
inline constexpr const char* prelude = R"(
#define SEC(name) __attribute__((section(name), used))
#define __uint(name, value) int (*name)[value]
#define __type(name, value) typeof(value) *name
#define __array(name, value) typeof(value) *name[]
struct xdp_md { unsigned data, data_end, data_meta, ingress_ifindex, rx_queue_index, egress_ifindex; };
struct __sk_buff { unsigned len; };
static void *(*bpf_map_lookup_elem)(void *, const void *) = (void *)1;
static long (*bpf_loop)(unsigned, void *, void *, unsigned long long) = (void *)181;
char _license[] SEC("license") = "GPL";
)";

// Subprograms of every kind, called from two programs and from each other; globals; a callback.
inline constexpr const char* linking = R"(
#define SEC(name) __attribute__((section(name), used))
struct __sk_buff { unsigned len; };
int pad = 3;
int numbers[8] = {1, 2, 3};
static int counters[5];
static const char text[] = "hi %d";
const volatile int limit = 9;
__attribute__((noinline)) int twice(int a) { return a * 3 + numbers[5]; }
__attribute__((noinline)) int more(int a) { return twice(a) + numbers[a & 7]; }
static __attribute__((noinline)) int inner(int *a) { return *a + numbers[2]; }
static __attribute__((noinline)) int outer(int *a) { return *a + numbers[3] + inner(a); }
SEC("socket") int first(struct __sk_buff *ctx) {
  int x = ctx->len;
  const char *p = text;
  counters[x & 3]++;
  return outer(&x) + more(x) + numbers[1] + p[x & 3] + limit;
}
SEC("socket") int second(struct __sk_buff *ctx) {
  int x = ctx->len;
  counters[4] = x;
  return inner(&x) + twice(x) + numbers[4];
}
SEC("xdp") int third(void *ctx) { return twice(2) > pad; }
char _license[] SEC("license") = "Dual MIT/GPL";
unsigned _version SEC("version") = 0x60100;
)";

// Maps of every form.
inline constexpr const char* maps = R"(
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct flow { __u32 from, to; };
typedef struct flow flow_t;
typedef const __u64 count_t;
struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, flow_t); __type(value, count_t); __uint(max_entries, 100);
         __uint(map_flags, BPF_F_NO_PREALLOC); __uint(pinning, LIBBPF_PIN_BY_NAME); } flows SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(key_size, 4); __uint(value_size, 16);
         __uint(max_entries, 2); } totals SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_BLOOM_FILTER); __type(value, __u32); __uint(max_entries, 10);
         __uint(map_extra, 3); __uint(numa_node, 0); } seen SEC(".maps");
struct inner { __uint(type, BPF_MAP_TYPE_ARRAY); __type(key, int); __type(value, long); __uint(max_entries, 10); }
  one SEC(".maps"), two SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS); __uint(max_entries, 4); __type(key, int);
         __array(values, struct inner); } tables SEC(".maps") = {.values = {&one, 0, &two}};
int stage(struct xdp_md *ctx);
struct { __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, 4); __type(key, int);
         __array(values, int(void *)); } stages SEC(".maps") = {.values = {[2] = (void *)&stage}};
SEC("xdp") int start(struct xdp_md *ctx) {
  struct flow f = {1, 2};
  int k = 0;
  count_t *n = bpf_map_lookup_elem(&flows, &f);
  long *t = bpf_map_lookup_elem(&totals, &k);
  void *m = bpf_map_lookup_elem(&tables, &k);
  if (n && t) t[0] += *n;
  bpf_tail_call(ctx, &stages, 2);
  return bpf_map_peek_elem(&seen, &k) + (m != 0);
}
SEC("xdp") int stage(struct xdp_md *ctx) {
  int k = 1;
  return bpf_map_lookup_elem(&one, &k) != bpf_map_lookup_elem(&two, &k);
}
char _license[] SEC("license") = "GPL";
)";

}  // namespace skep::object::made
