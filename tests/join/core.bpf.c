// 2 files. CO-RE relocations in both files, of types that both have, one of them in a subprogram that both call.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#define CORE __attribute__((preserve_access_index))
struct mm_struct { unsigned long start_code; } CORE;
struct task_struct { int pid, tgid; struct mm_struct *mm; } CORE;
#if PART == 1
__noinline int pid_of(struct task_struct *t) { return BPF_CORE_READ(t, pid); }
SEC("kprobe/do_exit") int first(void *ctx) {
  struct task_struct *t = (void *)bpf_get_current_task();
  return pid_of(t) + BPF_CORE_READ(t, mm, start_code);
}
#else
struct file___new { int f_nothing; } CORE;
extern int pid_of(struct task_struct *t);
static __noinline int tgid_of(struct task_struct *t) { return BPF_CORE_READ(t, tgid); }
SEC("kprobe/do_unlinkat") int second(void *ctx) {
  struct task_struct *t = (void *)bpf_get_current_task();
  return pid_of(t) + tgid_of(t) + bpf_core_field_exists(struct file___new, f_nothing) +
         bpf_core_type_size(struct task_struct);
}
#endif
char _license[] SEC("license") = "GPL";
