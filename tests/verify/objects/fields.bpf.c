// Locks, timers and kernel pointers in the values of maps.
typedef unsigned int u32; typedef unsigned long long u64; typedef int s32;
#define SEC(n) __attribute__((section(n), used))
#define __uint(name, val) int (*name)[val]
#define __type(name, val) typeof(val) *name
#define __kptr __attribute__((btf_type_tag("kptr")))
#define __kptr_untrusted __attribute__((btf_type_tag("kptr_untrusted")))
struct bpf_spin_lock { u32 val; };
struct bpf_timer { u64 __opaque[2]; } __attribute__((aligned(8)));
struct task_struct { int x; } __attribute__((preserve_access_index));
struct val { struct bpf_spin_lock lock; u32 a; u64 b; };
struct tval { u64 a; struct bpf_timer t; };
struct kval { u64 a; struct task_struct __kptr *p; struct task_struct __kptr_untrusted *u; };
struct { __uint(type, 2); __uint(max_entries, 4); __type(key, u32); __type(value, struct val); } locks SEC(".maps");
struct { __uint(type, 1); __uint(max_entries, 4); __type(key, u32); __type(value, struct val); } hlocks SEC(".maps");
struct { __uint(type, 2); __uint(max_entries, 1); __type(key, u32); __type(value, struct tval); } timers SEC(".maps");
struct { __uint(type, 2); __uint(max_entries, 1); __type(key, u32); __type(value, struct kval); } kptrs SEC(".maps");
struct { __uint(type, 2); __uint(max_entries, 1); __type(key, u32); __type(value, u64); } plain SEC(".maps");
static void *(*lookup)(void *, const void *) = (void *) 1;
static long (*update)(void *, const void *, const void*, u64) = (void *) 2;
static long (*lock)(struct bpf_spin_lock *) = (void *) 93;
static long (*unlock)(struct bpf_spin_lock *) = (void *) 94;
static u64 (*ktime)(void) = (void *) 5;
static long (*timer_init)(struct bpf_timer *, void *, u64) = (void *) 169;
static long (*timer_start)(struct bpf_timer *, u64, u64) = (void *) 171;
static long (*timer_cancel)(struct bpf_timer *) = (void *) 172;
static void *(*xchg)(void *, void *) = (void *) 194;
static struct task_struct *(*current_btf)(void) = (void *) 158;
static long (*read_kernel)(void *, u32, const void *) = (void *) 113;
char LICENSE[] SEC("license") = "GPL";
#define P(n) SEC("tc") int n(void *ctx)
#define V struct val *v; u32 k = 0; v = lookup(&locks, &k); if (!v) return 0;
#define H struct val *v; u32 k = 0; v = lookup(&hlocks, &k); if (!v) return 0;
P(lock_ok) { V lock(&v->lock); v->a++; unlock(&v->lock); return 0; }
P(lock_hash) { H lock(&v->lock); v->b++; unlock(&v->lock); return 0; }
P(lock_leak) { V lock(&v->lock); v->a++; return 0; }
P(lock_twice) { V lock(&v->lock); lock(&v->lock); unlock(&v->lock); return 0; }
P(lock_call) { V lock(&v->lock); v->b = ktime(); unlock(&v->lock); return 0; }
P(unlock_only) { V unlock(&v->lock); return 0; }
P(unlock_other) { V struct val *w; u32 q = 1; w = lookup(&locks, &q); if (!w) return 0; lock(&v->lock); unlock(&w->lock); return 0; }
P(unlock_other_hash) { H struct val *w; u32 q = 1; w = lookup(&hlocks, &q); if (!w) return 0; lock(&v->lock); unlock(&w->lock); return 0; }
P(unlock_other_map) { V struct val *w; u32 q = 1; w = lookup(&hlocks, &q); if (!w) return 0; lock(&v->lock); unlock(&w->lock); return 0; }
P(lock_touch) { V v->lock.val = 1; return 0; }
P(lock_read) { V return v->lock.val; }
P(lock_wrong) { V lock((void *)&v->b); return 0; }
P(lock_plain) { u32 k = 0; u64 *v = lookup(&plain, &k); if (!v) return 0; lock((void *)v); return 0; }
P(lock_update_value) { struct val v = {}; u32 k = 0; update(&locks, &k, &v, 0); return 0; }
P(lock_helper_covers) { V read_kernel(v, sizeof *v, 0); return 0; }
P(lock_helper_beside) { V read_kernel(&v->b, sizeof v->b, 0); return 0; }
P(lock_branch) { V lock(&v->lock); if (v->a > 5) { v->b = 1; } else { v->b = 2; } unlock(&v->lock); return 0; }
P(lock_branch_leak) { V lock(&v->lock); if (v->a > 5) { unlock(&v->lock); return 1; } return 0; }
#define T struct tval *v; u32 k = 0; v = lookup(&timers, &k); if (!v) return 0;
P(timer_ok) { T timer_init(&v->t, &timers, 1); timer_start(&v->t, 0, 0); timer_cancel(&v->t); return 0; }
P(timer_wrong_map) { T timer_init(&v->t, &locks, 1); return 0; }
P(timer_wrong_off) { T timer_init((void *)&v->a, &timers, 1); return 0; }
P(timer_touch) { T *(volatile u64 *)&v->t = 0; return 0; }
P(timer_not) { V timer_start((void *)v, 0, 0); return 0; }
#define K struct kval *v; u32 k = 0; v = lookup(&kptrs, &k); if (!v) return 0;
P(kptr_load) { K struct task_struct *p = v->p; if (!p) return 0; return p->x; }
P(kptr_load_nonull) { K struct task_struct *p = v->p; return *(volatile int*)p; }
P(kptr_store) { K v->p = 0; return 0; }
P(kptr_store_u) { K *(volatile u64*)&v->u = 0; return 0; }
P(kptr_store_u1) { K *(volatile u64*)&v->u = 1; return 0; }
P(kptr_store_uptr) { K v->u = current_btf(); return 0; }
P(kptr_store_uscalar) { K v->u = (void*)v->a; return 0; }
P(kptr_part) { K return *(volatile u32 *)&v->p; }
P(kptr_misaligned) { K return *(volatile u64 *)((char*)&v->p + 4); }
P(kptr_xchg_null) { K struct task_struct *p = xchg(&v->p, 0); if (!p) return 0; xchg(&v->p, p); return 0; }
P(kptr_xchg_leak) { K struct task_struct *p = xchg(&v->p, 0); return 0; }
P(kptr_xchg_unref) { K xchg(&v->p, current_btf()); return 0; }
P(kptr_xchg_untrusted) { K xchg(&v->u, 0); return 0; }
P(kptr_xchg_plain) { K xchg(&v->a, 0); return 0; }
P(kptr_xchg_locks) { V xchg(&v->b, 0); return 0; }
P(kptr_helper) { K read_kernel(v, sizeof *v, 0); return 0; }
SEC("kprobe") int kp_lock(void *ctx) { V return v->a; }
SEC("kprobe") int kp_timer(void *ctx) { T return v->a; }
SEC("kprobe") int kp_kptr(void *ctx) { K return v->a; }
SEC("socket") int sf_lock(void *ctx) { V return v->a; }
SEC("socket") int sf_timer(void *ctx) { T return v->a; }
