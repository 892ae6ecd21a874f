// 3 files. Programs of one section from several files, one file without programs, and a section of own data.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#if PART == 1
SEC("tracepoint/syscalls/sys_enter_openat") int first(void *ctx) { return 1; }
SEC("xdp") int x1(struct xdp_md *ctx) { return ctx->data; }
int own SEC(".data.own") = 5;
#elif PART == 2
int nothing_else = 3;
extern int own;
static __noinline int local(int x) { return x + own; }
__noinline int used(int x) { return local(x) * 2; }
#else
extern int used(int x);
extern int nothing_else;
int also_own SEC(".data.own") = 6;
SEC("tracepoint/syscalls/sys_enter_openat") int second(void *ctx) { return nothing_else; }
SEC("xdp") int x2(struct xdp_md *ctx) { return used(ctx->data) + also_own; }
SEC("xdp") int x3(struct xdp_md *ctx) { return used(3); }
char _license[] SEC("license") = "GPL";
#endif
