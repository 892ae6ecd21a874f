// 2 files. Functions that other files define, called from both sides, and one that calls back.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#if PART == 1
extern int twice(int x);
extern long sum(int a, int b, long c);
__noinline int one_more(int x) { return x * 7 + 1; }
SEC("xdp") int first(struct xdp_md *ctx) { return twice(ctx->data) + sum(1, ctx->data_end, 3); }
SEC("tc") int second(struct __sk_buff *ctx) { return one_more(ctx->len) + twice(ctx->mark); }
#elif PART == 2
extern int one_more(int x);
__noinline int twice(int x) { return x * 5 + one_more(x); }
__noinline long sum(int a, int b, long c) { return a * b + c; }
SEC("xdp") int third(struct xdp_md *ctx) { return one_more(ctx->data) + sum(4, ctx->data, 6); }
#endif
char _license[] SEC("license") = "GPL";
