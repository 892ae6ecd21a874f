// SPDX-License-Identifier: Apache-2.0
// 8,192 branches may wait to be walked. What is one too many says which error Linux has: a branch, another round of a
// loop (iterators, may_goto, callbacks), the way on where a lock is refused, a callback that runs later.
#include "kernel.h"

struct value {
  struct bpf_timer timer;
};
struct locked {
  struct bpf_res_spin_lock lock;
};
MAP(timers, ARRAY, 1, __u32, struct value);
MAP(locks, ARRAY, 1, __u32, struct locked);
MAP(numbers, ARRAY, 1, __u32, __u64);

// n branches, all of which wait where the last one ends.
#define branches(n, ctx)                                                                                         \
  asm volatile("r6 = %0\n.rept " #n "\nr0 = *(u32 *)(r6 + 0)\nif r0 == 0 goto +0\n.endr" : : "r"(ctx) : "r0", "r6")
#define again asm volatile goto("may_goto %l[out]" : : : : out)

static int each(__u32 i, void *nothing) { return 0; }
static long element(void *map, void *key, void *value, void *nothing) { return 0; }
static int later(void *map, int *key, struct value *v) { return 0; }

SEC("tc") int branches_wait(void *ctx) { branches(8192, ctx); return 0; }
SEC("tc") int branch_refused(void *ctx) { branches(8193, ctx); return 0; }  // too-many-branches
SEC("tc") int round_waits(void *ctx) { branches(8191, ctx); again; out: return 0; }
SEC("tc") int round_refused(void *ctx) { branches(8192, ctx); again; out: return 0; }  // too-many-rounds
SEC("tc") int callback_waits(void *ctx) { branches(8191, ctx); bpf_loop(4, each, 0, 0); return 0; }
SEC("tc") int callback_refused(void *ctx) { branches(8192, ctx); bpf_loop(4, each, 0, 0); return 0; }  // too-many-rounds
SEC("tc") int elements_refused(void *ctx) {  // too-many-rounds
  branches(8192, ctx);
  bpf_for_each_map_elem(&numbers, element, 0, 0);
  return 0;
}
SEC("tc") int iterator_refused(void *ctx) {  // too-many-rounds
  __u64 it;
  bpf_iter_num_new((void *)&it, 0, 10);
  branches(8192, ctx);
  bpf_iter_num_next((void *)&it);
  bpf_iter_num_destroy((void *)&it);
  return 0;
}
SEC("tc") int lock_refused(void *ctx) {  // too-many-rounds
  __u32 key = 0;
  struct locked *v = bpf_map_lookup_elem(&locks, &key);
  if (!v) return 0;
  branches(8192, ctx);
  if (bpf_res_spin_lock(&v->lock)) return 0;
  bpf_res_spin_unlock(&v->lock);
  return 0;
}
SEC("tc") int timer_refused(void *ctx) {  // too-many-branches
  __u32 key = 0;
  struct value *v = bpf_map_lookup_elem(&timers, &key);
  if (!v) return 0;
  branches(8192, ctx);
  bpf_timer_set_callback(&v->timer, later);
  return 0;
}
