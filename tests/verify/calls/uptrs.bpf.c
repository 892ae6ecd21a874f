// SPDX-License-Identifier: Apache-2.0
// Pointers to memory of user space in the values of task storage: programs read and write what they point to, and only
// user space sets them.
#include "kernel.h"

#define __uptr __attribute__((btf_type_tag("uptr")))
struct shared { __u64 x, y; };
struct shared whole;  // without one clang only declares it
struct value { __u64 a; struct shared __uptr *u; };
struct { __uint(type, BPF_MAP_TYPE_TASK_STORAGE); __uint(map_flags, BPF_F_NO_PREALLOC); __type(key, int); __type(value, struct value); } tasks SEC(".maps");

#define P(name) SEC("raw_tp/sched_switch") int name(void *ctx)
#define FIND struct value *v = bpf_task_storage_get(&tasks, bpf_get_current_task_btf(), 0, 0); if (!v) return 0

P(reads) { FIND; return v->u ? v->u->y : 0; }
P(reads_untested_refused) { FIND; return v->u->y; }  // maybe-null
P(reads_beyond_refused) { FIND; return v->u ? (&v->u->y)[1] : 0; }  // outside-memory
P(writes) { FIND; if (v->u) v->u->x = 4; return 0; }
P(sets_what_is_beside) { FIND; v->a = 1; return 0; }
P(sets_refused) { FIND; v->u = (void *)v; return 0; }  // kptr-store
P(clears_refused) { FIND; *(volatile __u64 *)&v->u = 0; return 0; }  // kptr-store
P(reads_half_refused) { FIND; return *(volatile __u32 *)&v->u; }  // field-part
P(exchanges_refused) { FIND; bpf_kptr_xchg(&v->u, 0); return 0; }  // no-such-field
P(given_to_helper) { FIND; struct shared *u = v->u; return u ? bpf_probe_read_kernel(u, sizeof *u, 0) : 0; }
P(given_to_helper_beyond_refused) { FIND; struct shared *u = v->u; return u ? bpf_probe_read_kernel(u, sizeof *u + 1, 0) : 0; }  // outside-memory
