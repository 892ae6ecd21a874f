// SPDX-License-Identifier: Apache-2.0
#include "facts/contexts.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace skep::facts {
namespace {

using enum CtxValue;
using enum Shape;

// The groups of program types that the rules for __sk_buff speak about.
constexpr ProgTypes filter{ProgType::socket_filter}, cgroup{ProgType::cgroup_skb},
    tc{ProgType::sched_cls, ProgType::sched_act},
    lwt{ProgType::lwt_in, ProgType::lwt_out, ProgType::lwt_xmit, ProgType::lwt_seg6local}, sk_skb{ProgType::sk_skb},
    dissector{ProgType::flow_dissector}, xdp{ProgType::xdp}, nobody{}, anyone = ProgTypes::all();
constexpr ProgTypes most = filter | cgroup | tc | lwt | sk_skb;  // all but the flow dissector, which sees three fields

// clang-format off
constexpr ContextField sk_buff_fields[] = {
//  name              at  size n  value            shape     read by                            written by                  since
  { "len",             0,  4,  1, len,             narrow,   most,                              nobody,                     "4.1"_v  },
  { "pkt_type",        4,  4,  1, pkt_type,        narrow,   most,                              nobody,                     "4.1"_v  },
  { "mark",            8,  4,  1, mark,            narrow,   most.without(sk_skb),              cgroup | tc | lwt,          "4.1"_v  },
  { "queue_mapping",  12,  4,  1, queue_mapping,   narrow,   most,                              tc,                         "4.1"_v  },
  { "protocol",       16,  4,  1, protocol,        narrow,   most,                              nobody,                     "4.1"_v  },
  { "vlan_present",   20,  4,  1, vlan_present,    narrow,   most,                              nobody,                     "4.1"_v  },
  { "vlan_tci",       24,  4,  1, vlan_tci,        narrow,   most,                              nobody,                     "4.1"_v  },
  { "vlan_proto",     28,  4,  1, vlan_proto,      narrow,   most,                              nobody,                     "4.1"_v  },
  { "priority",       32,  4,  1, priority,        narrow,   most,                              cgroup | tc | lwt | sk_skb, "4.1"_v  },
  { "ingress_ifindex",36,  4,  1, ingress_ifindex, narrow,   most,                              nobody,                     "4.2"_v  },
  { "ifindex",        40,  4,  1, ifindex,         narrow,   most,                              nobody,                     "4.2"_v  },
  { "tc_index",       44,  4,  1, tc_index,        narrow,   most,                              tc | sk_skb,                "4.2"_v  },
  { "cb",             48,  4,  5, cb,              anywhere, most,                              filter | cgroup | tc | lwt, "4.2"_v  },
  { "hash",           68,  4,  1, hash,            narrow,   most,                              nobody,                     "4.3"_v  },
  { "tc_classid",     72,  4,  1, tc_classid,      narrow,   tc,                                tc,                         "4.3"_v  },
  { "data",           76,  4,  1, data,            pointer,  most.without(filter) | dissector,  nobody,                     "4.7"_v, {.gives = Gives::packet, .read_needs = Cap::bpf} },
  { "data_end",       80,  4,  1, data_end,        pointer,  most.without(filter) | dissector,  nobody,                     "4.7"_v, {.gives = Gives::packet_end, .read_needs = Cap::bpf} },
  { "napi_id",        84,  4,  1, napi_id,         narrow,   most,                              nobody,                     "4.12"_v },
  { "family",         88,  4,  1, family,          narrow,   cgroup | sk_skb,                   nobody,                     "4.14"_v },
  { "remote_ip4",     92,  4,  1, remote_ip4,      whole,    cgroup | sk_skb,                   nobody,                     "4.14"_v },
  { "local_ip4",      96,  4,  1, local_ip4,       whole,    cgroup | sk_skb,                   nobody,                     "4.14"_v },
  { "remote_ip6",    100,  4,  4, remote_ip6,      whole,    cgroup | sk_skb,                   nobody,                     "4.14"_v },
  { "local_ip6",     116,  4,  4, local_ip6,       whole,    cgroup | sk_skb,                   nobody,                     "4.14"_v },
  { "remote_port",   132,  4,  1, remote_port,     narrow,   cgroup | sk_skb,                   nobody,                     "4.14"_v },
  { "local_port",    136,  4,  1, local_port,      narrow,   cgroup | sk_skb,                   nobody,                     "4.14"_v },
  { "data_meta",     140,  4,  1, data_meta,       pointer,  tc,                                nobody,                     "4.15"_v, {.gives = Gives::packet_meta} },
  { "flow_keys",     144,  8,  1, flow_keys,       pointer,  dissector,                         nobody,                     "4.20"_v, {.gives = Gives::flow_keys} },
  { "tstamp",        152,  8,  1, tstamp,          whole,    cgroup | tc,                       cgroup | tc,                "5.0"_v, {.write_needs = Cap::bpf} },
  { "wire_len",      160,  4,  1, wire_len,        narrow,   tc,                                nobody,                     "5.0"_v  },
  { "gso_segs",      164,  4,  1, gso_segs,        narrow,   most,                              nobody,                     "5.1"_v  },
  { "sk",            168,  8,  1, sk,              pointer,  most,                              nobody,                     "5.1"_v, {.gives = Gives::sock_common_or_null} },
  { "gso_size",      176,  4,  1, gso_size,        narrow,   most,                              nobody,                     "5.7"_v  },
  { "tstamp_type",   180,  1,  1, tstamp_type,     whole,    tc,                                nobody,                     "5.18"_v },
  { "hwtstamp",      184,  8,  1, hwtstamp,        whole,    cgroup | tc,                       nobody,                     "5.16"_v },
};
constexpr ContextField xdp_md_fields[] = {
//  name              at  size n  value            shape     read by                            written by                  since
  { "data",            0,  4,  1, data,            pointer,  xdp,                               nobody,                     "4.8"_v, {.gives = Gives::packet} },
  { "data_end",        4,  4,  1, data_end,        pointer,  xdp,                               nobody,                     "4.8"_v, {.gives = Gives::packet_end} },
  { "data_meta",       8,  4,  1, data_meta,       pointer,  xdp,                               nobody,                     "4.15"_v, {.gives = Gives::packet_meta} },
  { "ingress_ifindex",12,  4,  1, ingress_ifindex, whole,    xdp,                               nobody,                     "4.16"_v },
  { "rx_queue_index", 16,  4,  1, rx_queue_index,  whole,    xdp,                               nobody,                     "4.16"_v },
  { "egress_ifindex", 20,  4,  1, egress_ifindex,  whole,    xdp,                               nobody,                     "5.8"_v, {.read_at = {AttachType::xdp_devmap}} },
};

// The registers of the interrupted code, or parts of them. 6.18.15 lets programs write them, 6.18.44 does not; when
// that changed is not known.
constexpr ContextField pt_regs_fields[] = {
//  name                 at  size n  value   shape     read by  written by  since
  { "r15",                 0,  8,  1, unheld, anywhere, anyone, anyone,  "4.1"_v, {.written_until = 15} },
  { "r14",                 8,  8,  1, unheld, anywhere, anyone, anyone,  "4.1"_v, {.written_until = 15} },
  { "r13",                16,  8,  1, unheld, anywhere, anyone, anyone,  "4.1"_v, {.written_until = 15} },
  { "r12",                24,  8,  1, unheld, anywhere, anyone, anyone,  "4.1"_v, {.written_until = 15} },
  { "bp",                 32,  8,  1, unheld, anywhere, anyone, anyone,  "4.1"_v, {.written_until = 15} },
  { "bx",                 40,  8,  1, unheld, anywhere, anyone, anyone,  "4.1"_v, {.written_until = 15} },
  { "r11",                48,  8,  1, unheld, anywhere, anyone, anyone,  "4.1"_v, {.written_until = 15} },
  { "r10",                56,  8,  1, unheld, anywhere, anyone, anyone,  "4.1"_v, {.written_until = 15} },
  { "r9",                 64,  8,  1, unheld, anywhere, anyone, anyone,  "4.1"_v, {.written_until = 15} },
  { "r8",                 72,  8,  1, unheld, anywhere, anyone, anyone,  "4.1"_v, {.written_until = 15} },
  { "ax",                 80,  8,  1, unheld, anywhere, anyone, anyone,  "4.1"_v, {.written_until = 15} },
  { "cx",                 88,  8,  1, unheld, anywhere, anyone, anyone,  "4.1"_v, {.written_until = 15} },
  { "dx",                 96,  8,  1, unheld, anywhere, anyone, anyone,  "4.1"_v, {.written_until = 15} },
  { "si",                104,  8,  1, unheld, anywhere, anyone, anyone,  "4.1"_v, {.written_until = 15} },
  { "di",                112,  8,  1, unheld, anywhere, anyone, anyone,  "4.1"_v, {.written_until = 15} },
  { "orig_ax",           120,  8,  1, unheld, anywhere, anyone, anyone,  "4.1"_v, {.written_until = 15} },
  { "ip",                128,  8,  1, unheld, anywhere, anyone, anyone,  "4.1"_v, {.written_until = 15} },
  { "cs",                136,  8,  1, unheld, anywhere, anyone, anyone,  "4.1"_v, {.written_until = 15, .declared = 2} },
  { "flags",             144,  8,  1, unheld, anywhere, anyone, anyone,  "4.1"_v, {.written_until = 15} },
  { "sp",                152,  8,  1, unheld, anywhere, anyone, anyone,  "4.1"_v, {.written_until = 15} },
  { "ss",                160,  8,  1, unheld, anywhere, anyone, anyone,  "4.1"_v, {.written_until = 15, .declared = 2} },
};
constexpr ContextField perf_event_fields[] = {
  { "regs",             0,  8, 21, unheld, whole,    anyone, nobody, "4.9"_v },
  { "sample_period",  168,  8,  1, unheld, narrow,   anyone, nobody, "4.9"_v },
  { "addr",           176,  8,  1, unheld, narrow,   anyone, nobody, "4.17"_v },
};
// Its first 8 bytes are Linux's own. What follows depends on the tracepoint: /sys/kernel/tracing/events/…/format.
constexpr ContextField tracepoint_fields[] = {
  { "args",             8,  1, 8184, unheld, buffer,   anyone, nobody, "4.7"_v },
};
constexpr ContextField raw_tracepoint_fields[] = {
  { "args",             0,  8, 12, unheld, narrow,   anyone, nobody, "4.17"_v },
};
constexpr ContextField raw_tracepoint_writable_fields[] = {
  { "buffer",           0,  8,  1, unheld, tail,     anyone, nobody, "5.2"_v, {.gives = Gives::tp_buffer} },
  { "args",             8,  8, 11, unheld, narrow,   anyone, nobody, "5.2"_v },
};
// Pointers among them are read whole.
constexpr ContextField btf_args_fields[] = {
  { "args",             0,  8, 12, unheld, head,     anyone, nobody, "5.5"_v },
};
constexpr ContextField syscall_fields[] = {
  { "bytes",            0,  1, 65535, unheld, buffer, anyone, anyone, "5.14"_v },
};
constexpr ContextField nf_fields[] = {
  { "state",            0,  8,  1, unheld, pointer,  anyone, nobody, "6.4"_v, {.gives = Gives::kernel_struct, .structure = "nf_hook_state"} },
  { "skb",              8,  8,  1, unheld, pointer,  anyone, nobody, "6.4"_v, {.gives = Gives::kernel_struct, .structure = "sk_buff"} },
};
constexpr ContextField lirc_fields[] = {
  { "sample",           0,  4,  1, unheld, whole,    anyone, nobody, "4.18"_v },
};

// Which attach types see which fields.
constexpr AttachTypes at_create{AttachType::cgroup_inet_sock_create, AttachType::cgroup_inet_sock_release},
    post_bind4{AttachType::cgroup_inet4_post_bind}, post_bind6{AttachType::cgroup_inet6_post_bind},
    inet4{AttachType::cgroup_inet4_bind, AttachType::cgroup_inet4_connect, AttachType::cgroup_udp4_sendmsg,
          AttachType::cgroup_udp4_recvmsg, AttachType::cgroup_inet4_getpeername, AttachType::cgroup_inet4_getsockname},
    inet6{AttachType::cgroup_inet6_bind, AttachType::cgroup_inet6_connect, AttachType::cgroup_udp6_sendmsg,
          AttachType::cgroup_udp6_recvmsg, AttachType::cgroup_inet6_getpeername, AttachType::cgroup_inet6_getsockname},
    send4{AttachType::cgroup_udp4_sendmsg}, send6{AttachType::cgroup_udp6_sendmsg},
    get{AttachType::cgroup_getsockopt}, set{AttachType::cgroup_setsockopt};

// Attach types bind the context only; through a socket pointer every field is open.
constexpr ContextField sock_fields[] = {
//  name                 at  size n  value   shape     read by  written by  since
  { "bound_dev_if",        0,  4,  1, unheld, whole,    anyone, anyone,  "4.10"_v, {.read_at = at_create, .written_at = at_create} },
  { "family",              4,  4,  1, unheld, head,     anyone, nobody,  "4.10"_v },
  { "type",                8,  4,  1, unheld, head,     anyone, nobody,  "4.10"_v, {.full_socket = true} },
  { "protocol",           12,  4,  1, unheld, head,     anyone, nobody,  "4.10"_v, {.full_socket = true} },
  { "mark",               16,  4,  1, unheld, whole,    anyone, anyone,  "4.14"_v, {.read_at = at_create, .written_at = at_create, .full_socket = true} },
  { "priority",           20,  4,  1, unheld, whole,    anyone, anyone,  "4.14"_v, {.read_at = at_create, .written_at = at_create, .full_socket = true} },
  { "src_ip4",            24,  4,  1, unheld, narrow,   anyone, nobody,  "4.17"_v, {.read_at = post_bind4} },
  { "src_ip6",            28,  4,  4, unheld, narrow,   anyone, nobody,  "4.17"_v, {.read_at = post_bind6} },
  { "src_port",           44,  4,  1, unheld, head,     anyone, nobody,  "4.17"_v, {.read_at = post_bind4 | post_bind6} },
  { "dst_port",           48,  2,  1, unheld, narrow,   anyone, nobody,  "5.1"_v, {.also = 4} },
  { "dst_ip4",            52,  4,  1, unheld, narrow,   anyone, nobody,  "5.1"_v },
  { "dst_ip6",            56,  4,  4, unheld, narrow,   anyone, nobody,  "5.1"_v },
  { "state",              72,  4,  1, unheld, head,     anyone, nobody,  "5.1"_v },
  { "rx_queue_mapping",   76,  4,  1, unheld, head,     anyone, nobody,  "5.8"_v },
};
constexpr ContextField sock_addr_fields[] = {
//  name                 at  size n  value   shape     read by  written by  since
  { "user_family",         0,  4,  1, unheld, whole,    anyone, nobody,  "4.17"_v },
  { "user_ip4",            4,  4,  1, unheld, narrow,   anyone, anyone,  "4.17"_v, {.read_at = inet4, .written_at = inet4} },
  { "user_ip6",            8,  4,  4, unheld, narrow,   anyone, anyone,  "4.17"_v, {.read_at = inet6, .written_at = inet6, .also = 8} },
  { "user_port",          24,  4,  1, unheld, narrow,   anyone, anyone,  "4.17"_v },
  { "family",             28,  4,  1, unheld, whole,    anyone, nobody,  "4.17"_v },
  { "type",               32,  4,  1, unheld, whole,    anyone, nobody,  "4.17"_v },
  { "protocol",           36,  4,  1, unheld, whole,    anyone, nobody,  "4.17"_v },
  { "msg_src_ip4",        40,  4,  1, unheld, narrow,   anyone, anyone,  "4.18"_v, {.read_at = send4, .written_at = send4} },
  { "msg_src_ip6",        44,  4,  4, unheld, narrow,   anyone, anyone,  "4.18"_v, {.read_at = send6, .written_at = send6, .also = 8} },
  { "sk",                 64,  8,  1, unheld, pointer,  anyone, nobody,  "5.3"_v, {.gives = Gives::socket} },
};
// args[0] is also `reply`, which may be written.
constexpr ContextField sock_ops_fields[] = {
//  name                 at  size n  value   shape     read by  written by  since
  { "op",                  0,  4,  1, unheld, whole,    anyone, nobody,  "4.13"_v },
  { "args",                4,  4,  4, unheld, whole,    anyone, anyone,  "4.13"_v, {.written_elements = 1} },
  { "family",             20,  4,  1, unheld, whole,    anyone, nobody,  "4.13"_v },
  { "remote_ip4",         24,  4,  1, unheld, whole,    anyone, nobody,  "4.13"_v },
  { "local_ip4",          28,  4,  1, unheld, whole,    anyone, nobody,  "4.13"_v },
  { "remote_ip6",         32,  4,  4, unheld, whole,    anyone, nobody,  "4.13"_v },
  { "local_ip6",          48,  4,  4, unheld, whole,    anyone, nobody,  "4.13"_v },
  { "remote_port",        64,  4,  1, unheld, whole,    anyone, nobody,  "4.13"_v },
  { "local_port",         68,  4,  1, unheld, whole,    anyone, nobody,  "4.13"_v },
  { "is_fullsock",        72,  4,  1, unheld, whole,    anyone, nobody,  "4.16"_v },
  { "snd_cwnd",           76,  4,  1, unheld, whole,    anyone, nobody,  "4.16"_v },
  { "srtt_us",            80,  4,  1, unheld, whole,    anyone, nobody,  "4.16"_v },
  { "bpf_sock_ops_cb_flags",  84,  4,  1, unheld, whole,    anyone, nobody,  "4.16"_v },
  { "state",              88,  4,  1, unheld, whole,    anyone, nobody,  "4.16"_v },
  { "rtt_min",            92,  4,  1, unheld, whole,    anyone, nobody,  "4.16"_v },
  { "snd_ssthresh",       96,  4,  1, unheld, whole,    anyone, nobody,  "4.16"_v },
  { "rcv_nxt",           100,  4,  1, unheld, whole,    anyone, nobody,  "4.16"_v },
  { "snd_nxt",           104,  4,  1, unheld, whole,    anyone, nobody,  "4.16"_v },
  { "snd_una",           108,  4,  1, unheld, whole,    anyone, nobody,  "4.16"_v },
  { "mss_cache",         112,  4,  1, unheld, whole,    anyone, nobody,  "4.16"_v },
  { "ecn_flags",         116,  4,  1, unheld, whole,    anyone, nobody,  "4.16"_v },
  { "rate_delivered",    120,  4,  1, unheld, whole,    anyone, nobody,  "4.16"_v },
  { "rate_interval_us",  124,  4,  1, unheld, whole,    anyone, nobody,  "4.16"_v },
  { "packets_out",       128,  4,  1, unheld, whole,    anyone, nobody,  "4.16"_v },
  { "retrans_out",       132,  4,  1, unheld, whole,    anyone, nobody,  "4.16"_v },
  { "total_retrans",     136,  4,  1, unheld, whole,    anyone, nobody,  "4.16"_v },
  { "segs_in",           140,  4,  1, unheld, whole,    anyone, nobody,  "4.16"_v },
  { "data_segs_in",      144,  4,  1, unheld, whole,    anyone, nobody,  "4.16"_v },
  { "segs_out",          148,  4,  1, unheld, whole,    anyone, nobody,  "4.16"_v },
  { "data_segs_out",     152,  4,  1, unheld, whole,    anyone, nobody,  "4.16"_v },
  { "lost_out",          156,  4,  1, unheld, whole,    anyone, nobody,  "4.16"_v },
  { "sacked_out",        160,  4,  1, unheld, whole,    anyone, nobody,  "4.16"_v },
  { "sk_txhash",         164,  4,  1, unheld, whole,    anyone, anyone,  "4.16"_v },
  { "bytes_received",    168,  8,  1, unheld, whole,    anyone, nobody,  "4.16"_v },
  { "bytes_acked",       176,  8,  1, unheld, whole,    anyone, nobody,  "4.16"_v },
  { "sk",                184,  8,  1, unheld, pointer,  anyone, nobody,  "5.3"_v, {.gives = Gives::socket_or_null} },
  { "skb_data",          192,  8,  1, unheld, pointer,  anyone, nobody,  "5.10"_v, {.gives = Gives::packet} },
  { "skb_data_end",      200,  8,  1, unheld, pointer,  anyone, nobody,  "5.10"_v, {.gives = Gives::packet_end} },
  { "skb_len",           208,  4,  1, unheld, whole,    anyone, nobody,  "5.10"_v },
  { "skb_tcp_flags",     212,  4,  1, unheld, head,     anyone, nobody,  "5.10"_v },
  { "skb_hwtstamp",      216,  8,  1, unheld, whole,    anyone, nobody,  "6.2"_v },
};
constexpr ContextField sockopt_fields[] = {
//  name                 at  size n  value   shape     read by  written by  since
  { "sk",                  0,  8,  1, unheld, pointer,  anyone, nobody,  "5.3"_v, {.gives = Gives::socket} },
  { "optval",              8,  8,  1, unheld, pointer,  anyone, nobody,  "5.3"_v, {.gives = Gives::packet} },
  { "optval_end",         16,  8,  1, unheld, pointer,  anyone, nobody,  "5.3"_v, {.gives = Gives::packet_end} },
  { "level",              24,  4,  1, unheld, whole,    anyone, anyone,  "5.3"_v, {.written_at = set} },
  { "optname",            28,  4,  1, unheld, whole,    anyone, anyone,  "5.3"_v, {.written_at = set} },
  { "optlen",             32,  4,  1, unheld, whole,    anyone, anyone,  "5.3"_v },
  { "retval",             36,  4,  1, unheld, whole,    anyone, anyone,  "5.3"_v, {.read_at = get, .written_at = get} },
};
constexpr ContextField sysctl_fields[] = {
//  name                 at  size n  value   shape     read by  written by  since
  { "write",               0,  4,  1, unheld, narrow,   anyone, nobody,  "5.2"_v },
  { "file_pos",            4,  4,  1, unheld, narrow,   anyone, anyone,  "5.2"_v },
};
constexpr ContextField cgroup_dev_fields[] = {
//  name                 at  size n  value   shape     read by  written by  since
  { "access_type",         0,  4,  1, unheld, narrow,   anyone, nobody,  "4.15"_v },
  { "major",               4,  4,  1, unheld, whole,    anyone, nobody,  "4.15"_v },
  { "minor",               8,  4,  1, unheld, whole,    anyone, nobody,  "4.15"_v },
};
constexpr ContextField sk_msg_fields[] = {
//  name                 at  size n  value   shape     read by  written by  since
  { "data",                0,  8,  1, unheld, pointer,  anyone, nobody,  "4.17"_v, {.gives = Gives::packet} },
  { "data_end",            8,  8,  1, unheld, pointer,  anyone, nobody,  "4.17"_v, {.gives = Gives::packet_end} },
  { "family",             16,  4,  1, unheld, whole,    anyone, nobody,  "4.18"_v },
  { "remote_ip4",         20,  4,  1, unheld, whole,    anyone, nobody,  "4.18"_v },
  { "local_ip4",          24,  4,  1, unheld, whole,    anyone, nobody,  "4.18"_v },
  { "remote_ip6",         28,  4,  4, unheld, whole,    anyone, nobody,  "4.18"_v },
  { "local_ip6",          44,  4,  4, unheld, whole,    anyone, nobody,  "4.18"_v },
  { "remote_port",        60,  4,  1, unheld, whole,    anyone, nobody,  "4.18"_v },
  { "local_port",         64,  4,  1, unheld, whole,    anyone, nobody,  "4.18"_v },
  { "size",               68,  4,  1, unheld, whole,    anyone, nobody,  "5.0"_v },
  { "sk",                 72,  8,  1, unheld, pointer,  anyone, nobody,  "5.8"_v, {.gives = Gives::socket} },
};
constexpr ContextField sk_reuseport_fields[] = {
//  name                 at  size n  value   shape     read by  written by  since
  { "data",                0,  8,  1, unheld, pointer,  anyone, nobody,  "4.19"_v, {.gives = Gives::packet} },
  { "data_end",            8,  8,  1, unheld, pointer,  anyone, nobody,  "4.19"_v, {.gives = Gives::packet_end} },
  { "len",                16,  4,  1, unheld, narrow,   anyone, nobody,  "4.19"_v },
  { "eth_protocol",       20,  4,  1, unheld, narrow,   anyone, nobody,  "4.19"_v, {.least = 2} },
  { "ip_protocol",        24,  4,  1, unheld, narrow,   anyone, nobody,  "4.19"_v },
  { "bind_inany",         28,  4,  1, unheld, narrow,   anyone, nobody,  "4.19"_v },
  { "hash",               32,  4,  1, unheld, whole,    anyone, nobody,  "4.19"_v },
  { "sk",                 40,  8,  1, unheld, pointer,  anyone, nobody,  "5.14"_v, {.gives = Gives::socket} },
  { "migrating_sk",       48,  8,  1, unheld, pointer,  anyone, nobody,  "5.14"_v, {.gives = Gives::sock_common_or_null} },
};
constexpr ContextField sk_lookup_fields[] = {
//  name                 at  size n  value   shape     read by  written by  since
  { "sk",                  0,  8,  1, unheld, pointer,  anyone, nobody,  "5.9"_v, {.gives = Gives::socket_or_null} },
  { "family",              8,  4,  1, unheld, narrow,   anyone, nobody,  "5.9"_v },
  { "protocol",           12,  4,  1, unheld, narrow,   anyone, nobody,  "5.9"_v },
  { "remote_ip4",         16,  4,  1, unheld, narrow,   anyone, nobody,  "5.9"_v },
  { "remote_ip6",         20,  4,  4, unheld, narrow,   anyone, nobody,  "5.9"_v },
  { "remote_port",        36,  4,  1, unheld, narrow,   anyone, nobody,  "5.9"_v, {.declared = 2} },
  { "local_ip4",          40,  4,  1, unheld, narrow,   anyone, nobody,  "5.9"_v },
  { "local_ip6",          44,  4,  4, unheld, narrow,   anyone, nobody,  "5.9"_v },
  { "local_port",         60,  4,  1, unheld, narrow,   anyone, nobody,  "5.9"_v },
  { "ingress_ifindex",    64,  4,  1, unheld, narrow,   anyone, nobody,  "5.17"_v },
};

// Behind pointers.
constexpr ContextField tcp_sock_fields[] = {
//  name                 at  size n  value   shape     read by  written by  since
  { "snd_cwnd",            0,  4,  1, unheld, whole,    anyone, nobody,  "5.1"_v },
  { "srtt_us",             4,  4,  1, unheld, whole,    anyone, nobody,  "5.1"_v },
  { "rtt_min",             8,  4,  1, unheld, whole,    anyone, nobody,  "5.1"_v },
  { "snd_ssthresh",       12,  4,  1, unheld, whole,    anyone, nobody,  "5.1"_v },
  { "rcv_nxt",            16,  4,  1, unheld, whole,    anyone, nobody,  "5.1"_v },
  { "snd_nxt",            20,  4,  1, unheld, whole,    anyone, nobody,  "5.1"_v },
  { "snd_una",            24,  4,  1, unheld, whole,    anyone, nobody,  "5.1"_v },
  { "mss_cache",          28,  4,  1, unheld, whole,    anyone, nobody,  "5.1"_v },
  { "ecn_flags",          32,  4,  1, unheld, whole,    anyone, nobody,  "5.1"_v },
  { "rate_delivered",     36,  4,  1, unheld, whole,    anyone, nobody,  "5.1"_v },
  { "rate_interval_us",   40,  4,  1, unheld, whole,    anyone, nobody,  "5.1"_v },
  { "packets_out",        44,  4,  1, unheld, whole,    anyone, nobody,  "5.1"_v },
  { "retrans_out",        48,  4,  1, unheld, whole,    anyone, nobody,  "5.1"_v },
  { "total_retrans",      52,  4,  1, unheld, whole,    anyone, nobody,  "5.1"_v },
  { "segs_in",            56,  4,  1, unheld, whole,    anyone, nobody,  "5.1"_v },
  { "data_segs_in",       60,  4,  1, unheld, whole,    anyone, nobody,  "5.1"_v },
  { "segs_out",           64,  4,  1, unheld, whole,    anyone, nobody,  "5.1"_v },
  { "data_segs_out",      68,  4,  1, unheld, whole,    anyone, nobody,  "5.1"_v },
  { "lost_out",           72,  4,  1, unheld, whole,    anyone, nobody,  "5.1"_v },
  { "sacked_out",         76,  4,  1, unheld, whole,    anyone, nobody,  "5.1"_v },
  { "bytes_received",     80,  8,  1, unheld, whole,    anyone, nobody,  "5.1"_v },
  { "bytes_acked",        88,  8,  1, unheld, whole,    anyone, nobody,  "5.1"_v },
  { "dsack_dups",         96,  4,  1, unheld, whole,    anyone, nobody,  "5.3"_v },
  { "delivered",         100,  4,  1, unheld, whole,    anyone, nobody,  "5.3"_v },
  { "delivered_ce",      104,  4,  1, unheld, whole,    anyone, nobody,  "5.3"_v },
  { "icsk_retransmits",  108,  4,  1, unheld, whole,    anyone, nobody,  "5.3"_v },
};
constexpr ContextField xdp_sock_fields[] = {
//  name                 at  size n  value   shape     read by  written by  since
  { "queue_id",            0,  4,  1, unheld, whole,    anyone, nobody,  "5.3"_v },
};
constexpr ContextField flow_keys_fields[] = {
//  name                 at  size n  value   shape     read by  written by  since
  { "nhoff",               0,  2,  1, unheld, anywhere, anyone, anyone,  "4.20"_v },
  { "thoff",               2,  2,  1, unheld, anywhere, anyone, anyone,  "4.20"_v },
  { "addr_proto",          4,  2,  1, unheld, anywhere, anyone, anyone,  "4.20"_v },
  { "is_frag",             6,  1,  1, unheld, anywhere, anyone, anyone,  "4.20"_v },
  { "is_first_frag",       7,  1,  1, unheld, anywhere, anyone, anyone,  "4.20"_v },
  { "is_encap",            8,  1,  1, unheld, anywhere, anyone, anyone,  "4.20"_v },
  { "ip_proto",            9,  1,  1, unheld, anywhere, anyone, anyone,  "4.20"_v },
  { "n_proto",            10,  2,  1, unheld, anywhere, anyone, anyone,  "4.20"_v },
  { "sport",              12,  2,  1, unheld, anywhere, anyone, anyone,  "4.20"_v },
  { "dport",              14,  2,  1, unheld, anywhere, anyone, anyone,  "4.20"_v },
  { "ipv6_src",           16,  4,  4, unheld, anywhere, anyone, anyone,  "4.20"_v },
  { "ipv6_dst",           32,  4,  4, unheld, anywhere, anyone, anyone,  "4.20"_v },
  { "flags",              48,  4,  1, unheld, anywhere, anyone, anyone,  "5.4"_v },
  { "flow_label",         52,  4,  1, unheld, anywhere, anyone, anyone,  "5.4"_v },
};
// clang-format on

template <std::size_t N>
consteval bool laid_out(const ContextField (&rows)[N]) {
  unsigned end = 0;
  for (const ContextField& f : rows) {
    if (f.offset < end || f.offset % f.size != 0) return false;
    end = f.offset + f.bytes();
  }
  return names_are_unique(rows);
}

template <std::size_t N>
consteval Layout lay(std::string_view structure, uint32_t bytes, const ContextField (&rows)[N]) {
  if (!laid_out(rows) || rows[N - 1].offset + rows[N - 1].bytes() > bytes) throw "fields ascend and end inside";
  return {.structure = structure, .bytes = bytes, .fields = rows};
}

constexpr Layout none_layout{};
constexpr Layout sk_buff_layout = lay("__sk_buff", 192, sk_buff_fields);
constexpr Layout xdp_md_layout = lay("xdp_md", 24, xdp_md_fields);
constexpr Layout pt_regs_layout = lay("pt_regs", 168, pt_regs_fields);
constexpr Layout tracepoint_layout = [] {
  Layout l = lay("", 8192, tracepoint_fields);
  l.before = true;
  return l;
}();
constexpr Layout perf_event_layout = lay("bpf_perf_event_data", 184, perf_event_fields);
constexpr Layout raw_tracepoint_layout = lay("bpf_raw_tracepoint_args", 96, raw_tracepoint_fields);
constexpr Layout raw_tracepoint_writable_layout = lay("", 96, raw_tracepoint_writable_fields);
constexpr Layout btf_args_layout = lay("", 96, btf_args_fields);
constexpr Layout sock_layout = lay("bpf_sock", 80, sock_fields);
constexpr Layout sock_addr_layout = lay("bpf_sock_addr", 72, sock_addr_fields);
constexpr Layout sock_ops_layout = lay("bpf_sock_ops", 224, sock_ops_fields);
constexpr Layout sockopt_layout = lay("bpf_sockopt", 40, sockopt_fields);
constexpr Layout sysctl_layout = lay("bpf_sysctl", 8, sysctl_fields);
constexpr Layout cgroup_dev_layout = lay("bpf_cgroup_dev_ctx", 12, cgroup_dev_fields);
constexpr Layout sk_msg_layout = lay("sk_msg_md", 80, sk_msg_fields);
constexpr Layout sk_reuseport_layout = lay("sk_reuseport_md", 56, sk_reuseport_fields);
constexpr Layout sk_lookup_layout = lay("bpf_sk_lookup", 72, sk_lookup_fields);
constexpr Layout lirc_layout = lay("", 4, lirc_fields);
constexpr Layout syscall_layout = lay("", 65535, syscall_fields);
constexpr Layout nf_layout = lay("bpf_nf_ctx", 16, nf_fields);
constexpr Layout flow_keys_layout = lay("bpf_flow_keys", 56, flow_keys_fields);
constexpr Layout tcp_sock_layout = lay("bpf_tcp_sock", 112, tcp_sock_fields);
constexpr Layout xdp_sock_layout = lay("bpf_xdp_sock", 4, xdp_sock_fields);

using Answer = std::expected<FieldAccess, AccessRefusal>;

Answer refuse(Access access, NoAccess why, const ContextField* field = nullptr) {
  return std::unexpected(AccessRefusal{.why = why, .field = field, .access = access});
}

// The field at this offset, its readable padding included, or null.
const ContextField* field_at(const Layout& l, uint64_t at) {
  for (const ContextField& f : l.fields)
    if (at >= f.offset && at < f.offset + f.bytes()) return &f;
  return nullptr;
}

// Whether the width and place of an access inside its field, an aligned one, are among those the field allows.
std::optional<NoAccess> misfit(const ContextField& f, unsigned at, unsigned size, Access access) {
  const bool also = size == f.rare.also, fits = at % f.size + size <= f.size;
  auto width_unless = [](bool good) { return good ? std::nullopt : std::optional(NoAccess::width); };
  if (access == Access::write && f.shape != anywhere && f.shape != buffer) {
    if (at / f.size >= f.rare.written_elements) return NoAccess::read_only;
    return width_unless(size == f.size || (also && at + size <= f.bytes()));
  }
  switch (f.shape) {
    case whole: return width_unless(size == f.size);
    case pointer:
      if (size == f.size && access == Access::read_sign_extended) return NoAccess::sign_extension;
      return width_unless(size == f.size);
    case narrow:
      if (also)
        return at + size <= std::max<unsigned>(f.bytes(), size) ? std::nullopt : std::optional(NoAccess::crossing);
      if (!fits) return size > f.size ? NoAccess::width : NoAccess::crossing;
      return width_unless(size >= f.rare.least);
    case head: return width_unless(fits && at % f.size == 0);
    case tail: return width_unless(size == f.size || (fits && at != 0));
    case anywhere: return at + size <= f.bytes() ? std::nullopt : std::optional(NoAccess::crossing);
    case buffer: return std::nullopt;
  }
  std::unreachable();
}

FieldAccess touch(const ContextField& f, unsigned inside, unsigned size, Access access) {
  const bool all = f.shape == anywhere || f.shape == buffer;
  const bool number = access == Access::write || (f.shape == tail && size != f.size);
  return {.field = &f,
          .element = all ? 0 : inside / f.size,
          .first = all ? inside : inside % f.size,
          .gives = number ? Gives::scalar : f.rare.gives};
}

// May this program type, attached there, with these capabilities?
std::optional<NoAccess> forbidden(const ContextField& f, const Accessor& who, Access access) {
  const bool writes = access == Access::write;
  if (!writes && !f.readable.has(who.type)) return NoAccess::unreadable;
  const bool writable = f.writable.has(who.type) && (f.rare.written_until == 0 || who.patch <= f.rare.written_until);
  if (writes && !writable) return NoAccess::read_only;
  const AttachTypes& at = writes ? f.rare.written_at : f.rare.read_at;
  if (!at.empty() && who.attach && !at.has(effective_attach(who.type, *who.attach))) return NoAccess::attach_type;
  const auto& needs = writes ? f.rare.write_needs : f.rare.read_needs;
  if (needs && !who.caps.allows(*needs)) return NoAccess::capability;
  return std::nullopt;
}

// 1, 2, 4 or 8 bytes that begin inside the layout at an aligned offset.
std::optional<NoAccess> misplaced(const Layout& l, int64_t offset, unsigned size) {
  if (offset < 0 || offset >= int64_t{l.bytes}) return NoAccess::outside;
  if (size > 8 || !std::has_single_bit(size)) return NoAccess::width;
  return offset % size == 0 ? std::nullopt : std::optional(NoAccess::misaligned);
}

}  // namespace

const Layout& layout(Context context) {
  switch (context) {
    case Context::none: return none_layout;
    case Context::sk_buff: return sk_buff_layout;
    case Context::xdp_md: return xdp_md_layout;
    case Context::pt_regs: return pt_regs_layout;
    case Context::tracepoint_args: return tracepoint_layout;
    case Context::perf_event_data: return perf_event_layout;
    case Context::raw_tracepoint_args: return raw_tracepoint_layout;
    case Context::raw_tracepoint_writable_args: return raw_tracepoint_writable_layout;
    case Context::btf_args: return btf_args_layout;
    case Context::sock: return sock_layout;
    case Context::sock_addr: return sock_addr_layout;
    case Context::sock_ops: return sock_ops_layout;
    case Context::sockopt: return sockopt_layout;
    case Context::sysctl: return sysctl_layout;
    case Context::cgroup_dev: return cgroup_dev_layout;
    case Context::sk_msg_md: return sk_msg_layout;
    case Context::sk_reuseport_md: return sk_reuseport_layout;
    case Context::sk_lookup: return sk_lookup_layout;
    case Context::lirc_sample: return lirc_layout;
    case Context::syscall_buffer: return syscall_layout;
    case Context::nf_ctx: return nf_layout;
  }
  std::unreachable();
}

const Layout& layout(Pointee pointee) {
  switch (pointee) {
    case Pointee::flow_keys: return flow_keys_layout;
    case Pointee::sock_common:
    case Pointee::socket: return sock_layout;
    case Pointee::tcp_sock: return tcp_sock_layout;
    case Pointee::xdp_sock: return xdp_sock_layout;
  }
  std::unreachable();
}

Answer access_field(const Accessor& who, int64_t offset, unsigned size, Access access) {
  const Layout& l = layout(row(who.type).context);
  if (l.before && offset < 0 && access != Access::write && offset % size == 0)
    return touch(l.fields[0], 0, size, access);
  auto wrong = misplaced(l, offset, size);
  if (wrong == NoAccess::outside) return refuse(access, *wrong);
  const auto at = static_cast<unsigned>(offset);
  const ContextField* f = field_at(l, at);
  if (!f) return refuse(access, NoAccess::padding);
  if (auto why = forbidden(*f, who, access)) return refuse(access, *why, f);
  if (!wrong) wrong = misfit(*f, at - f->offset, size, access);
  return wrong ? refuse(access, *wrong, f) : touch(*f, at - f->offset, size, access);
}

Answer access_field(Pointee pointee, int64_t offset, unsigned size, Access access) {
  const Layout& l = layout(pointee);
  auto wrong = misplaced(l, offset, size);
  if (wrong == NoAccess::outside) return refuse(access, *wrong);
  const auto at = static_cast<unsigned>(offset);
  const ContextField* f = field_at(l, at);
  if (pointee == Pointee::flow_keys)  // no rules but its end
    return at + size <= l.bytes ? touch(*f, at - f->offset, size, access) : refuse(access, NoAccess::outside, f);
  if (!f) return refuse(access, NoAccess::padding);
  if (access == Access::write) return refuse(access, NoAccess::read_only, f);
  if (pointee == Pointee::sock_common && f->rare.full_socket) return refuse(access, NoAccess::unreadable, f);
  if (!wrong) wrong = misfit(*f, at - f->offset, size, access);
  return wrong ? refuse(access, *wrong, f) : touch(*f, at - f->offset, size, access);
}

}  // namespace skep::facts
