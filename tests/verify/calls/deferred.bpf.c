// SPDX-License-Identifier: Apache-2.0
// Work that a value of a map holds, to be done later where sleeping is allowed: work queues, and work of a task.
#include "kernel.h"

struct value { __u64 a; struct bpf_wq w; };
struct both { __u64 a; struct bpf_task_work t; };
MAP(works, ARRAY, 1, int, struct value);
MAP(hashed, HASH, 1, int, struct value);
MAP(tasks, ARRAY, 1, int, struct both);
MAP(others, HASH, 1, int, struct both);
MAP(plain, ARRAY, 1, int, __u64);
#define P(name) SEC("tc") int name(struct __sk_buff *s)
#define VALUE int key = 0; struct value *v = bpf_map_lookup_elem(&works, &key); if (!v) return 0
static int work(void *map, int *key, struct value *v) { v->a++; return 0; }
static int work_sleeps(void *map, int *key, struct value *v) { char b[8]; bpf_copy_from_user(b, 8, (void *)8); return 0; }
static int work_answers_one(void *map, int *key, struct value *v) { return 1; }
static int work_starts(void *map, int *key, struct value *v) { bpf_wq_start(&v->w, 0); return 0; }
static int work_beyond(void *map, int *key, struct value *v) { return v[1].a; }
static int work_rcu(void *map, int *key, struct value *v) { bpf_rcu_read_lock(); return 0; }
static int work_keys(void *map, int *key, struct value *v) { int k = *key; struct value *w = bpf_map_lookup_elem(map, &k); if (w) w->a++; return 0; }

P(queued) { VALUE; if (bpf_wq_init(&v->w, &works, 0)) return 1; if (bpf_wq_set_callback(&v->w, work, 0)) return 2; return bpf_wq_start(&v->w, 0); }
P(queued_in_a_hash) { int key = 0; struct value *v = bpf_map_lookup_elem(&hashed, &key); if (!v) return 0; if (bpf_wq_init(&v->w, &hashed, 0)) return 1; if (bpf_wq_set_callback(&v->w, work, 0)) return 2; return bpf_wq_start(&v->w, 0); }
P(queued_and_sleeps) { VALUE; return bpf_wq_set_callback(&v->w, work_sleeps, 0); }
P(queued_and_answers_one_refused) { VALUE; return bpf_wq_set_callback(&v->w, work_answers_one, 0); }
P(queued_and_starts) { VALUE; return bpf_wq_set_callback(&v->w, work_starts, 0); }
P(queued_and_goes_beyond_refused) { VALUE; return bpf_wq_set_callback(&v->w, work_beyond, 0); }
P(queued_and_keeps_rcu_refused) { VALUE; return bpf_wq_set_callback(&v->w, work_rcu, 0); }
P(queued_and_looks_up) { VALUE; return bpf_wq_set_callback(&v->w, work_keys, 0); }
P(queued_with_another_map_refused) { VALUE; return bpf_wq_init(&v->w, &hashed, 0); }
P(queued_with_no_map_refused) { VALUE; return bpf_wq_init(&v->w, v, 0); }
P(queued_beside_refused) { VALUE; return bpf_wq_init((void *)&v->a, &works, 0); }
P(queued_on_the_stack_refused) { struct bpf_wq w = {}; return bpf_wq_init(&w, &works, 0); }
P(queued_where_none_is_refused) { int k = 0; __u64 *v = bpf_map_lookup_elem(&plain, &k); if (!v) return 0; return bpf_wq_init((void *)v, &plain, 0); }
P(queued_untested_refused) { int k = 0; struct value *v = bpf_map_lookup_elem(&hashed, &k); return bpf_wq_init(&v->w, &hashed, 0); }
P(queued_somewhere_refused) { VALUE; return bpf_wq_init((void *)((char *)&v->w + (s->len & 8)), &works, 0); }
P(queued_without_function_refused) { VALUE; return bpf_wq_set_callback(&v->w, (void *)8, 0); }
P(touched_refused) { VALUE; return *(volatile int *)&v->w; }
SEC("kprobe") int not_in_probes_refused(void *c) { VALUE; return bpf_wq_start(&v->w, 0); }

static int task_work(struct bpf_map *map, void *key, void *value) { return 0; }
static int task_work_sleeps(struct bpf_map *map, void *key, void *value) { char b[8]; bpf_copy_from_user(b, 8, (void *)8); return 0; }
static int task_work_minus_one(struct bpf_map *map, void *key, void *value) { return -1; }
static int task_work_five(struct bpf_map *map, void *key, void *value) { return 5; }
#define TASK int key = 0; struct both *v = bpf_map_lookup_elem(&tasks, &key); if (!v) return 0; struct task_struct *t = bpf_get_current_task_btf()
#define T(name) SEC("tp_btf/sched_switch") int name(__u64 *c)
T(work_of_a_task) { TASK; bpf_task_work_schedule_signal(t, &v->t, &tasks, task_work); return 0; }
T(work_of_a_task_resumed) { TASK; bpf_task_work_schedule_resume(t, &v->t, &tasks, task_work); return 0; }
T(work_of_a_task_sleeps) { TASK; bpf_task_work_schedule_resume(t, &v->t, &tasks, task_work_sleeps); return 0; }
T(work_of_a_task_answers_five) { TASK; bpf_task_work_schedule_resume(t, &v->t, &tasks, task_work_five); return 0; }
T(work_of_a_task_answers_minus_one_refused) { TASK; bpf_task_work_schedule_resume(t, &v->t, &tasks, task_work_minus_one); return 0; }
T(work_of_no_task_refused) { TASK; bpf_task_work_schedule_resume(0, &v->t, &tasks, task_work); return 0; }
T(work_of_a_task_of_another_map_refused) { TASK; bpf_task_work_schedule_resume(t, &v->t, &others, task_work); return 0; }
T(work_of_a_task_of_no_map_refused) { TASK; bpf_task_work_schedule_resume(t, &v->t, v, task_work); return 0; }
T(work_of_a_task_beside_refused) { TASK; bpf_task_work_schedule_resume(t, (void *)&v->a, &tasks, task_work); return 0; }
T(work_of_a_task_on_the_stack_refused) { struct bpf_task_work w = {}; TASK; bpf_task_work_schedule_resume(t, &w, &tasks, task_work); return 0; }
T(work_of_a_task_without_function_refused) { TASK; bpf_task_work_schedule_resume(t, &v->t, &tasks, 0); return 0; }
P(work_of_a_task_in_tc) { int key = 0; struct both *v = bpf_map_lookup_elem(&tasks, &key); if (!v) return 0; struct task_struct *t = bpf_task_from_pid(1); if (!t) return 0; bpf_task_work_schedule_resume(t, &v->t, &tasks, task_work); bpf_task_release(t); return 0; }
