// 3 files. Static functions and variables of one name in every file, and static functions behind other code in .text.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
static int count = PART;
static int zero;
static const volatile int limit = 10 + PART;
static __noinline int helper(int x) { return x * PART + count + limit; }
static __noinline int outer(int x) { return helper(x) + zero++; }
#if PART == 1
SEC("xdp") int first(struct xdp_md *ctx) { count++; return outer(ctx->data); }
#elif PART == 2
SEC("xdp") int second(struct xdp_md *ctx) { count += 2; return outer(ctx->data) + helper(3); }
#else
SEC("tc") int third(struct __sk_buff *ctx) { count += 3; return outer(ctx->len); }
#endif
char _license[] SEC("license") = "GPL";
