// SPDX-License-Identifier: Apache-2.0
// A call of helper 77 in every region, by six types of programs; regions.py puts every other function in its place.
#include "calls/kernel.h"

struct locked { struct bpf_spin_lock lock; int x; };
struct res_locked { struct bpf_res_spin_lock lock; int x; };
ARRAY_OF_ONE(struct locked, values);
ARRAY_OF_ONE(struct res_locked, res_values);
extern void bpf_local_irq_save(unsigned long *) __ksym;
extern void bpf_local_irq_restore(unsigned long *) __ksym;
extern void bpf_preempt_disable(void) __ksym;
extern void bpf_preempt_enable(void) __ksym;
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;

#define CALL asm volatile("call 77" ::: "r0", "r1", "r2", "r3", "r4", "r5")
#define FIND(of, map) __u32 k = 0; struct of *v = bpf_map_lookup_elem(&map, &k); if (!v) return 0
#define EACH_REGION(type, section, context) \
  SEC(section) int type##_nowhere(context) { CALL; return 0; } \
  SEC(section) int type##_lock(context) { FIND(locked, values); bpf_spin_lock(&v->lock); CALL; bpf_spin_unlock(&v->lock); return 0; } \
  SEC(section) int type##_res_lock(context) { FIND(res_locked, res_values); if (bpf_res_spin_lock(&v->lock)) return 0; CALL; bpf_res_spin_unlock(&v->lock); return 0; } \
  SEC(section) int type##_irq(context) { unsigned long flags; bpf_local_irq_save(&flags); CALL; bpf_local_irq_restore(&flags); return 0; } \
  SEC(section) int type##_preempt(context) { bpf_preempt_disable(); CALL; bpf_preempt_enable(); return 0; } \
  SEC(section) int type##_rcu(context) { bpf_rcu_read_lock(); CALL; bpf_rcu_read_unlock(); return 0; }
EACH_REGION(classifier, "tc", struct __sk_buff *c)
EACH_REGION(xdp, "xdp", struct xdp_md *c)
EACH_REGION(syscall, "syscall", void *c)
EACH_REGION(tracepoint, "tp_btf/sched_switch", void *c)
EACH_REGION(hook, "lsm.s/file_open", void *c)
EACH_REGION(entry, "fentry/do_unlinkat", void *c)
