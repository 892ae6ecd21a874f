// 2 files. A strong definition goes before weak ones, whichever comes first; of weak ones the first is taken.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#if PART == 1
__weak int early(int x) { return x + 1; }
int late(int x) { return x * 3 + 1; }
__weak int both(int x) { return x + 11; }
int weak_data __weak = 1;
int strong_data = 2;
int both_data __weak = 3;
SEC("xdp") int first(struct xdp_md *ctx) {
  return early(ctx->data) + late(2) + both(3) + weak_data + strong_data + both_data;
}
#else
int early(int x) { return x * 9 + 2; }
__weak int late(int x) { return x + 2; }
__weak int both(int x) { return x + 22; }
int weak_data = 10;
int strong_data __weak = 20;
int both_data __weak = 30;
SEC("xdp") int second(struct xdp_md *ctx) {
  return early(ctx->data) + late(5) + both(6) + weak_data + strong_data + both_data;
}
#endif
char _license[] SEC("license") = "GPL";
