// SPDX-License-Identifier: Apache-2.0
// Values that look as if the kernel had a part in them, and in which it has none: maps of a type that may not hold such
// a field are made without types, and one mistaken tag of a pointer hides every field of its value.
#include "kernel.h"

#define TAGGED(word) __attribute__((btf_type_tag(word)))
struct declared;
struct own { __u64 x; };
struct own whole;  // without one clang only declares it
struct locked { __u64 a; struct bpf_spin_lock lock; };
struct timed { __u64 a; struct bpf_timer timer; };
struct shared { __u64 a; struct own TAGGED("uptr") *p; };
struct hidden { __u64 a; struct bpf_timer timer; struct own TAGGED("user") *p; };
struct incomplete { __u64 a; struct declared TAGGED("kptr") *p; };
struct number { __u64 a; __u64 TAGGED("kptr") *p; };
struct twice { __u64 a; struct own TAGGED("kptr") TAGGED("kptr") *p; };
MAP(locked_array, ARRAY, 4, __u32, struct locked);
MAP(locked_lru, LRU_HASH, 4, __u32, struct locked);
MAP(timed_lru, LRU_HASH, 4, __u32, struct timed);
MAP(timed_per_cpu, PERCPU_ARRAY, 4, __u32, struct timed);
MAP(shared_array, ARRAY, 4, __u32, struct shared);
MAP(hidden_array, ARRAY, 4, __u32, struct hidden);
MAP(incomplete_array, ARRAY, 4, __u32, struct incomplete);
MAP(number_array, ARRAY, 4, __u32, struct number);
MAP(twice_array, ARRAY, 4, __u32, struct twice);
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(map_flags, BPF_F_RDONLY_PROG); __uint(max_entries, 4); __type(key, __u32); __type(value, struct timed); } timed_read_only SEC(".maps");

#define P(name) SEC("tc") int name(struct __sk_buff *s)
#define FIND(type, map) __u32 k = 0; struct type *v = bpf_map_lookup_elem(&map, &k); if (!v) return 0
#define LOCK bpf_spin_lock(&v->lock); v->a++; bpf_spin_unlock(&v->lock)
#define WRITE(member) *(volatile __u32 *)&v->member = 1

P(lock_in_array) { FIND(locked, locked_array); LOCK; return 0; }
P(lock_in_array_written_refused) { FIND(locked, locked_array); WRITE(lock); return 0; }  // field-directly
P(lock_in_lru_refused) { FIND(locked, locked_lru); LOCK; return 0; }  // field-without-types
P(lock_in_lru_written) { FIND(locked, locked_lru); WRITE(lock); return 0; }
P(timer_in_lru) { FIND(timed, timed_lru); return bpf_timer_init(&v->timer, &timed_lru, 1); }
P(timer_per_cpu_written) { FIND(timed, timed_per_cpu); WRITE(timer); return 0; }
P(timer_read_only_read) { FIND(timed, timed_read_only); return *(volatile __u32 *)&v->timer; }
P(user_pointer_in_array_written) { FIND(shared, shared_array); WRITE(p); return 0; }
P(timer_beside_another_tag_refused) { FIND(hidden, hidden_array); return bpf_timer_init(&v->timer, &hidden_array, 1); }  // no-such-field
P(timer_beside_another_tag_written) { FIND(hidden, hidden_array); WRITE(timer); return 0; }
P(pointer_to_declared_written) { FIND(incomplete, incomplete_array); WRITE(p); return 0; }
P(pointer_to_declared_exchanged_refused) { FIND(incomplete, incomplete_array); bpf_kptr_xchg(&v->p, 0); return 0; }  // no-such-field
P(pointer_to_number_written) { FIND(number, number_array); WRITE(p); return 0; }
P(pointer_tagged_twice_written) { FIND(twice, twice_array); WRITE(p); return 0; }
