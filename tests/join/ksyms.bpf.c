// 2 files. Variables of the kernel, one of them in both; functions in one: bpftool 7.1 refuses in two what has no size.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
extern const int runqueues __ksym __weak;
#if PART == 1
extern const void bpf_prog_active __ksym __weak;
SEC("tp_btf/sys_enter") int first(void *ctx) { return &bpf_prog_active != 0 && bpf_this_cpu_ptr(&runqueues) != 0; }
#else
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;
SEC("tp_btf/sys_exit") int second(void *ctx) {
  bpf_rcu_read_lock();
  bpf_rcu_read_unlock();
  return bpf_this_cpu_ptr(&runqueues) != 0;
}
#endif
char _license[] SEC("license") = "GPL";
