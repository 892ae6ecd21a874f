// 2 files. Variables that another file defines: initialised, zero, constant, arrays of unknown length; and alignment.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct pair { char tag; long value; };
#if PART == 1
extern int counter;
extern struct pair pairs[];
extern const volatile int limit;
extern long total;
char odd = 3;
char padding[5] = "abcd";
char zero_byte;
SEC("xdp") int first(struct xdp_md *ctx) {
  total += counter;
  zero_byte++;
  return counter + pairs[1].value + limit + odd + padding[ctx->data & 3];
}
#else
char more = 1;
int counter = 5;
struct pair pairs[3] = {{1, 2}, {3, 4}};
const volatile int limit = 9;
long total;
const volatile char letter = 65;
SEC("tc") int second(struct __sk_buff *ctx) { total++; return more + letter + pairs[2].value; }
#endif
char _license[] SEC("license") = "GPL";
