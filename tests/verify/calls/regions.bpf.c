// SPDX-License-Identifier: Apache-2.0
// Interrupts that are off, and resilient locks, with and without them: begun and ended in pairs, the last one first.
#include "kernel.h"

struct value { struct bpf_res_spin_lock lock; __u64 a; };
MAP(values, ARRAY, 2, int, struct value);
MAP(plain, ARRAY, 1, int, __u64);
struct spun { struct bpf_spin_lock lock; __u64 a; };
MAP(spins, ARRAY, 2, int, struct spun);
private(A) struct bpf_res_spin_lock lock;
private(B) struct bpf_res_spin_lock lock_b;
private(C) struct bpf_spin_lock spin;
#define P(name) SEC("tc") int name(struct __sk_buff *s)
#define VALUE int key = 0; struct value *v = bpf_map_lookup_elem(&values, &key); if (!v) return 0
#define SECOND int one = 1; struct value *w = bpf_map_lookup_elem(&values, &one); if (!w) return 0

P(irq) { unsigned long f; bpf_local_irq_save(&f); bpf_local_irq_restore(&f); return 0; }
P(irq_nested) { unsigned long f, g; bpf_local_irq_save(&f); bpf_local_irq_save(&g); bpf_local_irq_restore(&g); bpf_local_irq_restore(&f); return 0; }
P(irq_nested_three) { unsigned long f, g, h; bpf_local_irq_save(&f); bpf_local_irq_save(&g); bpf_local_irq_save(&h); bpf_local_irq_restore(&h); bpf_local_irq_restore(&g); bpf_local_irq_restore(&f); return 0; }
P(irq_out_of_order_refused) { unsigned long f, g; bpf_local_irq_save(&f); bpf_local_irq_save(&g); bpf_local_irq_restore(&f); bpf_local_irq_restore(&g); return 0; }
P(irq_left_off_refused) { unsigned long f; bpf_local_irq_save(&f); return 0; }
P(irq_left_off_once_refused) { unsigned long f, g; bpf_local_irq_save(&f); bpf_local_irq_save(&g); bpf_local_irq_restore(&g); return 0; }
P(irq_never_saved_refused) { unsigned long f; bpf_local_irq_restore(&f); return 0; }
P(irq_restored_twice_refused) { unsigned long f; bpf_local_irq_save(&f); bpf_local_irq_restore(&f); bpf_local_irq_restore(&f); return 0; }
P(irq_saved_twice_refused) { unsigned long f; bpf_local_irq_save(&f); bpf_local_irq_save(&f); bpf_local_irq_restore(&f); return 0; }
P(irq_overwritten_refused) { unsigned long f; bpf_local_irq_save(&f); *(volatile char *)&f = 0; bpf_local_irq_restore(&f); return 0; }
P(irq_copied_refused) { volatile unsigned long f, g; bpf_local_irq_save((void *)&f); g = f; bpf_local_irq_restore((void *)&g); return 0; }
P(irq_read_refused) { unsigned long f; bpf_local_irq_save(&f); long r = *(volatile unsigned long *)&f; bpf_local_irq_restore(&f); return r; }
P(irq_in_a_map_refused) { VALUE; bpf_local_irq_save((void *)&v->a); bpf_local_irq_restore((void *)&v->a); return 0; }
P(irq_in_the_context_refused) { bpf_local_irq_save((void *)s); return 0; }
P(irq_misaligned_refused) { char room[16]; bpf_local_irq_save((void *)(room + 4)); bpf_local_irq_restore((void *)(room + 4)); return 0; }
P(irq_somewhere_refused) { char room[32]; __u32 i = s->len & 8; bpf_local_irq_save((void *)(room + i)); bpf_local_irq_restore((void *)(room + i)); return 0; }
P(irq_branches) { unsigned long f; bpf_local_irq_save(&f); if (s->len > 5) { bpf_local_irq_restore(&f); return 1; } bpf_local_irq_restore(&f); return 0; }
P(irq_on_one_path_refused) { unsigned long f; bpf_local_irq_save(&f); if (s->len > 5) return 1; bpf_local_irq_restore(&f); return 0; }
P(irq_again) { unsigned long f; for (int i = 0; i < 3; ++i) { bpf_local_irq_save(&f); bpf_local_irq_restore(&f); } return 0; }
static noinline int restore(unsigned long *f) { bpf_local_irq_restore(f); return 0; }
static noinline int save(unsigned long *f) { bpf_local_irq_save(f); return 0; }
noinline int global(int a) { return a + 1; }
P(irq_restored_by_a_function) { unsigned long f; bpf_local_irq_save(&f); return restore(&f); }
P(irq_saved_by_a_function) { unsigned long f; save(&f); bpf_local_irq_restore(&f); return 0; }
P(irq_off_in_a_global_function) { unsigned long f; int r; bpf_local_irq_save(&f); r = global(s->len); bpf_local_irq_restore(&f); return r; }
P(irq_off_in_a_helper) { unsigned long f; bpf_local_irq_save(&f); bpf_ktime_get_ns(); bpf_local_irq_restore(&f); return 0; }
P(irq_off_and_throws_refused) { unsigned long f; bpf_local_irq_save(&f); bpf_throw(0); return 0; }
SEC("syscall") int irq_off_and_sleeps_refused(void *c) { unsigned long f; char b[8]; bpf_local_irq_save(&f); bpf_copy_from_user(b, 8, (void *)8); bpf_local_irq_restore(&f); return 0; }
SEC("syscall") int preempt_off_and_sleeps_refused(void *c) { char b[8]; bpf_preempt_disable(); bpf_copy_from_user(b, 8, (void *)8); bpf_preempt_enable(); return 0; }

P(locks) { if (bpf_res_spin_lock(&lock)) return 1; bpf_res_spin_unlock(&lock); return 0; }
P(locks_a_value) { VALUE; if (bpf_res_spin_lock(&v->lock)) return 1; v->a++; bpf_res_spin_unlock(&v->lock); return 0; }
P(locks_untested_refused) { bpf_res_spin_lock(&lock); bpf_res_spin_unlock(&lock); return 0; }
P(unlocks_in_vain_refused) { bpf_res_spin_unlock(&lock); return 0; }
P(keeps_the_lock_refused) { if (bpf_res_spin_lock(&lock)) return 1; return 0; }
P(unlocks_on_the_wrong_path_refused) { if (bpf_res_spin_lock(&lock)) { bpf_res_spin_unlock(&lock); return 1; } return 0; }
P(two_locks) { if (bpf_res_spin_lock(&lock)) return 1; if (bpf_res_spin_lock(&lock_b)) { bpf_res_spin_unlock(&lock); return 1; } bpf_res_spin_unlock(&lock_b); bpf_res_spin_unlock(&lock); return 0; }
P(two_locks_out_of_order_refused) { if (bpf_res_spin_lock(&lock)) return 1; if (bpf_res_spin_lock(&lock_b)) { bpf_res_spin_unlock(&lock); return 1; } bpf_res_spin_unlock(&lock); bpf_res_spin_unlock(&lock_b); return 0; }
P(same_lock_refused) { if (bpf_res_spin_lock(&lock)) return 1; if (bpf_res_spin_lock(&lock)) { bpf_res_spin_unlock(&lock); return 1; } bpf_res_spin_unlock(&lock); bpf_res_spin_unlock(&lock); return 0; }
P(locks_of_two_values) { VALUE; SECOND; if (bpf_res_spin_lock(&v->lock)) return 1; if (bpf_res_spin_lock(&w->lock)) { bpf_res_spin_unlock(&v->lock); return 1; } bpf_res_spin_unlock(&w->lock); bpf_res_spin_unlock(&v->lock); return 0; }
P(unlocks_another_value_refused) { VALUE; SECOND; if (bpf_res_spin_lock(&v->lock)) return 1; bpf_res_spin_unlock(&w->lock); return 0; }
P(plain_in_resilient_refused) { if (bpf_res_spin_lock(&lock)) return 1; bpf_spin_lock(&spin); bpf_spin_unlock(&spin); bpf_res_spin_unlock(&lock); return 0; }
P(resilient_in_plain) { bpf_spin_lock(&spin); if (bpf_res_spin_lock(&lock)) { bpf_spin_unlock(&spin); return 1; } bpf_res_spin_unlock(&lock); bpf_spin_unlock(&spin); return 0; }
P(resilient_in_plain_crossed_refused) { bpf_spin_lock(&spin); if (bpf_res_spin_lock(&lock)) { bpf_spin_unlock(&spin); return 1; } bpf_spin_unlock(&spin); bpf_res_spin_unlock(&lock); return 0; }
P(plain_lock_as_resilient_refused) { if (bpf_res_spin_lock((void *)&spin)) return 1; bpf_res_spin_unlock((void *)&spin); return 0; }
P(resilient_lock_as_plain_refused) { bpf_spin_lock((void *)&lock); bpf_spin_unlock((void *)&lock); return 0; }
P(no_lock_there_refused) { int k = 0; __u64 *v = bpf_map_lookup_elem(&plain, &k); if (!v) return 0; if (bpf_res_spin_lock((void *)v)) return 1; bpf_res_spin_unlock((void *)v); return 0; }
P(beside_the_lock_refused) { VALUE; if (bpf_res_spin_lock((void *)&v->a)) return 1; bpf_res_spin_unlock((void *)&v->a); return 0; }
P(lock_on_the_stack_refused) { struct bpf_res_spin_lock l = {}; if (bpf_res_spin_lock(&l)) return 1; bpf_res_spin_unlock(&l); return 0; }
P(lock_of_the_context_refused) { if (bpf_res_spin_lock((void *)s)) return 1; return 0; }
P(touches_the_lock_refused) { VALUE; return *(volatile int *)&v->lock; }
P(calls_under_a_lock_refused) { VALUE; if (bpf_res_spin_lock(&v->lock)) return 1; v->a = bpf_ktime_get_ns(); bpf_res_spin_unlock(&v->lock); return 0; }
P(locks_and_irq) { unsigned long f; if (bpf_res_spin_lock_irqsave(&lock, &f)) return 1; bpf_res_spin_unlock_irqrestore(&lock, &f); return 0; }
P(locks_and_irq_of_a_value) { VALUE; unsigned long f; if (bpf_res_spin_lock_irqsave(&v->lock, &f)) return 1; v->a++; bpf_res_spin_unlock_irqrestore(&v->lock, &f); return 0; }
P(locks_and_keeps_irq_refused) { unsigned long f; if (bpf_res_spin_lock_irqsave(&lock, &f)) return 1; bpf_res_spin_unlock(&lock); return 0; }
P(locks_and_restores_irq_alone_refused) { unsigned long f; if (bpf_res_spin_lock_irqsave(&lock, &f)) return 1; bpf_local_irq_restore(&f); bpf_res_spin_unlock(&lock); return 0; }
P(unlocks_with_a_plain_flag_refused) { unsigned long f, g; bpf_local_irq_save(&f); if (bpf_res_spin_lock(&lock)) { bpf_local_irq_restore(&f); return 1; } bpf_res_spin_unlock_irqrestore(&lock, &f); return 0; }
P(irq_on_the_failed_path_refused) { unsigned long f; if (bpf_res_spin_lock_irqsave(&lock, &f)) { bpf_local_irq_restore(&f); return 1; } bpf_res_spin_unlock_irqrestore(&lock, &f); return 0; }
P(two_locks_and_irq) { unsigned long f, g; if (bpf_res_spin_lock_irqsave(&lock, &f)) return 1; if (bpf_res_spin_lock_irqsave(&lock_b, &g)) { bpf_res_spin_unlock_irqrestore(&lock, &f); return 1; } bpf_res_spin_unlock_irqrestore(&lock_b, &g); bpf_res_spin_unlock_irqrestore(&lock, &f); return 0; }
P(two_locks_flags_swapped_refused) { unsigned long f, g; if (bpf_res_spin_lock_irqsave(&lock, &f)) return 1; if (bpf_res_spin_lock_irqsave(&lock_b, &g)) { bpf_res_spin_unlock_irqrestore(&lock, &f); return 1; } bpf_res_spin_unlock_irqrestore(&lock_b, &f); bpf_res_spin_unlock_irqrestore(&lock, &g); return 0; }
P(lock_in_irq) { unsigned long f; bpf_local_irq_save(&f); if (!bpf_res_spin_lock(&lock)) bpf_res_spin_unlock(&lock); bpf_local_irq_restore(&f); return 0; }
P(irq_in_lock_refused) { unsigned long f; if (bpf_res_spin_lock(&lock)) return 1; bpf_local_irq_save(&f); bpf_local_irq_restore(&f); bpf_res_spin_unlock(&lock); return 0; }
P(lock_in_a_loop) { for (int i = 0; i < 3; ++i) { if (bpf_res_spin_lock(&lock)) continue; bpf_res_spin_unlock(&lock); } return 0; }
static noinline int lock_it(void) { return bpf_res_spin_lock(&lock); }
P(locked_by_a_function) { if (lock_it()) return 1; bpf_res_spin_unlock(&lock); return 0; }
P(error_of_a_lock) { int r = bpf_res_spin_lock(&lock); if (r > 0) return *(int *)8; if (r < 0) return r > -4096 ? 1 : *(int *)8; bpf_res_spin_unlock(&lock); return 0; }
struct owned { __u64 a; };
struct keeper { struct bpf_spin_lock lock; struct owned __kptr *p; };
MAP(keepers, ARRAY, 1, int, struct keeper);
P(exchanges_under_a_lock_refused) { int key = 0; struct keeper *k = bpf_map_lookup_elem(&keepers, &key); struct owned *o = bpf_obj_new(struct owned); if (!o) return 0; if (!k) { bpf_obj_drop(o); return 0; } bpf_spin_lock(&k->lock); o = bpf_kptr_xchg(&k->p, o); bpf_spin_unlock(&k->lock); if (o) bpf_obj_drop(o); return 0; }
