// 2 files. Types of every kind, some only declared in one file, some of one name that differ.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct opaque;
struct list { struct list *next; union { int number; const char *text; }; enum colour { RED, BLUE = 4 } colour : 4; };
typedef int (*handler_t)(struct list *, struct opaque *);
#if PART == 1
struct opaque { int inside; };
struct differs { int a; };
struct list head;
#else
struct differs { long b; };
struct list tail;
enum big { BIG = 1ll << 40 } big;
float ratio;
#endif
static struct differs differs_here;
static struct opaque *opaque;
handler_t handlers[2] __weak;
int tagged __attribute__((btf_decl_tag("tag"))) __weak;
int __attribute__((btf_type_tag("user"))) *pointer __weak;
#if PART == 1
SEC("xdp") int first(struct xdp_md *ctx) { head.number++; return opaque != 0 && tagged + differs_here.a; }
#else
SEC("xdp") int second(struct xdp_md *ctx) { tail.number++; big = 3; return opaque != 0 && pointer && differs_here.b; }
#endif
char _license[] SEC("license") = "GPL";
