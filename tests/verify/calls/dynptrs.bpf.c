// SPDX-License-Identifier: Apache-2.0
// Dynptrs of packets, and what kernel functions do with dynptrs: slices, clones, sizes, copies.
#include "kernel.h"

struct record { __u64 a, b; };
RING(ring);
MAP(records, ARRAY, 1, int, struct record);
char buffer[64];
#define P(name) SEC("tc") int name(struct __sk_buff *s)
#define X(name) SEC("xdp") int name(struct xdp_md *x)
#define SKB struct bpf_dynptr d; bpf_dynptr_from_skb(s, 0, &d)
#define XDP struct bpf_dynptr d; bpf_dynptr_from_xdp(x, 0, &d)

P(of_a_packet) { SKB; return bpf_dynptr_size(&d); }
X(of_an_xdp_packet) { XDP; return bpf_dynptr_size(&d) ? XDP_PASS : XDP_DROP; }
P(of_a_packets_metadata) { struct bpf_dynptr d; bpf_dynptr_from_skb_meta(s, 0, &d); return bpf_dynptr_size(&d); }
P(xdp_in_tc_refused) { struct bpf_dynptr d; bpf_dynptr_from_xdp((void *)s, 0, &d); return 0; }
P(of_no_context_refused) { struct bpf_dynptr d; __u64 x = 0; bpf_dynptr_from_skb((void *)&x, 0, &d); return 0; }
P(not_on_the_stack_refused) { bpf_dynptr_from_skb(s, 0, (void *)buffer); return 0; }
P(into_the_context_refused) { bpf_dynptr_from_skb(s, 0, (void *)s); return 0; }
P(misaligned_refused) { char room[32]; bpf_dynptr_from_skb(s, 0, (void *)(room + 4)); return room[8]; }
P(too_high_refused) { __u64 room; bpf_dynptr_from_skb(s, 0, (void *)&room); return 0; }
P(somewhere_refused) { char room[64]; bpf_dynptr_from_skb(s, 0, (void *)(room + (s->len & 8))); return 0; }
P(makes_it_twice) { SKB; bpf_dynptr_from_skb(s, 0, &d); return bpf_dynptr_size(&d); }
P(over_a_reserved_one_refused) { struct bpf_dynptr d; bpf_ringbuf_reserve_dynptr(&ring, 8, 0, &d); bpf_dynptr_from_skb(s, 0, &d); bpf_ringbuf_discard_dynptr(&d, 0); return 0; }
P(none_made_refused) { struct bpf_dynptr d; return bpf_dynptr_size(&d); }
P(a_number_refused) { return bpf_dynptr_size((void *)8); }
P(the_context_refused) { return bpf_dynptr_size((void *)s); }
P(overwritten_refused) { SKB; *(volatile __u64 *)&d = 0; return bpf_dynptr_size(&d); }
P(read_directly_refused) { SKB; return *(volatile __u32 *)&d; }

P(slice) { SKB; char room[14]; __u8 *p = bpf_dynptr_slice(&d, 0, room, sizeof room); if (!p) return 0; return p[13]; }
P(slice_without_room) { SKB; __u8 *p = bpf_dynptr_slice(&d, 0, 0, 14); if (!p) return 0; return p[13]; }
P(slice_too_long_refused) { SKB; char room[14]; __u8 *p = bpf_dynptr_slice(&d, 0, room, sizeof room); if (!p) return 0; return p[14]; }
P(slice_untested_refused) { SKB; char room[14]; __u8 *p = bpf_dynptr_slice(&d, 0, room, sizeof room); return p[13]; }
P(slice_written_refused) { SKB; char room[14]; __u8 *p = bpf_dynptr_slice(&d, 0, room, sizeof room); if (!p) return 0; p[0] = 1; return 0; }
P(slice_of_unknown_size_refused) { SKB; char room[64]; __u8 *p = bpf_dynptr_slice(&d, 0, room, s->len & 31); if (!p) return 0; return p[0]; }
P(slice_of_a_small_room_refused) { SKB; char room[4]; __u8 *p = bpf_dynptr_slice(&d, 0, room, 8); if (!p) return 0; return p[0]; }
P(slice_of_size_zero_refused) { SKB; char room[8]; __u8 *p = bpf_dynptr_slice(&d, 0, room, 0); if (!p) return 0; return p[0]; }
P(slice_into_a_map) { SKB; __u8 *p = bpf_dynptr_slice(&d, 0, buffer, 64); if (!p) return 0; return p[63]; }
P(slice_into_the_context_refused) { SKB; __u8 *p = bpf_dynptr_slice(&d, 0, s, 8); if (!p) return 0; return p[0]; }
P(slice_at_unknown_offset) { SKB; char room[14]; __u8 *p = bpf_dynptr_slice(&d, s->len, room, 14); if (!p) return 0; return p[3]; }
P(writable_slice) { SKB; char room[14]; __u8 *p = bpf_dynptr_slice_rdwr(&d, 0, room, sizeof room); if (!p) return 0; p[0] = 1; return p[13]; }
X(writable_xdp_slice) { XDP; char room[14]; __u8 *p = bpf_dynptr_slice_rdwr(&d, 0, room, sizeof room); if (!p) return 0; p[0] = 1; return XDP_PASS; }
SEC("cgroup_skb/egress") int writable_slice_where_packets_are_read_refused(struct __sk_buff *s) { SKB; char room[14]; __u8 *p = bpf_dynptr_slice_rdwr(&d, 0, room, sizeof room); if (!p) return 0; p[0] = 1; return 1; }
SEC("socket") int slice_in_a_filter(struct __sk_buff *s) { SKB; char room[14]; __u8 *p = bpf_dynptr_slice(&d, 0, room, sizeof room); if (!p) return 0; return p[0]; }
P(slice_after_the_packet_moved_refused) { SKB; char room[14]; __u8 *p = bpf_dynptr_slice(&d, 0, room, sizeof room); if (!p) return 0; bpf_skb_pull_data(s, 0); return p[0]; }
P(slice_after_a_write_refused) { SKB; char room[14]; __u8 *p = bpf_dynptr_slice(&d, 0, room, sizeof room); if (!p) return 0; bpf_dynptr_write(&d, 0, room, 4, 0); return p[0]; }
X(xdp_slice_after_it_moved_refused) { XDP; char room[14]; __u8 *p = bpf_dynptr_slice(&d, 0, room, sizeof room); if (!p) return 0; bpf_xdp_adjust_head(x, 4); return p[0]; }
X(xdp_slice_after_a_write) { XDP; char room[14] = {}; __u8 *p = bpf_dynptr_slice(&d, 0, 0, sizeof room); if (!p) return 0; bpf_dynptr_write(&d, 0, room, 4, 0); return p[0] ? XDP_PASS : XDP_DROP; }
P(packet_after_a_write_refused) { SKB; char *b = (void *)(long)s->data, *e = (void *)(long)s->data_end; char room[4] = {}; if (b + 1 > e) return 0; bpf_dynptr_write(&d, 0, room, 4, 0); return *b; }
P(slice_after_it_was_overwritten) { SKB; char room[14]; __u8 *p = bpf_dynptr_slice(&d, 0, room, sizeof room); if (!p) return 0; bpf_dynptr_from_skb(s, 0, &d); return p[0]; }
P(writable_slice_after_it_was_overwritten) { SKB; char room[14]; __u8 *p = bpf_dynptr_slice_rdwr(&d, 0, room, sizeof room); if (!p) return 0; bpf_dynptr_from_skb(s, 0, &d); return p[0]; }
P(slice_for_a_helper) { SKB; char room[14]; __u8 *p = bpf_dynptr_slice(&d, 0, room, sizeof room); __u64 x = 0; if (!p) return 0; return bpf_csum_diff((void *)p, 12, 0, 0, 0); }
P(slice_for_a_helper_that_writes_refused) { SKB; char room[14]; __u8 *p = bpf_dynptr_slice(&d, 0, room, sizeof room); if (!p) return 0; bpf_get_current_comm(p, 14); bpf_skb_load_bytes(s, 0, p, 14); return 0; }
P(writable_slice_for_a_helper_that_writes) { SKB; char room[14]; __u8 *p = bpf_dynptr_slice_rdwr(&d, 0, room, sizeof room); if (!p) return 0; bpf_skb_load_bytes(s, 0, p, 14); return 0; }
P(data_of_a_packet) { SKB; __u8 *p = bpf_dynptr_data(&d, 0, 8); if (!p) return 0; return p[0]; }
P(reserved_slice) { struct bpf_dynptr d; bpf_ringbuf_reserve_dynptr(&ring, 64, 0, &d); __u64 *p = bpf_dynptr_slice_rdwr(&d, 0, 0, 8); if (p) *p = 1; bpf_ringbuf_submit_dynptr(&d, 0); return 0; }
P(reserved_slice_too_late) { struct bpf_dynptr d; bpf_ringbuf_reserve_dynptr(&ring, 64, 0, &d); __u64 *p = bpf_dynptr_slice_rdwr(&d, 0, 0, 8); bpf_ringbuf_submit_dynptr(&d, 0); if (p) *p = 1; return 0; }
P(reserved_read_slice_too_late) { struct bpf_dynptr d; bpf_ringbuf_reserve_dynptr(&ring, 64, 0, &d); __u64 *p = bpf_dynptr_slice(&d, 0, 0, 8); bpf_ringbuf_submit_dynptr(&d, 0); if (p) return *p; return 0; }
P(slice_in_a_loop) { SKB; int r = 0; for (int i = 0; i < 4; ++i) { char room[4]; __u8 *p = bpf_dynptr_slice(&d, i, room, 4); if (p) r += p[0]; } return r; }

P(clones) { SKB; struct bpf_dynptr c; bpf_dynptr_clone(&d, &c); bpf_dynptr_adjust(&c, 14, 34); return bpf_dynptr_size(&c); }
P(clones_none_refused) { struct bpf_dynptr d, c; bpf_dynptr_clone(&d, &c); return bpf_dynptr_size(&c); }
P(clones_into_itself) { SKB; bpf_dynptr_clone(&d, &d); return bpf_dynptr_size(&d); }
P(clone_of_a_reserved_one) { struct bpf_dynptr d, c; bpf_ringbuf_reserve_dynptr(&ring, 8, 0, &d); bpf_dynptr_clone(&d, &c); bpf_ringbuf_submit_dynptr(&c, 0); return 0; }
P(both_of_a_reserved_one_refused) { struct bpf_dynptr d, c; bpf_ringbuf_reserve_dynptr(&ring, 8, 0, &d); bpf_dynptr_clone(&d, &c); bpf_ringbuf_submit_dynptr(&c, 0); bpf_ringbuf_submit_dynptr(&d, 0); return 0; }
P(clone_kept_refused) { struct bpf_dynptr d, c; bpf_ringbuf_reserve_dynptr(&ring, 8, 0, &d); bpf_dynptr_clone(&d, &c); return 0; }
P(clone_after_submit_refused) { struct bpf_dynptr d, c; bpf_ringbuf_reserve_dynptr(&ring, 8, 0, &d); bpf_dynptr_clone(&d, &c); bpf_ringbuf_submit_dynptr(&d, 0); return bpf_dynptr_size(&c); }
P(clone_slice_after_submit_refused) { struct bpf_dynptr d, c; bpf_ringbuf_reserve_dynptr(&ring, 8, 0, &d); bpf_dynptr_clone(&d, &c); __u8 *p = bpf_dynptr_data(&c, 0, 8); bpf_ringbuf_submit_dynptr(&d, 0); if (!p) return 0; return p[0]; }
P(clone_outlives_its_source) { SKB; struct bpf_dynptr c; bpf_dynptr_clone(&d, &c); *(volatile __u64 *)&d = 0; return bpf_dynptr_size(&c); }
P(overwrites_a_reserved_ones_source_refused) { struct bpf_dynptr d, c; bpf_ringbuf_reserve_dynptr(&ring, 8, 0, &d); bpf_dynptr_clone(&d, &c); *(volatile __u64 *)&d = 0; bpf_ringbuf_submit_dynptr(&c, 0); return 0; }
P(asks_of_it) { SKB; return bpf_dynptr_is_null(&d) + bpf_dynptr_is_rdonly(&d); }
P(adjusts) { SKB; return bpf_dynptr_adjust(&d, 1, 2); }
P(copies) { SKB; int k = 0; struct record *r = bpf_map_lookup_elem(&records, &k); struct bpf_dynptr m; if (!r) return 0; bpf_dynptr_from_mem(r, 16, 0, &m); return bpf_dynptr_copy(&m, 0, &d, 0, 8); }
P(fills) { SKB; return bpf_dynptr_memset(&d, 0, 4, 7); }
P(fills_none_refused) { struct bpf_dynptr d; return bpf_dynptr_memset(&d, 0, 4, 7); }
static int each(struct bpf_dynptr *d, void *c) { return bpf_dynptr_size(d) > 3; }
static int each_slices(struct bpf_dynptr *d, void *c) { char room[4]; char *p = bpf_dynptr_slice(d, 0, room, 4); return p && *p; }
static int each_adjusts(struct bpf_dynptr *d, void *c) { bpf_dynptr_adjust(d, 1, 2); return 0; }
static int each_clones(struct bpf_dynptr *d, void *c) { struct bpf_dynptr e; bpf_dynptr_clone(d, &e); return bpf_dynptr_size(&e) > 3; }
static int each_makes(struct bpf_dynptr *d, void *c) { bpf_dynptr_from_skb(c, 0, d); return 0; }
USER_RING(user);
P(of_a_callback) { return bpf_user_ringbuf_drain(&user, each, 0, 0); }
P(slice_of_a_callbacks) { return bpf_user_ringbuf_drain(&user, each_slices, 0, 0); }
P(adjusts_a_callbacks) { return bpf_user_ringbuf_drain(&user, each_adjusts, 0, 0); }
P(clones_a_callbacks) { return bpf_user_ringbuf_drain(&user, each_clones, 0, 0); }
P(remakes_a_callbacks_refused) { return bpf_user_ringbuf_drain(&user, each_makes, s, 0); }
noinline int global(const struct bpf_dynptr *d) { return bpf_dynptr_size(d); }
P(for_a_global_function) { SKB; return global(&d); }
static noinline int static_size(struct bpf_dynptr *d) { return bpf_dynptr_size(d); }
P(for_a_static_function) { SKB; return static_size(&d); }
static noinline int static_make(struct __sk_buff *s, struct bpf_dynptr *d) { return bpf_dynptr_from_skb(s, 0, d); }
P(made_by_a_static_function) { struct bpf_dynptr d; static_make(s, &d); return bpf_dynptr_size(&d); }
SEC("tp_btf/kfree_skb") int of_a_traced_packet(__u64 *c) { struct bpf_dynptr d; bpf_dynptr_from_skb((void *)c[0], 0, &d); return bpf_dynptr_size(&d); }
SEC("tp_btf/kfree_skb") int writable_slice_of_a_traced_packet_refused(__u64 *c) { struct bpf_dynptr d; bpf_dynptr_from_skb((void *)c[0], 0, &d); char room[4]; char *p = bpf_dynptr_slice_rdwr(&d, 0, room, 4); if (!p) return 0; return p[0]; }
SEC("tp_btf/kfree_skb") int of_a_traced_number_refused(__u64 *c) { struct bpf_dynptr d; bpf_dynptr_from_skb((void *)c[1], 0, &d); return bpf_dynptr_size(&d); }

extern int bpf_probe_read_kernel_dynptr(struct bpf_dynptr *d, __u32 off, __u32 size, const void *from) __ksym;
extern int bpf_copy_from_user_dynptr(struct bpf_dynptr *d, __u32 off, __u32 size, const void *from) __ksym;
extern int bpf_xdp_metadata_rx_timestamp(const struct xdp_md *x, __u64 *timestamp) __ksym;
SEC("syscall") int filled_from_user(void *c) { struct bpf_dynptr d; bpf_dynptr_from_mem(buffer, 64, 0, &d); return bpf_copy_from_user_dynptr(&d, 0, 8, (void *)8); }
P(filled_from_user_awake_refused) { struct bpf_dynptr d; bpf_dynptr_from_mem(buffer, 64, 0, &d); return bpf_copy_from_user_dynptr(&d, 0, 8, (void *)8); }
P(filled_from_the_kernel) { struct bpf_dynptr d; bpf_dynptr_from_mem(buffer, 64, 0, &d); return bpf_probe_read_kernel_dynptr(&d, 0, 8, (void *)8); }
X(metadata_without_a_device_refused) { __u64 t; bpf_xdp_metadata_rx_timestamp(x, &t); return XDP_PASS; }
