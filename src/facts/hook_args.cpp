// SPDX-License-Identifier: Apache-2.0
#include "facts/hook_args.hpp"

#include <algorithm>

namespace skep::facts {
namespace {

struct IteratorArg {
  std::string_view target;
  unsigned index;
  HookArg is;
};
using enum HookArg;
// clang-format off
constexpr IteratorArg iterator_args[] = {
//  iterator                index  is
  { "bpf_link",             1,     plain_or_null },
  { "bpf_map",              1,     trusted_or_null },
  { "bpf_map_elem",         2,     rdonly_buffer_or_null },
  { "bpf_map_elem",         3,     buffer_or_null },
  { "bpf_prog",             1,     plain_or_null },
  { "bpf_sk_storage_map",   2,     plain_or_null },
  { "bpf_sk_storage_map",   3,     buffer_or_null },
  { "cgroup",               1,     trusted_or_null },
  { "dmabuf",               1,     plain_or_null },
  { "ipv6_route",           1,     plain_or_null },
  { "kmem_cache",           1,     trusted_or_null },
  { "ksym",                 1,     plain_or_null },
  { "netlink",              1,     plain_or_null },
  { "sockmap",              2,     rdonly_buffer_or_null },
  { "sockmap",              3,     plain_or_null },
  { "task",                 1,     trusted_or_null },
  { "task_file",            1,     plain_or_null },
  { "task_file",            3,     plain_or_null },
  { "task_vma",             1,     plain_or_null },
  { "task_vma",             2,     plain_or_null },
  { "tcp",                  1,     trusted_or_null },
  { "udp",                  1,     trusted_or_null },
  { "unix",                 1,     plain_or_null },
};
// clang-format on

struct TracepointArg {
  std::string_view tracepoint;
  unsigned index;
  constexpr auto operator<=>(const TracepointArg&) const = default;
};
constexpr TracepointArg null_args[] = {
    {"break_lease_block", 1},
    {"break_lease_noblock", 1},
    {"break_lease_unblock", 1},
    {"ext4_mballoc_discard", 1},
    {"ext4_mballoc_free", 1},
    {"fcntl_setlk", 1},
    {"fib_table_lookup", 2},
    {"flock_lock_inode", 1},
    {"folio_wait_writeback", 1},
    {"generic_delete_lease", 1},
    {"hugetlbfs_alloc_inode", 1},
    {"kfree_skb", 3},
    {"locks_remove_posix", 1},
    {"mm_collapse_huge_page_isolate", 0},
    {"mm_khugepaged_collapse_file", 1},
    {"mm_khugepaged_scan_file", 1},
    {"mm_khugepaged_scan_pmd", 1},
    {"mm_page_alloc", 0},
    {"mm_page_alloc_zone_locked", 0},
    {"mm_page_pcpu_drain", 0},
    {"posix_lock_inode", 1},
    {"qdisc_dequeue", 3},
    {"sched_pi_setprio", 1},
    {"sched_stick_numa", 2},
    {"sched_swap_numa", 2},
    {"tcp_send_reset", 0},
    {"tcp_send_reset", 1},
    {"tcp_sendmsg_locked", 2},
    {"time_out_leases", 1},
    {"tmigr_update_events", 0},
    {"writeback_dirty_folio", 1},
    {"xfs_blockgc_flush_all", 0},
    {"xfs_blockgc_free_space", 1},
    {"xfs_blockgc_start", 0},
    {"xfs_blockgc_stop", 0},
    {"xfs_blockgc_worker", 0},
    {"xfs_btree_overlapped_query_range", 2},
    {"xfs_btree_updkeys", 2},
    {"xfs_defer_add_item", 0},
    {"xfs_defer_cancel_item", 0},
    {"xfs_defer_cancel_list", 0},
    {"xfs_defer_create_intent", 0},
    {"xfs_defer_finish_item", 0},
    {"xfs_defer_isolate_paused", 0},
    {"xfs_defer_item_pause", 0},
    {"xfs_defer_item_unpause", 0},
    {"xfs_defer_pending_abort", 0},
    {"xfs_defer_pending_finish", 0},
    {"xfs_defer_relog_intent", 0},
    {"xfs_fs_sync_fs", 0},
    {"xfs_inodegc_flush", 0},
    {"xfs_inodegc_push", 0},
    {"xfs_inodegc_queue", 0},
    {"xfs_inodegc_start", 0},
    {"xfs_inodegc_stop", 0},
    {"xfs_inodegc_throttle", 0},
    {"xfs_ioc_free_eofblocks", 1},
    {"xfs_map_blocks_alloc", 4},
    {"xfs_map_blocks_found", 4},
};
static_assert(std::ranges::is_sorted(null_args));

}  // namespace

HookArg iterator_arg(std::string_view target, unsigned index) {
  for (const IteratorArg& a : iterator_args)
    if (a.target == target && a.index == index) return a.is;
  return as_typed;
}

HookArg tracepoint_arg(std::string_view tracepoint, unsigned index) {
  const bool null = std::ranges::binary_search(null_args, TracepointArg{.tracepoint = tracepoint, .index = index});
  return null ? trusted_or_null : as_typed;
}

}  // namespace skep::facts
