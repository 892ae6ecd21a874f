// SPDX-License-Identifier: Apache-2.0
// What is no variable of the kernel is not taken for one, and a function that the kernel lacks is not called.
#include "program.h"

extern int bpf_no_such_thing(void) __ksym __weak;

SEC("tc") int stack_is_no_variable_refused(struct __sk_buff *s) { int x = 0; return *(int *)bpf_this_cpu_ptr(&x); }  // argument-type
SEC("tc") int context_is_no_variable_refused(struct __sk_buff *s) { return *(int *)bpf_this_cpu_ptr(s); }  // argument-type
SEC("tc") int number_is_no_variable_refused(struct __sk_buff *s) { return *(int *)bpf_this_cpu_ptr((void *)(long)s->len); }  // argument-type
SEC("tc") int object_is_no_variable_refused(struct __sk_buff *s) { return *(int *)bpf_this_cpu_ptr(bpf_get_current_task_btf()); }  // argument-type
SEC("tc") int missing_function_is_called_refused(struct __sk_buff *s) { return bpf_no_such_thing(); }  // not-initialised
SEC("tc") int missing_function_is_tested(struct __sk_buff *s) { return bpf_no_such_thing ? bpf_no_such_thing() : 0; }
