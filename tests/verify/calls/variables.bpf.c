// SPDX-License-Identifier: Apache-2.0
// What is no variable of the kernel is not taken for one, and a function that the kernel lacks is not called. What
// variables give is asked where the kernel tells their addresses: tests/verify/guest/variables.bpf.c.
#include "program.h"

extern int bpf_no_such_thing(void) __ksym __weak;
extern void bpf_rcu_read_lock(void) __ksym __weak;
extern void bpf_rcu_read_unlock(void) __ksym __weak;
extern const int bpf_no_such_variable __ksym __weak;
extern const void _stext __ksym;

SEC("tc") int stack_is_no_variable_refused(struct __sk_buff *s) { int x = 0; return *(int *)bpf_this_cpu_ptr(&x); }  // argument-type
SEC("tc") int context_is_no_variable_refused(struct __sk_buff *s) { return *(int *)bpf_this_cpu_ptr(s); }  // argument-type
SEC("tc") int number_is_no_variable_refused(struct __sk_buff *s) { return *(int *)bpf_this_cpu_ptr((void *)(long)s->len); }  // argument-type
SEC("tc") int object_is_no_variable_refused(struct __sk_buff *s) { return *(int *)bpf_this_cpu_ptr(bpf_get_current_task_btf()); }  // argument-type
SEC("tc") int missing_function_is_called_refused(struct __sk_buff *s) { return bpf_no_such_thing(); }  // not-initialised
SEC("tc") int missing_function_is_tested(struct __sk_buff *s) { return bpf_no_such_thing ? bpf_no_such_thing() : 0; }
SEC("tc") int function_that_is_there_is_tested(struct __sk_buff *s) { if (bpf_rcu_read_lock) { bpf_rcu_read_lock(); bpf_rcu_read_unlock(); } return bpf_rcu_read_lock ? 1 : 0; }
SEC("tc") int function_is_no_memory_refused(struct __sk_buff *s) { return *(volatile int *)bpf_rcu_read_lock; }
SEC("tc") int function_is_no_variable_refused(struct __sk_buff *s) { return *(int *)bpf_this_cpu_ptr((void *)bpf_rcu_read_lock); }
SEC("tc") int missing_variable_is_tested(struct __sk_buff *s) { return &bpf_no_such_variable ? *(int *)bpf_this_cpu_ptr(&bpf_no_such_variable) : 0; }
SEC("tc") int missing_variable_is_used_refused(struct __sk_buff *s) { return *(int *)bpf_this_cpu_ptr(&bpf_no_such_variable); }
SEC("tc") int missing_variable_is_read_refused(struct __sk_buff *s) { return *(volatile const int *)&bpf_no_such_variable; }
SEC("tc") int symbol_is_a_number(struct __sk_buff *s) { return (long)&_stext & 1; }
SEC("tc") int symbol_is_no_variable_refused(struct __sk_buff *s) { return *(int *)bpf_this_cpu_ptr(&_stext); }
