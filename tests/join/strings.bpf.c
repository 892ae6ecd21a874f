// 2 files. Strings: those of bpf_printk, of arrays, and equal ones in both files.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#if PART == 1
const char name[] = "first file";
SEC("xdp") int first(struct xdp_md *ctx) {
  bpf_printk("both %d", ctx->data);
  bpf_printk("one %d", ctx->data);
  return name[ctx->data & 7];
}
#else
static const char name[] = "second";
SEC("xdp") int second(struct xdp_md *ctx) {
  bpf_printk("both %d", ctx->data);
  return name[ctx->data & 3];
}
#endif
char _license[] SEC("license") = "GPL";
