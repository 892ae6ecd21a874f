// 2 files. Addresses of static functions, in both files.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct state { long sum; };
static __noinline long other(long x) { return x * PART; }
static long add(__u32 i, struct state *s) { s->sum += i * PART; return 0; }
static long subtract(__u32 i, struct state *s) { s->sum -= i + other(i); return 0; }
#if PART == 1
SEC("xdp") int first(struct xdp_md *ctx) {
#else
SEC("xdp") int second(struct xdp_md *ctx) {
#endif
  struct state s = {};
  bpf_loop(10, add, &s, 0);
  bpf_loop(ctx->data & 7, subtract, &s, 0);
  return s.sum;
}
char _license[] SEC("license") = "GPL";
