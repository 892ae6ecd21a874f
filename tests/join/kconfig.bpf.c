// 2 files. Externs of .kconfig in both files: the same ones and others, weak in one of them.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
extern int LINUX_KERNEL_VERSION __kconfig;
#if PART == 1
extern _Bool CONFIG_BPF_SYSCALL __kconfig __weak;
extern int CONFIG_HZ __kconfig;
SEC("xdp") int first(struct xdp_md *ctx) { return LINUX_KERNEL_VERSION + CONFIG_BPF_SYSCALL + CONFIG_HZ; }
#else
extern _Bool CONFIG_BPF_SYSCALL __kconfig __weak;
extern char CONFIG_NOBODY_HAS_THIS __kconfig __weak;
SEC("xdp") int second(struct xdp_md *ctx) { return LINUX_KERNEL_VERSION + CONFIG_BPF_SYSCALL + CONFIG_NOBODY_HAS_THIS; }
#endif
char _license[] SEC("license") = "GPL";
