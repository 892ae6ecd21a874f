// SPDX-License-Identifier: Apache-2.0
// The table of helper functions. Versions never decrease with the id: helpers are numbered as they arrive.
#include <algorithm>
#include <iterator>

#include "base/suggest.hpp"
#include "facts/errors.hpp"
#include "facts/helpers.hpp"

namespace skep::facts {
namespace {

using enum Ret;
using enum Arg;
using enum Where;

// ktime_get_ns is open to any licence since 5.8. trace_printk's variable arguments are not asked for by the verifier.
// A tail call that fails leaves packet pointers alive. grade_test.cpp asks the kernel about every filled row.
// clang-format off
constexpr Helper table[] = {
//   id   name                         since    returns            arguments                                                    where       rare facts
  {   1, "map_lookup_elem",          "3.18"_v, map_value_or_null, {const_map_ptr, map_key},                                    everywhere },
  {   2, "map_update_elem",          "3.18"_v, integer,           {const_map_ptr, map_key, map_value, scalar},                 everywhere },
  {   3, "map_delete_elem",          "3.19"_v, integer,           {const_map_ptr, map_key},                                    everywhere },
  {   4, "probe_read",               "4.1"_v },
  {   5, "ktime_get_ns",             "4.1"_v, integer,           {},                                                          everywhere },
  {   6, "trace_printk",             "4.1"_v, integer,           {mem, size, vararg, vararg, vararg},                         everywhere, {.gpl_only = true} },
  {   7, "get_prandom_u32",          "4.1"_v, integer,           {},                                                          everywhere },
  {   8, "get_smp_processor_id",     "4.1"_v, integer,           {},                                                          everywhere },
  {   9, "skb_store_bytes",          "4.1"_v, integer,           {ctx, scalar, mem, size, scalar},                            skb_rewriters, {.moves_packet = true} },
  {  10, "l3_csum_replace",          "4.1"_v, integer,           {ctx, scalar, scalar, scalar, scalar},                       tc_and_lwt_xmit, {.moves_packet = true} },
  {  11, "l4_csum_replace",          "4.1"_v, integer,           {ctx, scalar, scalar, scalar, scalar},                       tc_and_lwt_xmit, {.moves_packet = true} },
  {  12, "tail_call",                "4.2"_v, nothing,           {ctx, const_map_ptr, scalar},                                everywhere },
  {  13, "clone_redirect",           "4.2"_v },
  {  14, "get_current_pid_tgid",     "4.2"_v },
  {  15, "get_current_uid_gid",      "4.2"_v },
  {  16, "get_current_comm",         "4.2"_v },
  {  17, "get_cgroup_classid",       "4.3"_v },
  {  18, "skb_vlan_push",            "4.3"_v },
  {  19, "skb_vlan_pop",             "4.3"_v },
  {  20, "skb_get_tunnel_key",       "4.3"_v },
  {  21, "skb_set_tunnel_key",       "4.3"_v },
  {  22, "perf_event_read",          "4.3"_v },
  {  23, "redirect",                 "4.4"_v },
  {  24, "get_route_realm",          "4.4"_v },
  {  25, "perf_event_output",        "4.4"_v },
  {  26, "skb_load_bytes",           "4.5"_v, integer,           {ctx, scalar, uninit_mem, size},                             skb_readers },
  {  27, "get_stackid",              "4.6"_v },
  {  28, "csum_diff",                "4.6"_v, integer,           {mem_or_null, size_or_zero, mem_or_null, size_or_zero, scalar}, checksummers },
  {  29, "skb_get_tunnel_opt",       "4.6"_v },
  {  30, "skb_set_tunnel_opt",       "4.6"_v },
  {  31, "skb_change_proto",         "4.8"_v },
  {  32, "skb_change_type",          "4.8"_v },
  {  33, "skb_under_cgroup",         "4.8"_v },
  {  34, "get_hash_recalc",          "4.8"_v },
  {  35, "get_current_task",         "4.8"_v },
  {  36, "probe_write_user",         "4.8"_v },
  {  37, "current_task_under_cgroup", "4.9"_v },
  {  38, "skb_change_tail",          "4.9"_v },
  {  39, "skb_pull_data",            "4.9"_v, integer,           {ctx, scalar},                                               skb_pullers, {.moves_packet = true} },
  {  40, "csum_update",              "4.9"_v },
  {  41, "set_hash_invalid",         "4.9"_v },
  {  42, "get_numa_node_id",         "4.10"_v, integer,           {},                                                          everywhere },
  {  43, "skb_change_head",          "4.10"_v },
  {  44, "xdp_adjust_head",          "4.10"_v, integer,           {ctx, scalar},                                               xdp, {.moves_packet = true} },
  {  45, "probe_read_str",           "4.11"_v },
  {  46, "get_socket_cookie",        "4.12"_v },
  {  47, "get_socket_uid",           "4.12"_v },
  {  48, "set_hash",                 "4.13"_v },
  {  49, "setsockopt",               "4.13"_v },
  {  50, "skb_adjust_room",          "4.13"_v },
  {  51, "redirect_map",             "4.14"_v },
  {  52, "sk_redirect_map",          "4.14"_v },
  {  53, "sock_map_update",          "4.14"_v },
  {  54, "xdp_adjust_meta",          "4.15"_v, integer,           {ctx, scalar},                                               xdp, {.moves_packet = true} },
  {  55, "perf_event_read_value",    "4.15"_v },
  {  56, "perf_prog_read_value",     "4.15"_v },
  {  57, "getsockopt",               "4.15"_v },
  {  58, "override_return",          "4.16"_v },
  {  59, "sock_ops_cb_flags_set",    "4.16"_v },
  {  60, "msg_redirect_map",         "4.17"_v },
  {  61, "msg_apply_bytes",          "4.17"_v },
  {  62, "msg_cork_bytes",           "4.17"_v },
  {  63, "msg_pull_data",            "4.17"_v },
  {  64, "bind",                     "4.17"_v },
  {  65, "xdp_adjust_tail",          "4.18"_v, integer,           {ctx, scalar},                                               xdp, {.moves_packet = true} },
  {  66, "skb_get_xfrm_state",       "4.18"_v },
  {  67, "get_stack",                "4.18"_v },
  {  68, "skb_load_bytes_relative",  "4.18"_v },
  {  69, "fib_lookup",               "4.18"_v },
  {  70, "sock_hash_update",         "4.18"_v },
  {  71, "msg_redirect_hash",        "4.18"_v },
  {  72, "sk_redirect_hash",         "4.18"_v },
  {  73, "lwt_push_encap",           "4.18"_v },
  {  74, "lwt_seg6_store_bytes",     "4.18"_v },
  {  75, "lwt_seg6_adjust_srh",      "4.18"_v },
  {  76, "lwt_seg6_action",          "4.18"_v },
  {  77, "rc_repeat",                "4.18"_v },
  {  78, "rc_keydown",               "4.18"_v },
  {  79, "skb_cgroup_id",            "4.18"_v },
  {  80, "get_current_cgroup_id",    "4.18"_v },
  {  81, "get_local_storage",        "4.19"_v },
  {  82, "sk_select_reuseport",      "4.19"_v },
  {  83, "skb_ancestor_cgroup_id",   "4.19"_v },
  {  84, "sk_lookup_tcp",            "4.20"_v },
  {  85, "sk_lookup_udp",            "4.20"_v },
  {  86, "sk_release",               "4.20"_v },
  {  87, "map_push_elem",            "4.20"_v },
  {  88, "map_pop_elem",             "4.20"_v },
  {  89, "map_peek_elem",            "4.20"_v },
  {  90, "msg_push_data",            "4.20"_v },
  {  91, "msg_pop_data",             "5.0"_v },
  {  92, "rc_pointer_rel",           "5.0"_v },
  {  93, "spin_lock",                "5.1"_v },
  {  94, "spin_unlock",              "5.1"_v },
  {  95, "sk_fullsock",              "5.1"_v },
  {  96, "tcp_sock",                 "5.1"_v },
  {  97, "skb_ecn_set_ce",           "5.1"_v },
  {  98, "get_listener_sock",        "5.1"_v },
  {  99, "skc_lookup_tcp",           "5.2"_v },
  { 100, "tcp_check_syncookie",      "5.2"_v },
  { 101, "sysctl_get_name",          "5.2"_v },
  { 102, "sysctl_get_current_value", "5.2"_v },
  { 103, "sysctl_get_new_value",     "5.2"_v },
  { 104, "sysctl_set_new_value",     "5.2"_v },
  { 105, "strtol",                   "5.2"_v },
  { 106, "strtoul",                  "5.2"_v },
  { 107, "sk_storage_get",           "5.2"_v },
  { 108, "sk_storage_delete",        "5.2"_v },
  { 109, "send_signal",              "5.3"_v },
  { 110, "tcp_gen_syncookie",        "5.4"_v },
  { 111, "skb_output",               "5.5"_v },
  { 112, "probe_read_user",          "5.5"_v },
  { 113, "probe_read_kernel",        "5.5"_v },
  { 114, "probe_read_user_str",      "5.5"_v },
  { 115, "probe_read_kernel_str",    "5.5"_v },
  { 116, "tcp_send_ack",             "5.6"_v },
  { 117, "send_signal_thread",       "5.6"_v },
  { 118, "jiffies64",                "5.6"_v },
  { 119, "read_branch_records",      "5.7"_v },
  { 120, "get_ns_current_pid_tgid",  "5.7"_v },
  { 121, "xdp_output",               "5.7"_v },
  { 122, "get_netns_cookie",         "5.7"_v },
  { 123, "get_current_ancestor_cgroup_id", "5.7"_v },
  { 124, "sk_assign",                "5.7"_v },
  { 125, "ktime_get_boot_ns",        "5.8"_v },
  { 126, "seq_printf",               "5.8"_v },
  { 127, "seq_write",                "5.8"_v },
  { 128, "sk_cgroup_id",             "5.8"_v },
  { 129, "sk_ancestor_cgroup_id",    "5.8"_v },
  { 130, "ringbuf_output",           "5.8"_v },
  { 131, "ringbuf_reserve",          "5.8"_v },
  { 132, "ringbuf_submit",           "5.8"_v },
  { 133, "ringbuf_discard",          "5.8"_v },
  { 134, "ringbuf_query",            "5.8"_v },
  { 135, "csum_level",               "5.8"_v },
  { 136, "skc_to_tcp6_sock",         "5.9"_v },
  { 137, "skc_to_tcp_sock",          "5.9"_v },
  { 138, "skc_to_tcp_timewait_sock", "5.9"_v },
  { 139, "skc_to_tcp_request_sock",  "5.9"_v },
  { 140, "skc_to_udp6_sock",         "5.9"_v },
  { 141, "get_task_stack",           "5.9"_v },
  { 142, "load_hdr_opt",             "5.10"_v },
  { 143, "store_hdr_opt",            "5.10"_v },
  { 144, "reserve_hdr_opt",          "5.10"_v },
  { 145, "inode_storage_get",        "5.10"_v },
  { 146, "inode_storage_delete",     "5.10"_v },
  { 147, "d_path",                   "5.10"_v },
  { 148, "copy_from_user",           "5.10"_v },
  { 149, "snprintf_btf",             "5.10"_v },
  { 150, "seq_printf_btf",           "5.10"_v },
  { 151, "skb_cgroup_classid",       "5.10"_v },
  { 152, "redirect_neigh",           "5.10"_v },
  { 153, "per_cpu_ptr",              "5.10"_v },
  { 154, "this_cpu_ptr",             "5.10"_v },
  { 155, "redirect_peer",            "5.10"_v },
  { 156, "task_storage_get",         "5.11"_v },
  { 157, "task_storage_delete",      "5.11"_v },
  { 158, "get_current_task_btf",     "5.11"_v },
  { 159, "bprm_opts_set",            "5.11"_v },
  { 160, "ktime_get_coarse_ns",      "5.11"_v },
  { 161, "ima_inode_hash",           "5.11"_v },
  { 162, "sock_from_file",           "5.11"_v },
  { 163, "check_mtu",                "5.12"_v },
  { 164, "for_each_map_elem",        "5.13"_v },
  { 165, "snprintf",                 "5.13"_v },
  { 166, "sys_bpf",                  "5.14"_v },
  { 167, "btf_find_by_name_kind",    "5.14"_v },
  { 168, "sys_close",                "5.14"_v },
  { 169, "timer_init",               "5.15"_v },
  { 170, "timer_set_callback",       "5.15"_v },
  { 171, "timer_start",              "5.15"_v },
  { 172, "timer_cancel",             "5.15"_v },
  { 173, "get_func_ip",              "5.15"_v },
  { 174, "get_attach_cookie",        "5.15"_v },
  { 175, "task_pt_regs",             "5.15"_v },
  { 176, "get_branch_snapshot",      "5.16"_v },
  { 177, "trace_vprintk",            "5.16"_v },
  { 178, "skc_to_unix_sock",         "5.16"_v },
  { 179, "kallsyms_lookup_name",     "5.16"_v },
  { 180, "find_vma",                 "5.17"_v },
  { 181, "loop",                     "5.17"_v },
  { 182, "strncmp",                  "5.17"_v },
  { 183, "get_func_arg",             "5.17"_v },
  { 184, "get_func_ret",             "5.17"_v },
  { 185, "get_func_arg_cnt",         "5.17"_v },
  { 186, "get_retval",               "5.18"_v },
  { 187, "set_retval",               "5.18"_v },
  { 188, "xdp_get_buff_len",         "5.18"_v },
  { 189, "xdp_load_bytes",           "5.18"_v, integer,           {ctx, scalar, uninit_mem, size},                             xdp },
  { 190, "xdp_store_bytes",          "5.18"_v, integer,           {ctx, scalar, mem, size},                                    xdp },
  { 191, "copy_from_user_task",      "5.18"_v },
  { 192, "skb_set_tstamp",           "5.18"_v },
  { 193, "ima_file_hash",            "5.18"_v },
  { 194, "kptr_xchg",                "5.19"_v },
  { 195, "map_lookup_percpu_elem",   "5.19"_v },
  { 196, "skc_to_mptcp_sock",        "5.19"_v },
  { 197, "dynptr_from_mem",          "5.19"_v },
  { 198, "ringbuf_reserve_dynptr",   "5.19"_v },
  { 199, "ringbuf_submit_dynptr",    "5.19"_v },
  { 200, "ringbuf_discard_dynptr",   "5.19"_v },
  { 201, "dynptr_read",              "5.19"_v },
  { 202, "dynptr_write",             "5.19"_v },
  { 203, "dynptr_data",              "5.19"_v },
  { 204, "tcp_raw_gen_syncookie_ipv4", "6.0"_v },
  { 205, "tcp_raw_gen_syncookie_ipv6", "6.0"_v },
  { 206, "tcp_raw_check_syncookie_ipv4", "6.0"_v },
  { 207, "tcp_raw_check_syncookie_ipv6", "6.0"_v },
  { 208, "ktime_get_tai_ns",         "6.1"_v },
  { 209, "user_ringbuf_drain",       "6.1"_v },
  { 210, "cgrp_storage_get",         "6.2"_v },
  { 211, "cgrp_storage_delete",      "6.2"_v },
};
// clang-format on

consteval bool numbered_as_they_arrived() {
  for (std::size_t i = 0; i < std::size(table); ++i)
    if (table[i].id != i + 1 || (i > 0 && table[i].since < table[i - 1].since)) return false;
  return true;
}
static_assert(numbered_as_they_arrived());
static_assert(names_are_unique(table));

consteval bool a_size_follows_memory() {
  for (const Helper& h : table)
    for (std::size_t i = 0; i < h.args.size(); ++i) {
      bool sized = h.args[i] == Arg::mem || h.args[i] == Arg::mem_or_null || h.args[i] == Arg::uninit_mem;
      bool size_next = i + 1 < h.args.size() && (h.args[i + 1] == Arg::size || h.args[i + 1] == Arg::size_or_zero);
      if (sized != size_next) return false;
    }
  return true;
}
static_assert(a_size_follows_memory());

}  // namespace

std::span<const Helper> helpers() { return table; }

const Helper* helper_by_id(uint64_t id) { return id == 0 || id > std::size(table) ? nullptr : &table[id - 1]; }

const Helper* helper_by_name(std::string_view name) {
  if (name.starts_with("bpf_")) name.remove_prefix(4);
  return find_row(table, name);
}

Result<const Helper*> helper_named(std::string_view name) {
  if (const Helper* h = helper_by_name(name)) return h;
  return fail(UnknownHelper{.name = std::string(name), .suggestion = did_you_mean(name, names(table))});
}

}  // namespace skep::facts
