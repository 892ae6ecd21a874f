// 2 files. Hidden functions, maps and variables are still one for all files; a pointer is to a declared struct only.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct request;
#if PART == 1
extern int handle(struct request *r, int n);
extern int hidden_count;
SEC("xdp") int first(struct xdp_md *ctx) { return handle((void *)0, ctx->data) + hidden_count; }
#else
struct request { int id; struct request *next; };
int hidden_count __hidden = 4;
__hidden __noinline int handle(struct request *r, int n) { return r ? r->id + n : n * 3; }
__hidden struct { __uint(type, BPF_MAP_TYPE_ARRAY); __type(key, int); __type(value, struct request); __uint(max_entries, 1); }
  requests SEC(".maps");
SEC("xdp") int second(struct xdp_md *ctx) { int k = 0; return handle(bpf_map_lookup_elem(&requests, &k), 2); }
#endif
char _license[] SEC("license") = "GPL";
