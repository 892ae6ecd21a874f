// 2 files. Maps that are given maps and programs, on both sides; programs and inner maps of another section.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct inner { __uint(type, BPF_MAP_TYPE_ARRAY); __type(key, int); __type(value, long); __uint(max_entries, 10); };
#if PART == 1
struct inner one SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS); __uint(max_entries, 4); __type(key, int); __array(values, struct inner); }
  tables SEC(".maps") = {.values = {&one, 0, &one}};
SEC("xdp") int first(struct xdp_md *ctx) { int k = 0; return !bpf_map_lookup_elem(&tables, &k); }
#else
int stage(struct xdp_md *ctx);
struct inner two SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS); __uint(max_entries, 2); __type(key, int); __array(values, struct inner); }
  others SEC(".maps") = {.values = {0, &two}};
struct { __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, 4); __type(key, int); __array(values, int(void *)); }
  stages SEC(".maps") = {.values = {[2] = (void *)&stage}};
SEC("xdp") int start(struct xdp_md *ctx) {
  int k = 1;
  bpf_tail_call(ctx, &stages, 2);
  return !bpf_map_lookup_elem(&others, &k);
}
SEC("xdp") int stage(struct xdp_md *ctx) { return 2; }
#endif
char _license[] SEC("license") = "GPL";
