// SPDX-License-Identifier: Apache-2.0
// What programs take from libbpf's bpf_helpers.h, in the words of GCC 12, which makes an indirect call of a helper that
// is a constant function pointer as soon as its number is also in a register. Put this folder first in the path.
#pragma once

#define SEC(name) __attribute__((section(name), used))
#define __uint(name, value) int(*name)[value]
#define __type(name, value) typeof(value) *name
#define __array(name, value) typeof(value) *name[]
#undef __always_inline
#define __always_inline inline __attribute__((always_inline))
#define __noinline __attribute__((noinline))

#define HELPER(id) extern __attribute__((kernel_helper(id)))
HELPER(1) void *bpf_map_lookup_elem(void *map, const void *key);
HELPER(2) long bpf_map_update_elem(void *map, const void *key, const void *value, __u64 flags);
HELPER(3) long bpf_map_delete_elem(void *map, const void *key);
HELPER(5) __u64 bpf_ktime_get_ns(void);
HELPER(7) __u32 bpf_get_prandom_u32(void);
HELPER(8) __u32 bpf_get_smp_processor_id(void);
HELPER(9) long bpf_skb_store_bytes(void *skb, __u32 offset, const void *from, __u32 len, __u64 flags);
HELPER(10) long bpf_l3_csum_replace(void *skb, __u32 offset, __u64 from, __u64 to, __u64 flags);
HELPER(11) long bpf_l4_csum_replace(void *skb, __u32 offset, __u64 from, __u64 to, __u64 flags);
HELPER(12) long bpf_tail_call(void *ctx, void *prog_array_map, __u32 index);
HELPER(26) long bpf_skb_load_bytes(const void *skb, __u32 offset, void *to, __u32 len);
HELPER(28) __s64 bpf_csum_diff(__be32 *from, __u32 from_size, __be32 *to, __u32 to_size, __u32 seed);
HELPER(44) long bpf_xdp_adjust_head(void *xdp_md, int delta);
#undef HELPER
