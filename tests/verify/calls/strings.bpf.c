// SPDX-License-Identifier: Apache-2.0
// Kernel functions that take strings: constants where the kernel must know them, anything where it probes.
#include "kernel.h"

const char name[] = "user.test", unended[4] = {'a', 'b', 'c', 'd'};
char changing[] = "user.test";
const char format[] = "%d %s", too_few[] = "%d", wrong[] = "%y";
char room[64];
#define P(name) SEC("tc") int name(struct __sk_buff *s)
RING(ring);

P(compares) { return bpf_strcmp(name, changing); }
P(compares_anything) { return bpf_strcmp((void *)s, (void *)8); }
P(length) { return bpf_strlen(name) + bpf_strchr(name, 'e'); }
P(attribute) { struct cgroup *c = bpf_cgroup_from_id(1); struct bpf_dynptr d; int r; if (!c) return 0; bpf_dynptr_from_mem(room, sizeof room, 0, &d); r = bpf_cgroup_read_xattr(c, name, &d); bpf_cgroup_release(c); return r; }
P(attribute_in_the_middle) { struct cgroup *c = bpf_cgroup_from_id(1); struct bpf_dynptr d; int r; if (!c) return 0; bpf_dynptr_from_mem(room, sizeof room, 0, &d); r = bpf_cgroup_read_xattr(c, name + 5, &d); bpf_cgroup_release(c); return r; }
P(attribute_that_changes_refused) { struct cgroup *c = bpf_cgroup_from_id(1); struct bpf_dynptr d; int r; if (!c) return 0; bpf_dynptr_from_mem(room, sizeof room, 0, &d); r = bpf_cgroup_read_xattr(c, changing, &d); bpf_cgroup_release(c); return r; }
P(attribute_on_the_stack_refused) { struct cgroup *c = bpf_cgroup_from_id(1); struct bpf_dynptr d; char n[] = "user.x"; int r; if (!c) return 0; bpf_dynptr_from_mem(room, sizeof room, 0, &d); r = bpf_cgroup_read_xattr(c, n, &d); bpf_cgroup_release(c); return r; }
P(attribute_somewhere_refused) { struct cgroup *c = bpf_cgroup_from_id(1); struct bpf_dynptr d; int r; if (!c) return 0; bpf_dynptr_from_mem(room, sizeof room, 0, &d); r = bpf_cgroup_read_xattr(c, name + (s->len & 3), &d); bpf_cgroup_release(c); return r; }
P(attribute_of_no_string_refused) { struct cgroup *c = bpf_cgroup_from_id(1); struct bpf_dynptr d; int r; if (!c) return 0; bpf_dynptr_from_mem(room, sizeof room, 0, &d); r = bpf_cgroup_read_xattr(c, (void *)8, &d); bpf_cgroup_release(c); return r; }
P(attribute_into_nothing_refused) { struct cgroup *c = bpf_cgroup_from_id(1); struct bpf_dynptr d; int r; if (!c) return 0; r = bpf_cgroup_read_xattr(c, name, &d); bpf_cgroup_release(c); return r; }
P(attribute_into_a_packet) { struct cgroup *c = bpf_cgroup_from_id(1); struct bpf_dynptr d; int r; if (!c) return 0; bpf_dynptr_from_skb(s, 0, &d); r = bpf_cgroup_read_xattr(c, name, &d); bpf_cgroup_release(c); return r; }
P(prints) { __u64 args[2] = {1, (__u64)name}; return bpf_stream_vprintk_impl(1, format, args, 16, 0); }
P(prints_null_arguments_refused) { return bpf_stream_vprintk_impl(1, name, 0, 0, 0); }
P(prints_more_than_it_has) { __u64 args[1] = {1}; return bpf_stream_vprintk_impl(1, format, args, 8, 0); }
P(prints_the_stack_refused) { char f[] = "%d"; __u64 args[1] = {1}; return bpf_stream_vprintk_impl(1, f, args, 8, 0); }
P(prints_what_may_change_refused) { __u64 args[1] = {1}; return bpf_stream_vprintk_impl(1, changing, args, 8, 0); }
