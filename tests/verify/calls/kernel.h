/* SPDX-License-Identifier: Apache-2.0 */
/* The types and functions of Linux that programs beside this file use, as vmlinux.h would declare them. */
#pragma once
#include "program.h"

#ifndef offsetof
#define offsetof(type, member) __builtin_offsetof(type, member)
#endif
struct bpf_map { unsigned int id; } __attribute__((preserve_access_index));
#undef container_of
#undef barrier_var
#define container_of(ptr, type, member) ((type *)((char *)(ptr) - offsetof(type, member)))
#define __contains(name, node) __attribute__((btf_decl_tag("contains:" #name ":" #node)))
#undef __kptr
#define __kptr __attribute__((btf_type_tag("kptr")))
#define __percpu_kptr __attribute__((btf_type_tag("percpu_kptr")))
#define ARRAY_OF_ONE(type_, name) \
  struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, type_); } name SEC(".maps")
#define private(name) SEC(".data." #name) __hidden __attribute__((aligned(8)))
#define barrier_var(v) asm volatile("" : "+r"(v))

struct bpf_list_head { __u64 __opaque[2]; } __attribute__((aligned(8)));
struct bpf_list_node { __u64 __opaque[3]; } __attribute__((aligned(8)));
struct bpf_rb_root { __u64 __opaque[2]; } __attribute__((aligned(8)));
struct bpf_rb_node { __u64 __opaque[4]; } __attribute__((aligned(8)));
struct bpf_refcount { __u32 __opaque[1]; } __attribute__((aligned(4)));
struct bpf_res_spin_lock { __u32 val; };
struct bpf_wq { __u64 __opaque[2]; } __attribute__((aligned(8)));
struct bpf_task_work { __u64 __opaque; } __attribute__((aligned(8)));
struct task_struct { int pid; int tgid; struct task_struct *real_parent, *parent, *group_leader, *last_wakee; } __attribute__((preserve_access_index));
struct cgroup_subsys_state { int x; };
struct cgroup { struct cgroup_subsys_state self; int level; } __attribute__((preserve_access_index));
struct vm_area_struct { unsigned long vm_start, vm_end; } __attribute__((preserve_access_index));
struct bpf_cpumask { __u64 x[4]; };
struct cpumask { __u64 x[4]; };
struct bpf_iter_num { __u64 __opaque[1]; } __attribute__((aligned(8)));
struct bpf_iter_task { __u64 __opaque[3]; } __attribute__((aligned(8)));
struct bpf_iter_task_vma { __u64 __opaque[1]; } __attribute__((aligned(8)));
struct bpf_iter_bits { __u64 __opaque[2]; } __attribute__((aligned(8)));
struct bpf_iter_css_task { __u64 __opaque[1]; } __attribute__((aligned(8)));

extern void *bpf_obj_new_impl(__u64 type, void *meta) __ksym;
extern void bpf_obj_drop_impl(void *p, void *meta) __ksym;
extern void *bpf_percpu_obj_new_impl(__u64 type, void *meta) __ksym;
extern void bpf_percpu_obj_drop_impl(void *p, void *meta) __ksym;
extern void *bpf_refcount_acquire_impl(void *p, void *meta) __ksym;
#define bpf_obj_new(type) ((type *)bpf_obj_new_impl(bpf_core_type_id_local(type), 0))
#define bpf_obj_drop(p) bpf_obj_drop_impl(p, 0)
#define bpf_percpu_obj_new(type) ((type __percpu_kptr *)bpf_percpu_obj_new_impl(bpf_core_type_id_local(type), 0))
#define bpf_percpu_obj_drop(p) bpf_percpu_obj_drop_impl((void *)(p), 0)
#define bpf_refcount_acquire(p) ((typeof(p))bpf_refcount_acquire_impl(p, 0))
#define bpf_core_type_id_local(type) __builtin_btf_type_id(*(typeof(type) *)0, 0)

extern int bpf_list_push_front_impl(struct bpf_list_head *head, struct bpf_list_node *node, void *meta, __u64 off) __ksym;
extern int bpf_list_push_back_impl(struct bpf_list_head *head, struct bpf_list_node *node, void *meta, __u64 off) __ksym;
extern struct bpf_list_node *bpf_list_pop_front(struct bpf_list_head *head) __ksym;
extern struct bpf_list_node *bpf_list_pop_back(struct bpf_list_head *head) __ksym;
extern struct bpf_list_node *bpf_list_front(struct bpf_list_head *head) __ksym;
extern struct bpf_list_node *bpf_list_back(struct bpf_list_head *head) __ksym;
#define bpf_list_push_front(h, n) bpf_list_push_front_impl(h, n, 0, 0)
#define bpf_list_push_back(h, n) bpf_list_push_back_impl(h, n, 0, 0)

typedef _Bool less_fn(struct bpf_rb_node *a, const struct bpf_rb_node *b);
extern int bpf_rbtree_add_impl(struct bpf_rb_root *root, struct bpf_rb_node *node, less_fn less, void *meta, __u64 off) __ksym;
extern struct bpf_rb_node *bpf_rbtree_remove(struct bpf_rb_root *root, struct bpf_rb_node *node) __ksym;
extern struct bpf_rb_node *bpf_rbtree_first(struct bpf_rb_root *root) __ksym;
extern struct bpf_rb_node *bpf_rbtree_root(struct bpf_rb_root *root) __ksym;
extern struct bpf_rb_node *bpf_rbtree_left(struct bpf_rb_root *root, struct bpf_rb_node *node) __ksym;
extern struct bpf_rb_node *bpf_rbtree_right(struct bpf_rb_root *root, struct bpf_rb_node *node) __ksym;
#define bpf_rbtree_add(r, n, less) bpf_rbtree_add_impl(r, n, (less_fn *)(less), 0, 0)

extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;
extern void bpf_preempt_disable(void) __ksym;
extern void bpf_preempt_enable(void) __ksym;
extern void bpf_local_irq_save(unsigned long *flags) __ksym;
extern void bpf_local_irq_restore(unsigned long *flags) __ksym;
extern int bpf_res_spin_lock(struct bpf_res_spin_lock *lock) __ksym;
extern void bpf_res_spin_unlock(struct bpf_res_spin_lock *lock) __ksym;
extern int bpf_res_spin_lock_irqsave(struct bpf_res_spin_lock *lock, unsigned long *flags) __ksym;
extern void bpf_res_spin_unlock_irqrestore(struct bpf_res_spin_lock *lock, unsigned long *flags) __ksym;
extern void bpf_throw(__u64 cookie) __ksym;

extern struct task_struct *bpf_task_from_pid(int pid) __ksym;
extern struct task_struct *bpf_task_acquire(struct task_struct *p) __ksym;
extern void bpf_task_release(struct task_struct *p) __ksym;
extern long bpf_task_under_cgroup(struct task_struct *t, struct cgroup *c) __ksym;
extern struct cgroup *bpf_cgroup_from_id(__u64 id) __ksym;
extern struct cgroup *bpf_cgroup_ancestor(struct cgroup *c, int level) __ksym;
extern struct cgroup *bpf_cgroup_acquire(struct cgroup *c) __ksym;
extern void bpf_cgroup_release(struct cgroup *c) __ksym;
extern struct bpf_cpumask *bpf_cpumask_create(void) __ksym;
extern struct bpf_cpumask *bpf_cpumask_acquire(struct bpf_cpumask *m) __ksym;
extern void bpf_cpumask_release(struct bpf_cpumask *m) __ksym;
extern void bpf_cpumask_set_cpu(__u32 cpu, struct bpf_cpumask *m) __ksym;
extern _Bool bpf_cpumask_test_cpu(__u32 cpu, const struct cpumask *m) __ksym;
extern _Bool bpf_cpumask_and(struct bpf_cpumask *d, const struct cpumask *a, const struct cpumask *b) __ksym;
extern __u32 bpf_cpumask_first(const struct cpumask *m) __ksym;

extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym;
extern int bpf_iter_task_new(struct bpf_iter_task *it, struct task_struct *task, unsigned int flags) __ksym;
extern struct task_struct *bpf_iter_task_next(struct bpf_iter_task *it) __ksym;
extern void bpf_iter_task_destroy(struct bpf_iter_task *it) __ksym;
extern int bpf_iter_task_vma_new(struct bpf_iter_task_vma *it, struct task_struct *task, __u64 addr) __ksym;
extern struct vm_area_struct *bpf_iter_task_vma_next(struct bpf_iter_task_vma *it) __ksym;
extern void bpf_iter_task_vma_destroy(struct bpf_iter_task_vma *it) __ksym;
extern int bpf_iter_bits_new(struct bpf_iter_bits *it, const __u64 *unsafe_ptr__ign, __u32 nr_words) __ksym;
extern int *bpf_iter_bits_next(struct bpf_iter_bits *it) __ksym;
extern void bpf_iter_bits_destroy(struct bpf_iter_bits *it) __ksym;
extern int bpf_iter_css_task_new(struct bpf_iter_css_task *it, struct cgroup_subsys_state *css, unsigned int flags) __ksym;
extern struct task_struct *bpf_iter_css_task_next(struct bpf_iter_css_task *it) __ksym;
extern void bpf_iter_css_task_destroy(struct bpf_iter_css_task *it) __ksym;

extern void *bpf_cast_to_kern_ctx(void *obj) __ksym;
extern void *bpf_rdonly_cast(const void *obj, __u32 type) __ksym;
#define bpf_core_type_id_kernel(type) __builtin_btf_type_id(*(typeof(type) *)0, 1)
#define bpf_core_cast(p, type) ((typeof(type) *)bpf_rdonly_cast(p, bpf_core_type_id_kernel(type)))

extern int bpf_dynptr_from_skb(struct __sk_buff *s, __u64 flags, struct bpf_dynptr *d) __ksym;
extern int bpf_dynptr_from_skb_meta(struct __sk_buff *s, __u64 flags, struct bpf_dynptr *d) __ksym;
extern int bpf_dynptr_from_xdp(struct xdp_md *x, __u64 flags, struct bpf_dynptr *d) __ksym;
extern void *bpf_dynptr_slice(const struct bpf_dynptr *d, __u32 off, void *buffer, __u32 size) __ksym;
extern void *bpf_dynptr_slice_rdwr(const struct bpf_dynptr *d, __u32 off, void *buffer, __u32 size) __ksym;
extern int bpf_dynptr_adjust(const struct bpf_dynptr *d, __u32 start, __u32 end) __ksym;
extern _Bool bpf_dynptr_is_null(const struct bpf_dynptr *d) __ksym;
extern _Bool bpf_dynptr_is_rdonly(const struct bpf_dynptr *d) __ksym;
extern __u32 bpf_dynptr_size(const struct bpf_dynptr *d) __ksym;
extern int bpf_dynptr_clone(const struct bpf_dynptr *d, struct bpf_dynptr *clone) __ksym;
extern int bpf_dynptr_copy(struct bpf_dynptr *to, __u32 to_off, struct bpf_dynptr *from, __u32 from_off, __u32 size) __ksym;
extern int bpf_dynptr_memset(struct bpf_dynptr *d, __u32 off, __u32 size, __u8 value) __ksym;

extern int bpf_wq_init(struct bpf_wq *wq, void *map, unsigned int flags) __ksym;
typedef int wq_fn(void *map, int *key, void *value);
extern int bpf_wq_set_callback_impl(struct bpf_wq *wq, wq_fn fn, unsigned int flags, void *aux) __ksym;
extern int bpf_wq_start(struct bpf_wq *wq, unsigned int flags) __ksym;
typedef int (*bpf_task_work_callback_t)(struct bpf_map *map, void *key, void *value);
extern int bpf_task_work_schedule_signal_impl(struct task_struct *task, struct bpf_task_work *tw, void *map, bpf_task_work_callback_t fn, void *aux) __ksym;
extern int bpf_task_work_schedule_resume_impl(struct task_struct *task, struct bpf_task_work *tw, void *map, bpf_task_work_callback_t fn, void *aux) __ksym;
#define bpf_wq_set_callback(wq, fn, flags) bpf_wq_set_callback_impl(wq, (wq_fn *)(fn), flags, 0)
#define bpf_task_work_schedule_signal(task, tw, map, fn) bpf_task_work_schedule_signal_impl(task, tw, map, (bpf_task_work_callback_t)(fn), 0)
#define bpf_task_work_schedule_resume(task, tw, map, fn) bpf_task_work_schedule_resume_impl(task, tw, map, (bpf_task_work_callback_t)(fn), 0)

extern int bpf_strcmp(const char *a, const char *b) __ksym;
extern int bpf_strlen(const char *s) __ksym;
extern int bpf_strchr(const char *s, char c) __ksym;
extern int bpf_stream_vprintk_impl(int stream, const char *fmt, const void *args, __u32 size, void *aux) __ksym;
extern int bpf_cgroup_read_xattr(struct cgroup *cgroup, const char *name, struct bpf_dynptr *value) __ksym;
extern int bpf_copy_from_user_str(void *dst, __u32 size, const void *from, __u64 flags) __ksym;
