// 2 files. Maps that another file defines, and maps of one file only. (bpftool 7.1 loses maps that are extern first.)
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct flow { __u32 from, to; };
#define COUNTS { __uint(type, BPF_MAP_TYPE_HASH); __type(key, struct flow); __type(value, long); __uint(max_entries, 64); }
#if PART == 1
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } events SEC(".maps");
struct COUNTS counts SEC(".maps");
SEC("xdp") int first(struct xdp_md *ctx) {
  struct flow f = {ctx->data, 2};
  void *e = bpf_ringbuf_reserve(&events, 8, 0);
  if (e) bpf_ringbuf_discard(e, 0);
  return !bpf_map_lookup_elem(&counts, &f);
}
#else
extern struct COUNTS counts SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __type(key, int); __type(value, long); __uint(max_entries, 3); } mine SEC(".maps");
SEC("xdp") int second(struct xdp_md *ctx) {
  struct flow f = {ctx->data, 1};
  int k = 0;
  return !bpf_map_lookup_elem(&counts, &f) + !bpf_map_lookup_elem(&mine, &k);
}
#endif
char _license[] SEC("license") = "GPL";
