// SPDX-License-Identifier: Apache-2.0
// The table of helper functions. Versions never decrease with the id: helpers are numbered as they arrive.
//
// Which program types have which helper was imported from the eBPF docs project (BSD-2-Clause, LICENSE beside this
// file) and corrected by Linux 6.18 itself; helpers_kernel_test.cpp asks it about every row.
#include <algorithm>
#include <iterator>

#include "base/suggest.hpp"
#include "facts/errors.hpp"
#include "facts/functions.hpp"
#include "facts/helpers.hpp"

namespace skep::facts {
namespace {

using enum ProgType;

// ---- words of the columns -----------------------------------------------------------------------------------------

constexpr Arg of(ArgKind kind, Use use = Use::none) { return {.kind = kind, .use = use}; }
constexpr Arg or_null(Arg a) { return a.or_null = true, a; }
constexpr Arg released(Arg a) { return a.release = true, a; }
constexpr Arg btf(std::string_view name) { return {.kind = ArgKind::btf_id, .btf = name}; }
constexpr Arg btf_or_null(std::string_view name) { return or_null(btf(name)); }
constexpr Arg func(Callback callback) { return {.kind = ArgKind::func, .callback = callback}; }
constexpr Arg fixed_mem(uint8_t bytes) { return {.kind = ArgKind::fixed_mem, .use = Use::reads, .bytes = bytes}; }
constexpr Arg number(Use use, uint8_t bytes) {
  return {.kind = ArgKind::fixed_mem, .use = use, .aligned = true, .bytes = bytes};
}
constexpr Arg uninit_number(uint8_t bytes) { return number(Use::fills, bytes); }
constexpr Arg written_number(uint8_t bytes) { return number(Use::writes, bytes); }
constexpr Arg dynptr_of(Dynptr kind) { return {.kind = ArgKind::dynptr, .use = Use::reads, .dynptr = kind}; }
constexpr Arg new_dynptr(Dynptr kind) { return {.kind = ArgKind::dynptr, .use = Use::fills, .dynptr = kind}; }

constexpr Arg vararg = of(ArgKind::vararg), anything = of(ArgKind::anything);
constexpr Arg ctx = of(ArgKind::ctx), ctx_or_null = or_null(ctx);
constexpr Arg const_map_ptr = of(ArgKind::const_map_ptr), map_key = of(ArgKind::map_key, Use::wants_plain);
constexpr Arg map_value = of(ArgKind::map_value, Use::wants_plain), map_value_or_null = or_null(map_value);
constexpr Arg uninit_map_value = of(ArgKind::map_value, Use::fills);
constexpr Arg mem = of(ArgKind::mem, Use::reads), mem_or_null = or_null(mem);
constexpr Arg uninit_mem = of(ArgKind::mem, Use::fills);
constexpr Arg written_mem = of(ArgKind::mem, Use::writes), written_mem_or_null = or_null(written_mem);
constexpr Arg size = of(ArgKind::size), size_or_zero = of(ArgKind::size_or_zero);
constexpr Arg alloc_size_or_zero = of(ArgKind::alloc_size_or_zero), ringbuf_mem = of(ArgKind::ringbuf_mem);
constexpr Arg spin_lock = of(ArgKind::spin_lock), timer = of(ArgKind::timer), kptr = of(ArgKind::kptr);
constexpr Arg sock_common = of(ArgKind::sock_common), btf_sock_common = of(ArgKind::btf_sock_common);
constexpr Arg socket_or_null = or_null(of(ArgKind::socket));
constexpr Arg percpu_btf_id = of(ArgKind::percpu_btf_id), stack_or_null = or_null(of(ArgKind::stack));
constexpr Arg const_str = of(ArgKind::const_str), dynptr = dynptr_of(Dynptr::any);

constexpr Ret integer{}, nothing{.kind = RetKind::nothing};
constexpr Ret a_map_value{.kind = RetKind::map_value}, a_map_value_or_null{.kind = RetKind::map_value, .or_null = true};
constexpr Ret a_socket_or_null{.kind = RetKind::socket, .or_null = true};
constexpr Ret a_sock_common_or_null{.kind = RetKind::sock_common, .or_null = true};
constexpr Ret a_tcp_sock_or_null{.kind = RetKind::tcp_sock, .or_null = true};
constexpr Ret memory_or_null{.kind = RetKind::mem, .or_null = true};
constexpr Ret a_record_or_null{.kind = RetKind::mem, .or_null = true, .ringbuf = true};
constexpr Ret per_cpu{.kind = RetKind::mem_or_btf_id, .rdonly = true};
constexpr Ret per_cpu_or_null{.kind = RetKind::mem_or_btf_id, .or_null = true, .rdonly = true};
constexpr Ret kernel(std::string_view name) { return {.kind = RetKind::btf_id, .btf = name}; }
constexpr Ret kernel_or_null(std::string_view name) { return {.kind = RetKind::btf_id, .or_null = true, .btf = name}; }
constexpr Ret trusted_kernel(std::string_view name) { return {.kind = RetKind::btf_id, .trusted = true, .btf = name}; }

// ---- groups of program types --------------------------------------------------------------------------------------

constexpr ProgTypes everywhere = ProgTypes::all();
constexpr ProgTypes base = everywhere.without({lirc_mode2});
constexpr ProgTypes event_senders = base.without({flow_dissector, sk_reuseport, struct_ops, netfilter});
constexpr ProgTypes tc{sched_cls, sched_act};
constexpr ProgTypes tc_xdp = tc | ProgTypes{xdp};
constexpr ProgTypes tc_xmit = tc | ProgTypes{lwt_xmit};
constexpr ProgTypes tc_xmit_sk_skb = tc_xmit | ProgTypes{sk_skb};
constexpr ProgTypes tc_cgroup_skb = tc | ProgTypes{cgroup_skb};
constexpr ProgTypes lwt{lwt_in, lwt_out, lwt_xmit};
constexpr ProgTypes routed = tc | lwt | ProgTypes{lwt_seg6local};
constexpr ProgTypes skb_readers = routed | ProgTypes{socket_filter, cgroup_skb, sk_skb, sk_reuseport, flow_dissector};
constexpr ProgTypes networking =
    skb_readers | ProgTypes{xdp, cgroup_sock, sock_ops, sk_msg, cgroup_sock_addr, cgroup_sysctl, struct_ops, sk_lookup};
constexpr ProgTypes typed_hooks{tracing, lsm};
constexpr ProgTypes typed{tracing, lsm, syscall};
constexpr ProgTypes raw_tracers{kprobe, tracepoint, perf_event, raw_tracepoint, raw_tracepoint_writable};
constexpr ProgTypes tracers = raw_tracers | typed;
constexpr ProgTypes cpu_inliners = tracers | routed | ProgTypes{xdp};
constexpr ProgTypes socket_casters =
    routed | typed |
    ProgTypes{socket_filter, xdp, cgroup_skb, sock_ops, sk_skb, sk_msg, cgroup_sock_addr, flow_dissector, sk_lookup};
constexpr ProgTypes socket_finders = tc_xdp | ProgTypes{cgroup_skb, sk_skb, cgroup_sock_addr};
constexpr ProgTypes uid_readers = tc_cgroup_skb | ProgTypes{socket_filter, sk_skb};
constexpr ProgTypes netns_readers =
    tc_cgroup_skb | ProgTypes{socket_filter, cgroup_sock, sock_ops, sk_msg, cgroup_sock_addr, cgroup_sockopt};
constexpr ProgTypes storage_users =
    tc_cgroup_skb | ProgTypes{sock_ops, sk_msg, cgroup_sock_addr, cgroup_sockopt, struct_ops, lsm};
constexpr ProgTypes cgroups{cgroup_sock, sock_ops, cgroup_device, cgroup_sock_addr, cgroup_sysctl, cgroup_sockopt, lsm};
// ---- groups of map types ------------------------------------------------------------------------------------------

using Map = MapType;
// Maps whose values a program reads and writes, by key. A map of maps gives its inner map, a socket map a socket; a
// struct_ops map refuses when the program runs.
constexpr MapTypes plain{Map::hash,     Map::array,           Map::percpu_hash, Map::percpu_array,
                         Map::lru_hash, Map::lru_percpu_hash, Map::lpm_trie};
constexpr MapTypes updates = plain | MapTypes{Map::struct_ops};
constexpr MapTypes sockmaps{Map::sockmap}, sockhashes{Map::sockhash}, sockets = sockmaps | sockhashes;
constexpr MapTypes lookups =
    updates | sockets | MapTypes{Map::array_of_maps, Map::hash_of_maps, Map::devmap, Map::devmap_hash, Map::xskmap};
constexpr MapTypes of_cpus{Map::percpu_hash, Map::percpu_array, Map::lru_percpu_hash}, queues{Map::queue, Map::stack};
constexpr MapTypes ringbufs{Map::ringbuf}, events{Map::perf_event_array};

// Programs that may put sockets into socket maps by the general helpers.
constexpr ProgTypes socket_mappers{socket_filter, sched_cls,    sched_act,      xdp,
                                   tracing,       sk_reuseport, flow_dissector, sk_lookup};
// ---- the table ----------------------------------------------------------------------------------------------------

// ktime_get_ns is open to any licence since 5.8. trace_printk's variable arguments are not asked for by the verifier.
// A tail call that fails leaves packet pointers alive.
// clang-format off
constexpr Helper table[] = {
//   id   name                          since    returns                  arguments                                                      where, rare facts
  {   1, "map_lookup_elem",          "3.18"_v, a_map_value_or_null,     {const_map_ptr, map_key},                                      everywhere, {.takes_packet = true, .maps = lookups} },
  {   2, "map_update_elem",          "3.18"_v, integer,                 {const_map_ptr, map_key, map_value, anything},                 everywhere, {.takes_packet = true, .maps = updates, .sockets_in = socket_mappers} },
  {   3, "map_delete_elem",          "3.19"_v, integer,                 {const_map_ptr, map_key},                                      everywhere, {.takes_packet = true, .maps = updates, .sockets_in = socket_mappers | ProgTypes{sock_ops}} },
  {   4, "probe_read",               "4.1"_v, integer,                 {uninit_mem, size_or_zero, anything},                          tracers, {.gpl_only = true} },
  {   5, "ktime_get_ns",             "4.1"_v, integer,                 {},                                                            everywhere },
  {   6, "trace_printk",             "4.1"_v, integer,                 {mem, size, vararg, vararg, vararg},                           everywhere, {.gpl_only = true, .needs = Cap::perfmon} },
  {   7, "get_prandom_u32",          "4.1"_v, integer,                 {},                                                            everywhere },
  {   8, "get_smp_processor_id",     "4.1"_v, integer,                 {},                                                            cpu_inliners, {.fastcall = true, .range = Range::cpu} },
  {   9, "skb_store_bytes",          "4.1"_v, integer,                 {ctx, anything, mem, size, anything},                          tc_xmit_sk_skb, {.moves_packet = true} },
  {  10, "l3_csum_replace",          "4.1"_v, integer,                 {ctx, anything, anything, anything, anything},                 tc_xmit, {.moves_packet = true} },
  {  11, "l4_csum_replace",          "4.1"_v, integer,                 {ctx, anything, anything, anything, anything},                 tc_xmit, {.moves_packet = true} },
  {  12, "tail_call",                "4.2"_v, nothing,                 {ctx, const_map_ptr, anything},                                everywhere, {.maps = {Map::prog_array}} },
  {  13, "clone_redirect",           "4.2"_v, integer,                 {ctx, anything, anything},                                     tc_xmit, {.moves_packet = true} },
  {  14, "get_current_pid_tgid",     "4.2"_v, integer,                 {},                                                            base },
  {  15, "get_current_uid_gid",      "4.2"_v, integer,                 {},                                                            base },
  {  16, "get_current_comm",         "4.2"_v, integer,                 {uninit_mem, size},                                            base, {.needs = Cap::perfmon} },
  {  17, "get_cgroup_classid",       "4.3"_v, integer,                 {},                                                            base.without({sched_cls, sched_act, lwt_in, lwt_out, lwt_xmit, lwt_seg6local}), {.needs = Cap::bpf} },
  {  18, "skb_vlan_push",            "4.3"_v, integer,                 {ctx, anything, anything},                                     tc, {.moves_packet = true} },
  {  19, "skb_vlan_pop",             "4.3"_v, integer,                 {ctx},                                                         tc, {.moves_packet = true} },
  {  20, "skb_get_tunnel_key",       "4.3"_v, integer,                 {ctx, uninit_mem, size, anything},                             tc_xmit },
  {  21, "skb_set_tunnel_key",       "4.3"_v, integer,                 {ctx, mem, size, anything},                                    tc_xmit },
  {  22, "perf_event_read",          "4.3"_v, integer,                 {const_map_ptr, anything},                                     base, {.gpl_only = true, .maps = events, .needs = Cap::perfmon} },
  {  23, "redirect",                 "4.4"_v, integer,                 {anything, anything},                                          tc_xdp | ProgTypes{lwt_xmit} },
  {  24, "get_route_realm",          "4.4"_v, integer,                 {ctx},                                                         routed },
  {  25, "perf_event_output",        "4.4"_v, integer,                 {ctx, const_map_ptr, anything, mem, size_or_zero},             event_senders, {.gpl_only = true, .maps = events} },
  {  26, "skb_load_bytes",           "4.5"_v, integer,                 {ctx, anything, uninit_mem, size},                             skb_readers },
  {  27, "get_stackid",              "4.6"_v, integer,                 {ctx, const_map_ptr, anything},                                tracers, {.gpl_only = true, .maps = {Map::stack_trace}} },
  {  28, "csum_diff",                "4.6"_v, integer,                 {mem_or_null, size_or_zero, mem_or_null, size_or_zero, anything}, routed | ProgTypes{xdp}, {.takes_packet = true} },
  {  29, "skb_get_tunnel_opt",       "4.6"_v, integer,                 {ctx, uninit_mem, size},                                       tc_xmit },
  {  30, "skb_set_tunnel_opt",       "4.6"_v, integer,                 {ctx, mem, size},                                              tc_xmit },
  {  31, "skb_change_proto",         "4.8"_v, integer,                 {ctx, anything, anything},                                     tc, {.moves_packet = true} },
  {  32, "skb_change_type",          "4.8"_v, integer,                 {ctx, anything},                                               tc },
  {  33, "skb_under_cgroup",         "4.8"_v, integer,                 {ctx, const_map_ptr, anything},                                routed, {.maps = {Map::cgroup_array}} },
  {  34, "get_hash_recalc",          "4.8"_v, integer,                 {ctx},                                                         routed },
  {  35, "get_current_task",         "4.8"_v, integer,                 {},                                                            base, {.gpl_only = true, .needs = Cap::perfmon} },
  {  36, "probe_write_user",         "4.8"_v, integer,                 {anything, mem, size},                                         tracers, {.gpl_only = true} },
  {  37, "current_task_under_cgroup", "4.9"_v, integer,                 {const_map_ptr, anything},                                     base, {.maps = {Map::cgroup_array}, .needs = Cap::bpf} },
  {  38, "skb_change_tail",          "4.9"_v, integer,                 {ctx, anything, anything},                                     tc_xmit_sk_skb, {.moves_packet = true} },
  {  39, "skb_pull_data",            "4.9"_v, integer,                 {ctx, anything},                                               routed | ProgTypes{sk_skb}, {.moves_packet = true} },
  {  40, "csum_update",              "4.9"_v, integer,                 {ctx, anything},                                               tc_xmit },
  {  41, "set_hash_invalid",         "4.9"_v, integer,                 {ctx},                                                         tc_xmit },
  {  42, "get_numa_node_id",         "4.10"_v, integer,                 {},                                                            base },
  {  43, "skb_change_head",          "4.10"_v, integer,                 {ctx, anything, anything},                                     tc_xmit_sk_skb, {.moves_packet = true} },
  {  44, "xdp_adjust_head",          "4.10"_v, integer,                 {ctx, anything},                                               {xdp}, {.moves_packet = true} },
  {  45, "probe_read_str",           "4.11"_v, integer,                 {uninit_mem, size_or_zero, anything},                          tracers, {.gpl_only = true, .range = Range::error_or_size} },
  {  46, "get_socket_cookie",        "4.12"_v, integer,                 {ctx},                                                         uid_readers | ProgTypes{cgroup_sock, sock_ops, cgroup_sock_addr} },
  {  47, "get_socket_uid",           "4.12"_v, integer,                 {ctx},                                                         uid_readers },
  {  48, "set_hash",                 "4.13"_v, integer,                 {ctx, anything},                                               tc },
  {  49, "setsockopt",               "4.13"_v, integer,                 {ctx, anything, anything, mem, size},                          {sock_ops, cgroup_sock_addr} },
  {  50, "skb_adjust_room",          "4.13"_v, integer,                 {ctx, anything, anything, anything},                           tc | ProgTypes{sk_skb}, {.moves_packet = true} },
  {  51, "redirect_map",             "4.14"_v, integer,                 {const_map_ptr, anything, anything},                           {xdp}, {.maps = {Map::devmap, Map::devmap_hash, Map::cpumap, Map::xskmap}} },
  {  52, "sk_redirect_map",          "4.14"_v, integer,                 {ctx, const_map_ptr, anything, anything},                      {sk_skb}, {.maps = sockmaps} },
  {  53, "sock_map_update",          "4.14"_v, integer,                 {ctx, const_map_ptr, map_key, anything},                       {sock_ops}, {.takes_packet = true, .maps = sockmaps} },
  {  54, "xdp_adjust_meta",          "4.15"_v, integer,                 {ctx, anything},                                               {xdp}, {.moves_packet = true} },
  {  55, "perf_event_read_value",    "4.15"_v, integer,                 {const_map_ptr, anything, uninit_mem, size},                   base, {.gpl_only = true, .maps = events, .needs = Cap::perfmon} },
  {  56, "perf_prog_read_value",     "4.15"_v, integer,                 {ctx, uninit_mem, size},                                       {perf_event}, {.gpl_only = true} },
  {  57, "getsockopt",               "4.15"_v, integer,                 {ctx, anything, anything, uninit_mem, size},                   {sock_ops, cgroup_sock_addr} },
  {  58, "override_return",          "4.16"_v, integer,                 {ctx, anything},                                               {kprobe}, {.gpl_only = true} },
  {  59, "sock_ops_cb_flags_set",    "4.16"_v, integer,                 {ctx, anything},                                               {sock_ops} },
  {  60, "msg_redirect_map",         "4.17"_v, integer,                 {ctx, const_map_ptr, anything, anything},                      {sk_msg}, {.maps = sockmaps} },
  {  61, "msg_apply_bytes",          "4.17"_v, integer,                 {ctx, anything},                                               {sk_msg} },
  {  62, "msg_cork_bytes",           "4.17"_v, integer,                 {ctx, anything},                                               {sk_msg} },
  {  63, "msg_pull_data",            "4.17"_v, integer,                 {ctx, anything, anything, anything},                           {sk_msg}, {.moves_packet = true} },
  {  64, "bind",                     "4.17"_v, integer,                 {ctx, mem, size},                                              {cgroup_sock_addr} },
  {  65, "xdp_adjust_tail",          "4.18"_v, integer,                 {ctx, anything},                                               {xdp}, {.moves_packet = true} },
  {  66, "skb_get_xfrm_state",       "4.18"_v, integer,                 {ctx, anything, uninit_mem, size, anything},                   tc },
  {  67, "get_stack",                "4.18"_v, integer,                 {ctx, uninit_mem, size_or_zero, anything},                     tracers, {.gpl_only = true, .range = Range::error_or_size} },
  {  68, "skb_load_bytes_relative",  "4.18"_v, integer,                 {ctx, anything, uninit_mem, size, anything},                   tc_cgroup_skb | ProgTypes{socket_filter, sk_reuseport} },
  {  69, "fib_lookup",               "4.18"_v, integer,                 {ctx, written_mem, size, anything},                            tc_xdp, {.gpl_only = true} },
  {  70, "sock_hash_update",         "4.18"_v, integer,                 {ctx, const_map_ptr, map_key, anything},                       {sock_ops}, {.takes_packet = true, .maps = sockhashes} },
  {  71, "msg_redirect_hash",        "4.18"_v, integer,                 {ctx, const_map_ptr, map_key, anything},                       {sk_msg}, {.maps = sockhashes} },
  {  72, "sk_redirect_hash",         "4.18"_v, integer,                 {ctx, const_map_ptr, map_key, anything},                       {sk_skb}, {.maps = sockhashes} },
  {  73, "lwt_push_encap",           "4.18"_v, integer,                 {ctx, anything, mem, size},                                    {lwt_in, lwt_xmit}, {.moves_packet = true} },
  {  74, "lwt_seg6_store_bytes",     "4.18"_v, integer,                 {ctx, anything, mem, size},                                    {lwt_seg6local}, {.moves_packet = true} },
  {  75, "lwt_seg6_adjust_srh",      "4.18"_v, integer,                 {ctx, anything, anything},                                     {lwt_seg6local}, {.moves_packet = true} },
  {  76, "lwt_seg6_action",          "4.18"_v, integer,                 {ctx, anything, mem, size},                                    {lwt_seg6local}, {.moves_packet = true} },
  {  77, "rc_repeat",                "4.18"_v, integer,                 {ctx},                                                         {lirc_mode2}, {.gpl_only = true} },
  {  78, "rc_keydown",               "4.18"_v, integer,                 {ctx, anything, anything, anything},                           {lirc_mode2}, {.gpl_only = true} },
  {  79, "skb_cgroup_id",            "4.18"_v, integer,                 {ctx},                                                         tc_cgroup_skb },
  {  80, "get_current_cgroup_id",    "4.18"_v, integer,                 {},                                                            base, {.needs = Cap::bpf} },
  {  81, "get_local_storage",        "4.19"_v, a_map_value,             {const_map_ptr, anything},                                     cgroups | ProgTypes{cgroup_skb}, {.maps = {Map::cgroup_storage, Map::percpu_cgroup_storage}} },
  {  82, "sk_select_reuseport",      "4.19"_v, integer,                 {ctx, const_map_ptr, map_key, anything},                       {sk_reuseport}, {.maps = sockets | MapTypes{Map::reuseport_sockarray}} },
  {  83, "skb_ancestor_cgroup_id",   "4.19"_v, integer,                 {ctx, anything},                                               tc_cgroup_skb },
  {  84, "sk_lookup_tcp",            "4.20"_v, a_socket_or_null,        {ctx, mem, size_or_zero, anything, anything},                  socket_finders, {.takes_packet = true, .acquires = true} },
  {  85, "sk_lookup_udp",            "4.20"_v, a_socket_or_null,        {ctx, mem, size_or_zero, anything, anything},                  socket_finders, {.takes_packet = true, .acquires = true} },
  {  86, "sk_release",               "4.20"_v, integer,                 {released(btf_sock_common)},                                   socket_finders | ProgTypes{sk_lookup} },
  {  87, "map_push_elem",            "4.20"_v, integer,                 {const_map_ptr, map_value, anything},                          everywhere, {.takes_packet = true, .maps = queues | MapTypes{Map::bloom_filter}} },
  {  88, "map_pop_elem",             "4.20"_v, integer,                 {const_map_ptr, uninit_map_value},                             everywhere, {.maps = queues} },
  {  89, "map_peek_elem",            "4.20"_v, integer,                 {const_map_ptr, uninit_map_value},                             everywhere, {.maps = queues | MapTypes{Map::bloom_filter}} },
  {  90, "msg_push_data",            "4.20"_v, integer,                 {ctx, anything, anything, anything},                           {sk_msg}, {.moves_packet = true} },
  {  91, "msg_pop_data",             "5.0"_v, integer,                 {ctx, anything, anything, anything},                           {sk_msg}, {.moves_packet = true} },
  {  92, "rc_pointer_rel",           "5.0"_v, integer,                 {ctx, anything, anything},                                     {lirc_mode2}, {.gpl_only = true} },
  {  93, "spin_lock",                "5.1"_v, nothing,                 {spin_lock},                                                   base, {.needs = Cap::bpf} },
  {  94, "spin_unlock",              "5.1"_v, nothing,                 {spin_lock},                                                   base, {.needs = Cap::bpf} },
  {  95, "sk_fullsock",              "5.1"_v, a_socket_or_null,        {sock_common},                                                 tc_cgroup_skb, {.same_object = true} },
  {  96, "tcp_sock",                 "5.1"_v, a_tcp_sock_or_null,      {sock_common},                                                 tc_cgroup_skb | ProgTypes{sock_ops, cgroup_sockopt}, {.same_object = true} },
  {  97, "skb_ecn_set_ce",           "5.1"_v, integer,                 {ctx},                                                         tc_cgroup_skb },
  {  98, "get_listener_sock",        "5.1"_v, a_socket_or_null,        {sock_common},                                                 tc_cgroup_skb },
  {  99, "skc_lookup_tcp",           "5.2"_v, a_sock_common_or_null,   {ctx, mem, size_or_zero, anything, anything},                  socket_finders, {.takes_packet = true, .acquires = true} },
  { 100, "tcp_check_syncookie",      "5.2"_v, integer,                 {btf_sock_common, mem, size, mem, size},                       tc_xdp, {.gpl_only = true, .takes_packet = true} },
  { 101, "sysctl_get_name",          "5.2"_v, integer,                 {ctx, written_mem, size, anything},                            {cgroup_sysctl} },
  { 102, "sysctl_get_current_value", "5.2"_v, integer,                 {ctx, uninit_mem, size},                                       {cgroup_sysctl} },
  { 103, "sysctl_get_new_value",     "5.2"_v, integer,                 {ctx, uninit_mem, size},                                       {cgroup_sysctl} },
  { 104, "sysctl_set_new_value",     "5.2"_v, integer,                 {ctx, mem, size},                                              {cgroup_sysctl} },
  { 105, "strtol",                   "5.2"_v, integer,                 {mem, size, anything, uninit_number(8)},                       base },
  { 106, "strtoul",                  "5.2"_v, integer,                 {mem, size, anything, uninit_number(8)},                       base },
  { 107, "sk_storage_get",           "5.2"_v, a_map_value_or_null,     {const_map_ptr, btf_sock_common, map_value_or_null, anything}, storage_users, {.maps = {Map::sk_storage}} },
  { 108, "sk_storage_delete",        "5.2"_v, integer,                 {const_map_ptr, btf_sock_common},                              storage_users, {.maps = {Map::sk_storage}} },
  { 109, "send_signal",              "5.3"_v, integer,                 {anything},                                                    base, {.needs = Cap::perfmon} },
  { 110, "tcp_gen_syncookie",        "5.4"_v, integer,                 {btf_sock_common, mem, size, mem, size},                       tc_xdp, {.gpl_only = true, .takes_packet = true} },
  { 111, "skb_output",               "5.5"_v, integer,                 {btf("sk_buff"), const_map_ptr, anything, mem, size_or_zero},  typed, {.gpl_only = true, .maps = events} },
  { 112, "probe_read_user",          "5.5"_v, integer,                 {uninit_mem, size_or_zero, anything},                          base, {.gpl_only = true, .needs = Cap::perfmon} },
  { 113, "probe_read_kernel",        "5.5"_v, integer,                 {uninit_mem, size_or_zero, anything},                          base, {.gpl_only = true, .needs = Cap::perfmon} },
  { 114, "probe_read_user_str",      "5.5"_v, integer,                 {uninit_mem, size_or_zero, anything},                          base, {.gpl_only = true, .range = Range::error_or_size, .needs = Cap::perfmon} },
  { 115, "probe_read_kernel_str",    "5.5"_v, integer,                 {uninit_mem, size_or_zero, anything},                          base, {.gpl_only = true, .range = Range::error_or_size, .needs = Cap::perfmon} },
  { 116, "tcp_send_ack",             "5.6"_v, integer,                 {btf("tcp_sock"), anything},                                   {struct_ops} },
  { 117, "send_signal_thread",       "5.6"_v, integer,                 {anything},                                                    base, {.needs = Cap::perfmon} },
  { 118, "jiffies64",                "5.6"_v, integer,                 {},                                                            base, {.needs = Cap::bpf} },
  { 119, "read_branch_records",      "5.7"_v, integer,                 {ctx, written_mem_or_null, size_or_zero, anything},            {perf_event}, {.gpl_only = true} },
  { 120, "get_ns_current_pid_tgid",  "5.7"_v, integer,                 {anything, anything, uninit_mem, size},                        base },
  { 121, "xdp_output",               "5.7"_v, integer,                 {btf("xdp_buff"), const_map_ptr, anything, mem, size_or_zero}, typed, {.gpl_only = true, .maps = events} },
  { 122, "get_netns_cookie",         "5.7"_v, integer,                 {ctx_or_null},                                                 netns_readers },
  { 123, "get_current_ancestor_cgroup_id", "5.7"_v, integer,                 {anything},                                                    base, {.needs = Cap::bpf} },
  { 124, "sk_assign",                "5.7"_v, integer,                 {ctx, btf_sock_common, anything},                              tc },
  { 125, "ktime_get_boot_ns",        "5.8"_v, integer,                 {},                                                            everywhere },
  { 126, "seq_printf",               "5.8"_v, integer,                 {btf("seq_file"), mem, size, mem_or_null, size_or_zero},       {tracing}, {.gpl_only = true} },
  { 127, "seq_write",                "5.8"_v, integer,                 {btf("seq_file"), mem, size_or_zero},                          {tracing}, {.gpl_only = true} },
  { 128, "sk_cgroup_id",             "5.8"_v, integer,                 {btf_sock_common},                                             {cgroup_skb} },
  { 129, "sk_ancestor_cgroup_id",    "5.8"_v, integer,                 {btf_sock_common, anything},                                   {cgroup_skb} },
  { 130, "ringbuf_output",           "5.8"_v, integer,                 {const_map_ptr, mem, size_or_zero, anything},                  base, {.maps = ringbufs} },
  { 131, "ringbuf_reserve",          "5.8"_v, a_record_or_null,        {const_map_ptr, alloc_size_or_zero, anything},                 base, {.acquires = true, .maps = ringbufs} },
  { 132, "ringbuf_submit",           "5.8"_v, nothing,                 {released(ringbuf_mem), anything},                             base },
  { 133, "ringbuf_discard",          "5.8"_v, nothing,                 {released(ringbuf_mem), anything},                             base },
  { 134, "ringbuf_query",            "5.8"_v, integer,                 {const_map_ptr, anything},                                     base, {.maps = ringbufs} },
  { 135, "csum_level",               "5.8"_v, integer,                 {ctx, anything},                                               tc_xmit },
  { 136, "skc_to_tcp6_sock",         "5.9"_v, kernel_or_null("tcp6_sock"), {btf_sock_common},                                             socket_casters, {.same_object = true, .needs = Cap::perfmon} },
  { 137, "skc_to_tcp_sock",          "5.9"_v, kernel_or_null("tcp_sock"), {btf_sock_common},                                             socket_casters, {.same_object = true, .needs = Cap::perfmon} },
  { 138, "skc_to_tcp_timewait_sock", "5.9"_v, kernel_or_null("tcp_timewait_sock"), {btf_sock_common},                                             socket_casters, {.same_object = true, .needs = Cap::perfmon} },
  { 139, "skc_to_tcp_request_sock",  "5.9"_v, kernel_or_null("tcp_request_sock"), {btf_sock_common},                                             socket_casters, {.same_object = true, .needs = Cap::perfmon} },
  { 140, "skc_to_udp6_sock",         "5.9"_v, kernel_or_null("udp6_sock"), {btf_sock_common},                                             socket_casters, {.same_object = true, .needs = Cap::perfmon} },
  { 141, "get_task_stack",           "5.9"_v, integer,                 {btf("task_struct"), uninit_mem, size_or_zero, anything},      base, {.range = Range::error_or_size, .needs = Cap::perfmon} },
  { 142, "load_hdr_opt",             "5.10"_v, integer,                 {ctx, written_mem, size, anything},                            {sock_ops} },
  { 143, "store_hdr_opt",            "5.10"_v, integer,                 {ctx, mem, size, anything},                                    {sock_ops}, {.moves_packet = true} },
  { 144, "reserve_hdr_opt",          "5.10"_v, integer,                 {ctx, anything, anything},                                     {sock_ops} },
  { 145, "inode_storage_get",        "5.10"_v, a_map_value_or_null,     {const_map_ptr, btf_or_null("inode"), map_value_or_null, anything}, {lsm}, {.maps = {Map::inode_storage}} },
  { 146, "inode_storage_delete",     "5.10"_v, integer,                 {const_map_ptr, btf_or_null("inode")},                         {lsm}, {.maps = {Map::inode_storage}} },
  { 147, "d_path",                   "5.10"_v, integer,                 {btf("path"), written_mem, size_or_zero},                      typed },
  { 148, "copy_from_user",           "5.10"_v, integer,                 {uninit_mem, size_or_zero, anything},                          base, {.might_sleep = true, .needs = Cap::perfmon} },
  { 149, "snprintf_btf",             "5.10"_v, integer,                 {written_mem, size, mem, size, anything},                      base, {.needs = Cap::perfmon} },
  { 150, "seq_printf_btf",           "5.10"_v, integer,                 {btf("seq_file"), mem, size_or_zero, anything},                {tracing}, {.gpl_only = true} },
  { 151, "skb_cgroup_classid",       "5.10"_v, integer,                 {ctx},                                                         tc },
  { 152, "redirect_neigh",           "5.10"_v, integer,                 {anything, mem_or_null, size_or_zero, anything},               tc },
  { 153, "per_cpu_ptr",              "5.10"_v, per_cpu_or_null,         {percpu_btf_id, anything},                                     base, {.needs = Cap::bpf} },
  { 154, "this_cpu_ptr",             "5.10"_v, per_cpu,                 {percpu_btf_id},                                               base, {.needs = Cap::bpf} },
  { 155, "redirect_peer",            "5.10"_v, integer,                 {anything, anything},                                          tc },
  { 156, "task_storage_get",         "5.11"_v, a_map_value_or_null,     {const_map_ptr, btf_or_null("task_struct"), map_value_or_null, anything}, base, {.maps = {Map::task_storage}, .needs = Cap::bpf} },
  { 157, "task_storage_delete",      "5.11"_v, integer,                 {const_map_ptr, btf_or_null("task_struct")},                   base, {.maps = {Map::task_storage}, .needs = Cap::bpf} },
  { 158, "get_current_task_btf",     "5.11"_v, trusted_kernel("task_struct"), {},                                                            base, {.gpl_only = true, .needs = Cap::perfmon} },
  { 159, "bprm_opts_set",            "5.11"_v, integer,                 {btf("linux_binprm"), anything},                               {lsm} },
  { 160, "ktime_get_coarse_ns",      "5.11"_v, integer,                 {},                                                            networking },
  { 161, "ima_inode_hash",           "5.11"_v, integer,                 {btf("inode"), uninit_mem, size},                              {lsm}, {.might_sleep = true} },
  { 162, "sock_from_file",           "5.11"_v, kernel_or_null("socket"), {btf("file")},                                                 typed },
  { 163, "check_mtu",                "5.12"_v, integer,                 {ctx, anything, written_number(4), anything, anything},        tc_xdp, {.gpl_only = true} },
  { 164, "for_each_map_elem",        "5.13"_v, integer,                 {const_map_ptr, func(Callback::for_each_map_elem), stack_or_null, anything}, base, {.maps = plain.without({Map::lpm_trie}), .needs = Cap::bpf} },
  { 165, "snprintf",                 "5.13"_v, integer,                 {written_mem_or_null, size_or_zero, const_str, mem_or_null, size_or_zero}, base, {.gpl_only = true, .needs = Cap::perfmon} },
  { 166, "sys_bpf",                  "5.14"_v, integer,                 {anything, mem, size},                                         {syscall}, {.needs = Cap::perfmon} },
  { 167, "btf_find_by_name_kind",    "5.14"_v, integer,                 {mem, size, anything, anything},                               {syscall} },
  { 168, "sys_close",                "5.14"_v, integer,                 {anything},                                                    {syscall} },
  { 169, "timer_init",               "5.15"_v, integer,                 {timer, const_map_ptr, anything},                              base, {.gpl_only = true, .maps = plain.without(of_cpus), .needs = Cap::bpf} },
  { 170, "timer_set_callback",       "5.15"_v, integer,                 {timer, func(Callback::timer)},                                base, {.gpl_only = true, .needs = Cap::bpf} },
  { 171, "timer_start",              "5.15"_v, integer,                 {timer, anything, anything},                                   base, {.gpl_only = true, .needs = Cap::bpf} },
  { 172, "timer_cancel",             "5.15"_v, integer,                 {timer},                                                       base, {.gpl_only = true, .needs = Cap::bpf} },
  { 173, "get_func_ip",              "5.15"_v, integer,                 {ctx},                                                         tracers, {.gpl_only = true} },
  { 174, "get_attach_cookie",        "5.15"_v, integer,                 {ctx},                                                         raw_tracers | ProgTypes{tracing, lsm} },
  { 175, "task_pt_regs",             "5.15"_v, kernel("pt_regs"),       {btf("task_struct")},                                          base, {.gpl_only = true, .needs = Cap::perfmon} },
  { 176, "get_branch_snapshot",      "5.16"_v, integer,                 {uninit_mem, size_or_zero, vararg},                            base, {.gpl_only = true, .needs = Cap::perfmon} },
  { 177, "trace_vprintk",            "5.16"_v, integer,                 {mem, size, mem_or_null, size_or_zero},                        base, {.gpl_only = true, .needs = Cap::perfmon} },
  { 178, "skc_to_unix_sock",         "5.16"_v, kernel_or_null("unix_sock"), {btf_sock_common},                                             socket_casters, {.needs = Cap::perfmon} },
  { 179, "kallsyms_lookup_name",     "5.16"_v, integer,                 {mem, size_or_zero, anything, uninit_number(8)},               {syscall} },
  { 180, "find_vma",                 "5.17"_v, integer,                 {btf("task_struct"), anything, func(Callback::find_vma), stack_or_null, anything}, base, {.needs = Cap::perfmon} },
  { 181, "loop",                     "5.17"_v, integer,                 {anything, func(Callback::loop), stack_or_null, anything},     base, {.needs = Cap::bpf} },
  { 182, "strncmp",                  "5.17"_v, integer,                 {mem, size, const_str},                                        base },
  { 183, "get_func_arg",             "5.17"_v, integer,                 {ctx, anything, uninit_number(8)},                             typed_hooks },
  { 184, "get_func_ret",             "5.17"_v, integer,                 {ctx, uninit_number(8)},                                       typed_hooks },
  { 185, "get_func_arg_cnt",         "5.17"_v, integer,                 {ctx},                                                         typed_hooks },
  { 186, "get_retval",               "5.18"_v, integer,                 {},                                                            cgroups },
  { 187, "set_retval",               "5.18"_v, integer,                 {anything},                                                    cgroups },
  { 188, "xdp_get_buff_len",         "5.18"_v, integer,                 {ctx},                                                         {xdp} },
  { 189, "xdp_load_bytes",           "5.18"_v, integer,                 {ctx, anything, uninit_mem, size},                             {xdp} },
  { 190, "xdp_store_bytes",          "5.18"_v, integer,                 {ctx, anything, mem, size},                                    {xdp} },
  { 191, "copy_from_user_task",      "5.18"_v, integer,                 {uninit_mem, size_or_zero, anything, btf("task_struct"), anything}, base, {.gpl_only = true, .might_sleep = true, .needs = Cap::perfmon} },
  { 192, "skb_set_tstamp",           "5.18"_v, integer,                 {ctx, anything, anything},                                     tc },
  { 193, "ima_file_hash",            "5.18"_v, integer,                 {btf("file"), uninit_mem, size},                               {lsm}, {.might_sleep = true} },
  { 194, "kptr_xchg",                "5.19"_v, kernel_or_null(""),      {kptr, released(btf_or_null(""))},                             base, {.acquires = true, .needs = Cap::bpf} },
  { 195, "map_lookup_percpu_elem",   "5.19"_v, a_map_value_or_null,     {const_map_ptr, map_key, anything},                            base, {.takes_packet = true, .maps = of_cpus} },
  { 196, "skc_to_mptcp_sock",        "5.19"_v, kernel_or_null("mptcp_sock"), {sock_common},                                                 socket_casters, {.same_object = true, .needs = Cap::perfmon} },
  { 197, "dynptr_from_mem",          "5.19"_v, integer,                 {uninit_mem, size_or_zero, anything, new_dynptr(Dynptr::local)}, base, {.needs = Cap::bpf} },
  { 198, "ringbuf_reserve_dynptr",   "5.19"_v, integer,                 {const_map_ptr, anything, anything, new_dynptr(Dynptr::ringbuf)}, base, {.maps = ringbufs, .needs = Cap::bpf} },
  { 199, "ringbuf_submit_dynptr",    "5.19"_v, nothing,                 {released(dynptr_of(Dynptr::ringbuf)), anything},              base, {.needs = Cap::bpf} },
  { 200, "ringbuf_discard_dynptr",   "5.19"_v, nothing,                 {released(dynptr_of(Dynptr::ringbuf)), anything},              base, {.needs = Cap::bpf} },
  { 201, "dynptr_read",              "5.19"_v, integer,                 {uninit_mem, size_or_zero, dynptr, anything, anything},        base, {.needs = Cap::bpf} },
  { 202, "dynptr_write",             "5.19"_v, integer,                 {dynptr, anything, mem, size_or_zero, anything},               base, {.needs = Cap::bpf} },
  { 203, "dynptr_data",              "5.19"_v, memory_or_null,          {dynptr, anything, alloc_size_or_zero},                        base, {.same_object = true, .needs = Cap::bpf} },
  { 204, "tcp_raw_gen_syncookie_ipv4", "6.0"_v, integer,                 {fixed_mem(20), mem, size_or_zero},                            tc_xdp, {.gpl_only = true, .takes_packet = true} },
  { 205, "tcp_raw_gen_syncookie_ipv6", "6.0"_v, integer,                 {fixed_mem(40), mem, size_or_zero},                            tc_xdp, {.gpl_only = true, .takes_packet = true} },
  { 206, "tcp_raw_check_syncookie_ipv4", "6.0"_v, integer,                 {fixed_mem(20), fixed_mem(20)},                                tc_xdp, {.gpl_only = true, .takes_packet = true} },
  { 207, "tcp_raw_check_syncookie_ipv6", "6.0"_v, integer,                 {fixed_mem(40), fixed_mem(20)},                                tc_xdp, {.gpl_only = true, .takes_packet = true} },
  { 208, "ktime_get_tai_ns",         "6.1"_v, integer,                 {},                                                            base },
  { 209, "user_ringbuf_drain",       "6.1"_v, integer,                 {const_map_ptr, func(Callback::user_ringbuf), stack_or_null, anything}, base, {.maps = {Map::user_ringbuf}, .needs = Cap::bpf} },
  { 210, "cgrp_storage_get",         "6.2"_v, a_map_value_or_null,     {const_map_ptr, btf_or_null("cgroup"), map_value_or_null, anything}, base, {.maps = {Map::cgrp_storage}, .needs = Cap::bpf} },
  { 211, "cgrp_storage_delete",      "6.2"_v, integer,                 {const_map_ptr, btf_or_null("cgroup")},                        base, {.maps = {Map::cgrp_storage}, .needs = Cap::bpf} },
};

// The same helper, asked for other things by other program types.
constexpr Helper others[] = {
  {   8, "get_smp_processor_id",     "4.1"_v, integer,                 {},                                                            base.without(cpu_inliners), {.range = Range::cpu} },
  {  17, "get_cgroup_classid",       "4.3"_v, integer,                 {ctx},                                                         routed },
  {  46, "get_socket_cookie",        "4.12"_v, integer,                {or_null(btf_sock_common)},                                    typed | ProgTypes{sk_reuseport} },
  {  49, "setsockopt",               "4.13"_v, integer,                {btf_sock_common, anything, anything, mem, size},              typed_hooks | ProgTypes{cgroup_sockopt, struct_ops} },
  {  57, "getsockopt",               "4.15"_v, integer,                {btf_sock_common, anything, anything, uninit_mem, size},       typed_hooks | ProgTypes{cgroup_sockopt, struct_ops} },
  { 107, "sk_storage_get",           "5.2"_v, a_map_value_or_null,     {const_map_ptr, ctx, map_value_or_null, anything},             {cgroup_sock}, {.maps = {Map::sk_storage}} },
  { 107, "sk_storage_get",           "5.2"_v, a_map_value_or_null,     {const_map_ptr, btf_or_null("sock_common"), map_value_or_null, anything}, typed.without({lsm}), {.maps = {Map::sk_storage}} },
  { 108, "sk_storage_delete",        "5.2"_v, integer,                 {const_map_ptr, btf_or_null("sock_common")},                   typed.without({lsm}), {.maps = {Map::sk_storage}} },
  { 124, "sk_assign",                "5.7"_v, integer,                 {ctx, socket_or_null, anything},                               {sk_lookup} },
  { 188, "xdp_get_buff_len",         "5.18"_v, integer,                {btf("xdp_buff")},                                             typed },
};

// ---- what the attach type decides ---------------------------------------------------------------------------------

using Attach = AttachType;
constexpr AttachTypes trampolines{Attach::trace_fentry, Attach::trace_fexit, Attach::modify_return};
constexpr AttachTypes iterators{Attach::trace_iter}, tracepoints{Attach::trace_raw_tp}, nowhere{};
constexpr AttachTypes lsm_hooks{Attach::lsm_mac}, lsm_cgroups{Attach::lsm_cgroup};
// Hooks whose program decides by an errno: these cannot.
constexpr AttachTypes errnoless{
  Attach::cgroup_inet_ingress,      Attach::cgroup_inet_egress,       Attach::cgroup_sock_ops,
  Attach::cgroup_udp4_recvmsg,      Attach::cgroup_udp6_recvmsg,      Attach::cgroup_unix_recvmsg,
  Attach::cgroup_inet4_getpeername, Attach::cgroup_inet6_getpeername, Attach::cgroup_unix_getpeername,
  Attach::cgroup_inet4_getsockname, Attach::cgroup_inet6_getsockname, Attach::cgroup_unix_getsockname};

//  helpers          types                                                    only at                     otherwise                  and there only
constexpr CallRule rules[] = {
  { {49, 57},        {cgroup_sockopt},                                        {Attach::cgroup_setsockopt} },
  { {49, 57},        {tracing},                                               iterators,                  Refusal::unknown,          "bpf_iter_tcp bpf_iter_udp bpf_iter_unix" },
  { {49, 57},        {lsm},                                                   lsm_cgroups,                Refusal::unknown,          socket_option_lsm_hooks },
  { {64},            {cgroup_sock_addr},                                      {Attach::cgroup_inet4_connect, Attach::cgroup_inet6_connect} },
  { {81, 186, 187},  {lsm},                                                   lsm_cgroups },
  { {186, 187},      {sock_ops, cgroup_device, cgroup_sock_addr, cgroup_sysctl}, AttachTypes::all().without(errnoless) },
  { {126, 127, 150}, {tracing},                                               iterators },
  { {174},           {tracing},                                               trampolines | tracepoints },
  { {174},           {lsm},                                                   lsm_hooks },
  { {183, 184, 185}, {tracing},                                               trampolines },
  { {183, 184, 185}, {lsm},                                                   lsm_hooks },
  { {147},           {tracing},                                               iterators,                  Refusal::not_in_probe },
  { {147},           {tracing},                                               trampolines,                Refusal::not_in_probe,     d_path_functions },
  { {147, 161, 193}, {lsm},                                                   lsm_hooks | lsm_cgroups,    Refusal::not_in_probe,     sleepable_lsm_hooks },
  { {147, 107, 108}, {syscall},                                               nowhere,                    Refusal::not_in_probe },
  { {107, 108},      {tracing},                                               iterators | tracepoints | AttachTypes{Attach::trace_fentry, Attach::trace_fexit}, Refusal::not_in_probe },
  { {173},           {tracing},                                               trampolines,                Refusal::only_trampolines },
  { {173},           {tracepoint, perf_event, raw_tracepoint, raw_tracepoint_writable, syscall, lsm}, nowhere, Refusal::not_in_type },
};
// clang-format on

consteval bool numbered_as_they_arrived() {
  for (std::size_t i = 0; i < std::size(table); ++i)
    if (table[i].id != i + 1 || (i > 0 && table[i].since < table[i - 1].since)) return false;
  return true;
}
static_assert(numbered_as_they_arrived());
static_assert(names_are_unique(table));

constexpr bool is_size(const Arg& a) { return a.kind == ArgKind::size || a.kind == ArgKind::size_or_zero; }

consteval bool a_size_follows_memory(std::span<const Helper> rows) {
  for (const Helper& h : rows)
    for (std::size_t i = 0; i < h.args.size(); ++i)
      if ((h.args[i].kind == ArgKind::mem) != (i + 1 < h.args.size() && is_size(h.args[i + 1]))) return false;
  return true;
}
static_assert(a_size_follows_memory(table) && a_size_follows_memory(others));

// Another prototype speaks of types that the helper's own row does not have.
consteval bool one_prototype_a_type() {
  for (const Helper& o : others) {
    if (o.name != table[o.id - 1].name || !(table[o.id - 1].where.without(o.where) == table[o.id - 1].where))
      return false;
    for (const Helper& p : others)
      if (&p != &o && p.id == o.id && !(p.where.without(o.where) == p.where)) return false;
  }
  return true;
}
static_assert(one_prototype_a_type());

}  // namespace

std::span<const Helper> helpers() { return table; }
std::span<const Helper> other_prototypes() { return others; }
std::span<const CallRule> call_rules() { return rules; }

const Helper* helper_by_id(uint64_t id) { return id == 0 || id > std::size(table) ? nullptr : &table[id - 1]; }

const Helper* helper_by_name(std::string_view name) {
  if (name.starts_with("bpf_")) name.remove_prefix(4);
  return find_row(table, name);
}

Result<const Helper*> helper_named(std::string_view name) {
  if (const Helper* h = helper_by_name(name)) return h;
  return fail(UnknownHelper{.name = std::string(name), .suggestion = did_you_mean(name, names(table))});
}

const Helper* prototype(uint64_t id, ProgType type) {
  const Helper* own = helper_by_id(id);
  if (own == nullptr || own->where.has(type)) return own;
  for (const Helper& o : others)
    if (o.id == id && o.where.has(type)) return &o;
  return nullptr;
}

const CallRule* refused_by_attach(uint64_t id, ProgType type, AttachType attach, std::string_view target) {
  const CallRule* refused = nullptr;
  for (const CallRule& r : rules) {
    if (std::ranges::find(r.helpers, id) == r.helpers.end() || !r.types.has(type)) continue;
    if (r.only.has(attach) && (r.targets.empty() || has_word(r.targets, target))) return nullptr;
    refused = &r;
  }
  return refused;
}

bool takes_map(const Helper& h, MapType map, ProgType type, AttachType attach) {
  if (h.rare.maps.has(map)) return true;
  return sockets.has(map) && h.rare.sockets_in.has(type) && (type != tracing || attach == Attach::trace_iter);
}

bool gives_helpers(std::string_view struct_ops) { return struct_ops != "bpf_dummy_ops"; }

}  // namespace skep::facts
