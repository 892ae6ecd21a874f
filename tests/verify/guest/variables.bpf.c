// SPDX-License-Identifier: Apache-2.0
// Variables of the kernel, of which each CPU has its own: an address is not the place of any of them, bpf_per_cpu_ptr()
// and bpf_this_cpu_ptr() give that. The kernel must know the addresses of variables (CONFIG_KALLSYMS_ALL).
#include "../calls/kernel.h"

struct rq { unsigned int nr_running; struct task_struct *curr; } __attribute__((preserve_access_index));
struct bpf_key { void *key; };
struct kernel_stat { unsigned long irqs_sum; } __attribute__((preserve_access_index));
MAP(array, ARRAY, 4, __u32, __u64);

extern const struct rq runqueues __ksym;
extern const struct kernel_stat kstat __ksym;
extern const int bpf_prog_active __ksym;
extern const unsigned long nr_dentry __ksym;
extern const _Bool kernel_fpu_allowed __ksym;
extern struct task_struct *const current_task __ksym;
extern const void _stext __ksym;
extern const int bpf_no_such_variable __ksym __weak;
extern const struct rq bpf_no_such_struct __ksym __weak;
extern void bpf_key_put(struct bpf_key *key) __ksym __weak;

STATIC int reads(const int *p) { USED(p); return *p; }
GLOBAL int reads_alone(const int *p) { USED(p); return p ? *p : 0; }
GLOBAL int takes_trusted(struct rq *rq TAG("trusted")) { return rq->nr_running; }

// This CPU's own is always there, another's only where the CPU is.
SEC("tc") int this_int(struct __sk_buff *s) { return *(int *)bpf_this_cpu_ptr(&bpf_prog_active); }
SEC("tc") int this_long(struct __sk_buff *s) { return *(long *)bpf_this_cpu_ptr(&nr_dentry); }
SEC("tc") int this_bool(struct __sk_buff *s) { return *(_Bool *)bpf_this_cpu_ptr(&kernel_fpu_allowed); }
SEC("tc") int this_pointer(struct __sk_buff *s) { return *(long *)bpf_this_cpu_ptr(&current_task) != 0; }
SEC("tc") int this_pointers_task_refused(struct __sk_buff *s) { struct task_struct **p = bpf_this_cpu_ptr(&current_task); return (*p)->pid; }
SEC("tc") int this_struct(struct __sk_buff *s) { struct rq *rq = bpf_this_cpu_ptr(&runqueues); return rq->nr_running; }
SEC("tc") int this_struct_tested(struct __sk_buff *s) { struct rq *rq = bpf_this_cpu_ptr(&runqueues); return rq ? rq->nr_running : 0; }
SEC("tc") int another_int(struct __sk_buff *s) { int *p = bpf_per_cpu_ptr(&bpf_prog_active, s->len); return p ? *p : 0; }
SEC("tc") int another_int_untested_refused(struct __sk_buff *s) { int *p = bpf_per_cpu_ptr(&bpf_prog_active, s->len); return *p; }
SEC("tc") int another_struct(struct __sk_buff *s) { struct rq *rq = bpf_per_cpu_ptr(&runqueues, s->len); return rq ? rq->nr_running : 0; }
SEC("tc") int another_struct_untested_refused(struct __sk_buff *s) { struct rq *rq = bpf_per_cpu_ptr(&runqueues, s->len); return rq->nr_running; }
SEC("tc") int another_of_cpu_0_untested_refused(struct __sk_buff *s) { struct rq *rq = bpf_per_cpu_ptr(&runqueues, 0); return rq->nr_running; }
SEC("tc") int another_of_a_cpu_that_was_a_pointer(struct __sk_buff *s) { int *p = bpf_per_cpu_ptr(&bpf_prog_active, (__u32)(long)s); return p ? *p : 0; }
SEC("kprobe/x") int this_int_in_a_probe(void *c) { return *(int *)bpf_this_cpu_ptr(&bpf_prog_active); }
SEC("xdp") int this_struct_in_xdp(struct xdp_md *x) { struct rq *rq = bpf_this_cpu_ptr(&runqueues); return rq->nr_running; }
SEC("syscall") int this_struct_where_it_may_sleep(void *c) { struct rq *rq = bpf_this_cpu_ptr(&runqueues); return rq->nr_running; }

// A structure's members are followed, as everywhere.
SEC("tc") int member_of_a_member(struct __sk_buff *s) { struct rq *rq = bpf_this_cpu_ptr(&runqueues); return rq->curr->pid; }
SEC("tc") int member_is_no_trusted_task_refused(struct __sk_buff *s) { struct rq *rq = bpf_this_cpu_ptr(&runqueues); struct task_struct *t = bpf_task_acquire(rq->curr); if (t) bpf_task_release(t); return 0; }
SEC("tc") int struct_is_a_trusted_one(struct __sk_buff *s) { return takes_trusted(bpf_this_cpu_ptr(&runqueues)); }
SEC("tc") int tested_struct_is_a_trusted_one(struct __sk_buff *s) { struct rq *rq = bpf_per_cpu_ptr(&runqueues, 1); return rq ? takes_trusted(rq) : 0; }
SEC("tc") int struct_as_another(struct __sk_buff *s) { struct kernel_stat *k = bpf_this_cpu_ptr(&kstat); return k->irqs_sum; }
SEC("tc") int far_into_a_struct_refused(struct __sk_buff *s) { char *p = bpf_this_cpu_ptr(&kstat); return p[1 << 20]; }
SEC("tc") int before_a_struct_refused(struct __sk_buff *s) { char *p = bpf_this_cpu_ptr(&kstat); return p[-1]; }
SEC("tc") int anywhere_in_a_struct_refused(struct __sk_buff *s) { char *p = bpf_this_cpu_ptr(&kstat); return p[s->len & 7]; }
SEC("tc") int byte_of_an_int(struct __sk_buff *s) { char *p = bpf_this_cpu_ptr(&bpf_prog_active); return p[3]; }
SEC("tc") int any_byte_of_an_int(struct __sk_buff *s) { char *p = bpf_this_cpu_ptr(&bpf_prog_active); return p[s->len & 3]; }
SEC("tc") int behind_an_int_refused(struct __sk_buff *s) { char *p = bpf_this_cpu_ptr(&bpf_prog_active); return p[4]; }
SEC("tc") int any_byte_behind_an_int_refused(struct __sk_buff *s) { char *p = bpf_this_cpu_ptr(&bpf_prog_active); return p[s->len & 7]; }
SEC("tc") int more_than_an_int_refused(struct __sk_buff *s) { return *(long *)bpf_this_cpu_ptr(&bpf_prog_active); }
SEC("tc") int more_than_another_int_refused(struct __sk_buff *s) { long *p = bpf_per_cpu_ptr(&bpf_prog_active, 1); return p ? *p : 0; }
SEC("tc") int int_as_a_struct(struct __sk_buff *s) { struct pair { int a; } *p = bpf_this_cpu_ptr(&bpf_prog_active); return p->a; }

// Nobody writes.
SEC("tc") int writes_int_refused(struct __sk_buff *s) { int *p = bpf_this_cpu_ptr(&bpf_prog_active); *p = 1; return 0; }
SEC("tc") int writes_another_int_refused(struct __sk_buff *s) { int *p = bpf_per_cpu_ptr(&bpf_prog_active, 1); if (p) *p = 1; return 0; }
SEC("tc") int adds_to_int_refused(struct __sk_buff *s) { int *p = bpf_this_cpu_ptr(&bpf_prog_active); __sync_fetch_and_add(p, 1); return 0; }
SEC("tc") int writes_member_refused(struct __sk_buff *s) { struct rq *rq = bpf_this_cpu_ptr(&runqueues); rq->nr_running = 1; return 0; }
SEC("tc") int helper_writes_refused(struct __sk_buff *s) { bpf_get_current_comm(bpf_this_cpu_ptr(&bpf_prog_active), 4); return 0; }
SEC("tc") int helper_reads_int_refused(struct __sk_buff *s) { return bpf_map_lookup_elem(&array, bpf_this_cpu_ptr(&bpf_prog_active)) != 0; }
SEC("tc") int helper_reads_another_int_untested_refused(struct __sk_buff *s) { return bpf_map_lookup_elem(&array, bpf_per_cpu_ptr(&bpf_prog_active, 1)) != 0; }
SEC("tc") int helper_reads_bool_as_int_refused(struct __sk_buff *s) { return bpf_map_lookup_elem(&array, bpf_this_cpu_ptr(&kernel_fpu_allowed)) != 0; }
SEC("tc") int helper_reads_struct_refused(struct __sk_buff *s) { return bpf_map_lookup_elem(&array, bpf_this_cpu_ptr(&runqueues)) != 0; }
SEC("tc") int helper_reads_carefully(struct __sk_buff *s) { int x = 0; bpf_probe_read_kernel(&x, 4, bpf_this_cpu_ptr(&runqueues)); return x; }
SEC("tc") int function_reads_int(struct __sk_buff *s) { return reads(bpf_this_cpu_ptr(&bpf_prog_active)); }
SEC("tc") int global_function_reads_int_refused(struct __sk_buff *s) { return reads_alone(bpf_this_cpu_ptr(&bpf_prog_active)); }

// The address itself is no memory.
SEC("tc") int int_directly_refused(struct __sk_buff *s) { return *(volatile const int *)&bpf_prog_active; }
SEC("tc") int struct_directly_refused(struct __sk_buff *s) { return *(volatile const unsigned int *)&runqueues.nr_running; }
SEC("tc") int written_directly_refused(struct __sk_buff *s) { *(volatile int *)&bpf_prog_active = 1; return 0; }
SEC("tc") int address_is_a_key_refused(struct __sk_buff *s) { return bpf_map_lookup_elem(&array, &bpf_prog_active) != 0; }
SEC("tc") int address_is_read_carefully(struct __sk_buff *s) { int x = 0; bpf_probe_read_kernel(&x, 4, &bpf_prog_active); return x; }
SEC("tc") int address_is_given_to_a_function(struct __sk_buff *s) { const int *p = &bpf_prog_active; USED(p); return *(int *)bpf_this_cpu_ptr(p); }
SEC("tc") int address_is_moved_refused(struct __sk_buff *s) { const char *p = (const char *)&runqueues; asm volatile("%0 += 4" : "+r"(p)); return *(int *)bpf_this_cpu_ptr(p); }
SEC("tc") int address_is_moved_by_any_number_refused(struct __sk_buff *s) { const char *p = (const char *)&runqueues; __u32 n = s->len & 7; asm volatile("%0 += %1" : "+r"(p) : "r"(n)); return *(int *)bpf_this_cpu_ptr(p); }
SEC("tc") int address_is_stored(struct __sk_buff *s) { __u32 k = 0; __u64 *v = bpf_map_lookup_elem(&array, &k); if (v) *v = (long)&runqueues; return 0; }
SEC("tc") int address_is_compared(struct __sk_buff *s) { const int *p = &bpf_prog_active; USED(p); asm volatile("" : "+r"(p)); return p ? *(int *)bpf_this_cpu_ptr(p) : 7; }
SEC("tc") int this_cpus_is_no_variable_refused(struct __sk_buff *s) { return *(int *)bpf_this_cpu_ptr(bpf_this_cpu_ptr(&runqueues)); }
SEC("tc") int this_cpus_int_is_no_variable_refused(struct __sk_buff *s) { return *(int *)bpf_this_cpu_ptr(bpf_this_cpu_ptr(&bpf_prog_active)); }
SEC("tc") int value_is_no_variable_refused(struct __sk_buff *s) { __u32 k = 0; __u64 *v = bpf_map_lookup_elem(&array, &k); return v ? *(int *)bpf_this_cpu_ptr(v) : 0; }

// Symbols without a type are numbers; what is not there is 0.
SEC("tc") int symbol_is_a_number(struct __sk_buff *s) { return (long)&_stext & 1; }
SEC("tc") int symbol_is_no_variable_refused(struct __sk_buff *s) { return *(int *)bpf_this_cpu_ptr(&_stext); }
SEC("tc") int symbol_is_no_variable_of_another_refused(struct __sk_buff *s) { int *p = bpf_per_cpu_ptr(&_stext, 1); return p ? *p : 0; }
SEC("tc") int missing_variable_is_tested(struct __sk_buff *s) { return &bpf_no_such_variable ? *(int *)bpf_this_cpu_ptr(&bpf_no_such_variable) : 0; }
SEC("tc") int missing_variable_is_used_refused(struct __sk_buff *s) { return *(int *)bpf_this_cpu_ptr(&bpf_no_such_variable); }
SEC("tc") int missing_struct_is_tested(struct __sk_buff *s) { struct rq *rq; if (!&bpf_no_such_struct) return 1; rq = bpf_this_cpu_ptr(&bpf_no_such_struct); return rq->nr_running; }
SEC("tc") int missing_variable_is_read_refused(struct __sk_buff *s) { return *(volatile const int *)&bpf_no_such_variable; }
SEC("tc") int function_that_is_there_is_tested(struct __sk_buff *s) { return bpf_key_put ? 1 : 0; }
SEC("tc") int function_is_no_memory_refused(struct __sk_buff *s) { return *(volatile int *)bpf_key_put; }
SEC("tc") int function_is_no_variable_refused(struct __sk_buff *s) { return *(int *)bpf_this_cpu_ptr((void *)bpf_key_put); }

