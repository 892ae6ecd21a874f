// SPDX-License-Identifier: Apache-2.0
// Locks in the values of maps: one at a time, taken and given back in the same function and by the same value, with
// nothing called in between, and no part of the value that others see as a number.
#include "kernel.h"

struct value { struct bpf_spin_lock lock; __u32 a; __u64 b; };
struct plain { __u64 a, b; };
MAP(array, ARRAY, 4, __u32, struct value);
MAP(hash, HASH, 4, __u32, struct value);
MAP(unlocked, ARRAY, 4, __u32, struct plain);
PROGRAMS(others);
RING(ring);
struct bpf_spin_lock global_lock SEC(".data.lock");
__u64 guarded SEC(".data.lock");

STATIC int adds(struct value *v) { v->b += v->a; return 0; }
STATIC int takes(struct value *v) { bpf_spin_lock(&v->lock); return 0; }
STATIC int gives(struct value *v) { bpf_spin_unlock(&v->lock); return 0; }
STATIC int both(struct value *v) { bpf_spin_lock(&v->lock); v->b++; bpf_spin_unlock(&v->lock); return 0; }
GLOBAL int global_function(int a) { return a + 1; }
static int callback(__u32 i, struct value *v) { return 0; }

#define FIND(name, map, index) __u32 k_##name = index; struct value *name = bpf_map_lookup_elem(&map, &k_##name); if (!name) return 0

SEC("tc") int taken_and_given(struct __sk_buff *s) { FIND(v, array, 0); bpf_spin_lock(&v->lock); v->b += v->a; bpf_spin_unlock(&v->lock); return 0; }
SEC("tc") int of_a_hash(struct __sk_buff *s) { FIND(v, hash, 1); bpf_spin_lock(&v->lock); v->b++; bpf_spin_unlock(&v->lock); return 0; }
SEC("tc") int in_global_data(struct __sk_buff *s) { bpf_spin_lock(&global_lock); guarded++; bpf_spin_unlock(&global_lock); return 0; }
SEC("tc") int twice_one_after_the_other(struct __sk_buff *s) { FIND(v, array, 0); bpf_spin_lock(&v->lock); bpf_spin_unlock(&v->lock); bpf_spin_lock(&v->lock); bpf_spin_unlock(&v->lock); return 0; }
SEC("tc") int never_given_refused(struct __sk_buff *s) { FIND(v, array, 0); bpf_spin_lock(&v->lock); v->b++; return 0; }  // leaves-locked
SEC("tc") int not_given_on_one_path_refused(struct __sk_buff *s) { FIND(v, array, 0); bpf_spin_lock(&v->lock); if (v->a) { v->b = 1; return 1; } bpf_spin_unlock(&v->lock); return 0; }  // leaves-locked
SEC("tc") int given_on_both_paths(struct __sk_buff *s) { FIND(v, array, 0); bpf_spin_lock(&v->lock); if (v->a) { bpf_spin_unlock(&v->lock); return 1; } bpf_spin_unlock(&v->lock); return 0; }
SEC("tc") int given_and_not_taken_refused(struct __sk_buff *s) { FIND(v, array, 0); bpf_spin_unlock(&v->lock); return 0; }  // unlock-unlocked
SEC("tc") int given_twice_refused(struct __sk_buff *s) { FIND(v, array, 0); bpf_spin_lock(&v->lock); bpf_spin_unlock(&v->lock); bpf_spin_unlock(&v->lock); return 0; }  // unlock-unlocked
SEC("tc") int taken_twice_refused(struct __sk_buff *s) { FIND(v, array, 0); bpf_spin_lock(&v->lock); bpf_spin_lock(&v->lock); bpf_spin_unlock(&v->lock); return 0; }  // call-under-lock
SEC("tc") int two_at_a_time_refused(struct __sk_buff *s) { FIND(v, array, 0); FIND(w, hash, 0); bpf_spin_lock(&v->lock); bpf_spin_lock(&w->lock); bpf_spin_unlock(&w->lock); bpf_spin_unlock(&v->lock); return 0; }  // call-under-lock
SEC("tc") int two_one_after_the_other(struct __sk_buff *s) { FIND(v, array, 0); FIND(w, hash, 0); bpf_spin_lock(&v->lock); bpf_spin_unlock(&v->lock); bpf_spin_lock(&w->lock); bpf_spin_unlock(&w->lock); return 0; }
SEC("tc") int another_value_is_given_refused(struct __sk_buff *s) { FIND(v, hash, 0); FIND(w, hash, 1); bpf_spin_lock(&v->lock); bpf_spin_unlock(&w->lock); return 0; }  // unlock-other
SEC("tc") int another_map_is_given_refused(struct __sk_buff *s) { FIND(v, array, 0); bpf_spin_lock(&v->lock); bpf_spin_unlock(&global_lock); return 0; }  // unlock-other
SEC("tc") int the_same_key_looked_up_again_refused(struct __sk_buff *s) { FIND(v, hash, 0); FIND(w, hash, 0); bpf_spin_lock(&v->lock); bpf_spin_unlock(&w->lock); return 0; }  // unlock-other
SEC("tc") int helper_in_between_refused(struct __sk_buff *s) { FIND(v, array, 0); bpf_spin_lock(&v->lock); v->b = bpf_ktime_get_ns(); bpf_spin_unlock(&v->lock); return 0; }  // call-under-lock
SEC("tc") int lookup_in_between_refused(struct __sk_buff *s) { FIND(v, array, 0); bpf_spin_lock(&v->lock); __u32 k = 1; bpf_map_lookup_elem(&hash, &k); bpf_spin_unlock(&v->lock); return 0; }  // call-under-lock
SEC("tc") int static_function_in_between(struct __sk_buff *s) { FIND(v, array, 0); bpf_spin_lock(&v->lock); adds(v); bpf_spin_unlock(&v->lock); return 0; }
SEC("tc") int global_function_in_between_refused(struct __sk_buff *s) { FIND(v, array, 0); bpf_spin_lock(&v->lock); v->b = global_function(v->a); bpf_spin_unlock(&v->lock); return 0; }  // global-under-lock
SEC("tc") int global_function_afterwards(struct __sk_buff *s) { FIND(v, array, 0); bpf_spin_lock(&v->lock); v->b++; bpf_spin_unlock(&v->lock); return global_function(1); }
SEC("tc") int loop_in_between_refused(struct __sk_buff *s) { FIND(v, array, 0); bpf_spin_lock(&v->lock); bpf_loop(2, callback, 0, 0); bpf_spin_unlock(&v->lock); return 0; }  // call-under-lock
SEC("tc") int tail_call_in_between_refused(struct __sk_buff *s) { FIND(v, array, 0); bpf_spin_lock(&v->lock); bpf_tail_call(s, &others, 0); bpf_spin_unlock(&v->lock); return 0; }  // call-under-lock
SEC("tc") int function_takes_caller_gives(struct __sk_buff *s) { FIND(v, array, 0); takes(v); v->b++; bpf_spin_unlock(&v->lock); return 0; }
SEC("tc") int function_takes_nobody_gives_refused(struct __sk_buff *s) { FIND(v, array, 0); takes(v); return 0; }  // leaves-locked
SEC("tc") int caller_takes_function_gives(struct __sk_buff *s) { FIND(v, array, 0); bpf_spin_lock(&v->lock); gives(v); return 0; }
SEC("tc") int function_does_both(struct __sk_buff *s) { FIND(v, array, 0); both(v); both(v); return 0; }
SEC("tc") int function_does_both_when_taken_refused(struct __sk_buff *s) { FIND(v, array, 0); bpf_spin_lock(&v->lock); both(v); bpf_spin_unlock(&v->lock); return 0; }  // call-under-lock
SEC("tc") int kfunc_in_between_refused(struct __sk_buff *s) { FIND(v, array, 0); bpf_spin_lock(&v->lock); bpf_rcu_read_lock(); bpf_rcu_read_unlock(); bpf_spin_unlock(&v->lock); return 0; }  // call-under-lock
SEC("tc") int within_an_rcu_region(struct __sk_buff *s) { FIND(v, array, 0); bpf_rcu_read_lock(); bpf_spin_lock(&v->lock); bpf_spin_unlock(&v->lock); bpf_rcu_read_unlock(); return 0; }
SEC("tc") int read_as_a_number_refused(struct __sk_buff *s) { FIND(v, array, 0); return *(volatile __u32 *)&v->lock; }  // field-directly
SEC("tc") int written_as_a_number_refused(struct __sk_buff *s) { FIND(v, array, 0); *(volatile __u32 *)&v->lock = 1; return 0; }  // field-directly
SEC("tc") int read_with_what_is_behind_refused(struct __sk_buff *s) { FIND(v, array, 0); return *(volatile __u64 *)v; }  // field-directly
SEC("tc") int read_beside(struct __sk_buff *s) { FIND(v, array, 0); return v->a + v->b; }
SEC("tc") int bytes_with_the_lock_for_a_helper_refused(struct __sk_buff *s) { FIND(v, array, 0); return bpf_skb_load_bytes(s, 0, v, sizeof *v); }  // field-directly
SEC("tc") int bytes_beside_the_lock_for_a_helper(struct __sk_buff *s) { FIND(v, array, 0); return bpf_skb_load_bytes(s, 0, &v->b, 8); }
SEC("tc") int not_the_lock_refused(struct __sk_buff *s) { FIND(v, array, 0); bpf_spin_lock((void *)&v->b); return 0; }  // other-field
SEC("tc") int value_without_a_lock_refused(struct __sk_buff *s) { __u32 k = 0; struct plain *p = bpf_map_lookup_elem(&unlocked, &k); if (!p) return 0; bpf_spin_lock((void *)p); return 0; }  // no-such-field
SEC("tc") int lock_on_the_stack_refused(struct __sk_buff *s) { struct bpf_spin_lock l = {}; bpf_spin_lock(&l); bpf_spin_unlock(&l); return 0; }  // argument-type
SEC("tc") int value_not_tested_refused(struct __sk_buff *s) { __u32 k = 0; struct value *v = bpf_map_lookup_elem(&hash, &k); bpf_spin_lock(&v->lock); bpf_spin_unlock(&v->lock); return 0; }  // argument-type
SEC("tc") int somewhere_in_the_value_refused(struct __sk_buff *s) { FIND(v, array, 0); __u64 i = s->len & 4; bpf_spin_lock((void *)v + i); return 0; }  // field-moves
SEC("tc") int whole_values_are_copied_by_the_map(struct __sk_buff *s) { struct value v = {}; __u32 k = 0; return bpf_map_update_elem(&hash, &k, &v, BPF_F_LOCK); }
SEC("tc") int record_reserved_before(struct __sk_buff *s) { __u64 *p = bpf_ringbuf_reserve(&ring, 8, 0); if (!p) return 0; FIND(v, array, 0); bpf_spin_lock(&v->lock); *p = v->b; bpf_spin_unlock(&v->lock); bpf_ringbuf_submit(p, 0); return 0; }
SEC("kprobe/x") int locks_in_a_probe_refused(void *s) { FIND(v, array, 0); return v->a; }  // field-not-for-type
SEC("socket") int locks_in_a_socket_filter_refused(struct __sk_buff *s) { FIND(v, array, 0); return v->a; }  // field-not-for-type
SEC("xdp") int locks_in_xdp(struct xdp_md *s) { FIND(v, array, 0); bpf_spin_lock(&v->lock); v->b++; bpf_spin_unlock(&v->lock); return 2; }
SEC("cgroup_skb/egress") int locks_in_a_cgroup(struct __sk_buff *s) { FIND(v, array, 0); bpf_spin_lock(&v->lock); v->b++; bpf_spin_unlock(&v->lock); return 1; }
SEC("perf_event") int locks_at_perf_events_refused(void *s) { FIND(v, array, 0); return v->a; }  // field-not-for-type
SEC("tp/sched/sched_switch") int locks_at_tracepoints_refused(void *s) { FIND(v, array, 0); return v->a; }  // field-not-for-type

// Of the kernel's functions few may be called under a lock.
extern int bpf_stream_vprintk_impl(int stream, const char *format, const void *args, __u32 bytes, void *aux) __ksym;
static const char format[] = "x";
SEC("tc") int counts_under_a_lock(struct __sk_buff *s) {
  FIND(v, array, 0);
  struct bpf_iter_num i;
  bpf_spin_lock(&v->lock);
  bpf_iter_num_new(&i, 0, 3);
  while (bpf_iter_num_next(&i)) v->b++;
  bpf_iter_num_destroy(&i);
  bpf_spin_unlock(&v->lock);
  return 0;
}
SEC("tc") int prints_under_a_lock_refused(struct __sk_buff *s) { FIND(v, array, 0); bpf_spin_lock(&v->lock); bpf_stream_vprintk_impl(1, format, v, 0, 0); bpf_spin_unlock(&v->lock); return 0; }  // call-under-lock
