// SPDX-License-Identifier: Apache-2.0
#include "facts/contexts.hpp"

#include <bit>

namespace skep::facts {
namespace {

using enum CtxValue;
using enum Shape;

// The groups of program types that the rules for __sk_buff speak about.
constexpr ProgTypes filter{ProgType::socket_filter}, cgroup{ProgType::cgroup_skb},
    tc{ProgType::sched_cls, ProgType::sched_act},
    lwt{ProgType::lwt_in, ProgType::lwt_out, ProgType::lwt_xmit, ProgType::lwt_seg6local}, sk_skb{ProgType::sk_skb},
    dissector{ProgType::flow_dissector}, xdp{ProgType::xdp}, nobody{};
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
  { "data",           76,  4,  1, data,            pointer,  most.without(filter) | dissector,  nobody,                     "4.7"_v  },
  { "data_end",       80,  4,  1, data_end,        pointer,  most.without(filter) | dissector,  nobody,                     "4.7"_v  },
  { "napi_id",        84,  4,  1, napi_id,         narrow,   most,                              nobody,                     "4.12"_v },
  { "family",         88,  4,  1, family,          narrow,   cgroup | sk_skb,                   nobody,                     "4.14"_v },
  { "remote_ip4",     92,  4,  1, remote_ip4,      whole,    cgroup | sk_skb,                   nobody,                     "4.14"_v },
  { "local_ip4",      96,  4,  1, local_ip4,       whole,    cgroup | sk_skb,                   nobody,                     "4.14"_v },
  { "remote_ip6",    100,  4,  4, remote_ip6,      whole,    cgroup | sk_skb,                   nobody,                     "4.14"_v },
  { "local_ip6",     116,  4,  4, local_ip6,       whole,    cgroup | sk_skb,                   nobody,                     "4.14"_v },
  { "remote_port",   132,  4,  1, remote_port,     narrow,   cgroup | sk_skb,                   nobody,                     "4.14"_v },
  { "local_port",    136,  4,  1, local_port,      narrow,   cgroup | sk_skb,                   nobody,                     "4.14"_v },
  { "data_meta",     140,  4,  1, data_meta,       pointer,  tc,                                nobody,                     "4.15"_v },
  { "flow_keys",     144,  8,  1, flow_keys,       pointer,  dissector,                         nobody,                     "4.20"_v },
  { "tstamp",        152,  8,  1, tstamp,          whole,    cgroup | tc,                       cgroup | tc,                "5.0"_v  },
  { "wire_len",      160,  4,  1, wire_len,        narrow,   tc,                                nobody,                     "5.0"_v  },
  { "gso_segs",      164,  4,  1, gso_segs,        narrow,   most,                              nobody,                     "5.1"_v  },
  { "sk",            168,  8,  1, sk,              pointer,  most,                              nobody,                     "5.1"_v  },
  { "gso_size",      176,  4,  1, gso_size,        narrow,   most,                              nobody,                     "5.7"_v  },
  { "tstamp_type",   180,  1,  1, tstamp_type,     whole,    tc,                                nobody,                     "5.18"_v },
  { "hwtstamp",      184,  8,  1, hwtstamp,        whole,    cgroup | tc,                       nobody,                     "5.16"_v },
};
// egress_ifindex is readable where the program is attached to a device map (attach type xdp_devmap) only.
constexpr ContextField xdp_md_fields[] = {
//  name              at  size n  value            shape     read by                            written by                  since
  { "data",            0,  4,  1, data,            pointer,  xdp,                               nobody,                     "4.8"_v  },
  { "data_end",        4,  4,  1, data_end,        pointer,  xdp,                               nobody,                     "4.8"_v  },
  { "data_meta",       8,  4,  1, data_meta,       pointer,  xdp,                               nobody,                     "4.15"_v },
  { "ingress_ifindex",12,  4,  1, ingress_ifindex, whole,    xdp,                               nobody,                     "4.16"_v },
  { "rx_queue_index", 16,  4,  1, rx_queue_index,  whole,    xdp,                               nobody,                     "4.16"_v },
  { "egress_ifindex", 20,  4,  1, egress_ifindex,  whole,    xdp,                               nobody,                     "5.8"_v  },
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
static_assert(laid_out(sk_buff_fields) && laid_out(xdp_md_fields));

bool may(const ContextField& f, unsigned at, unsigned size, Access access) {
  switch (f.shape) {
    case whole: return size == f.size;
    case pointer: return size == f.size && access != Access::read_sign_extended;
    case narrow: return access == Access::write ? size == f.size : at % f.size + size <= f.size;
    case anywhere: return true;
  }
  return false;
}

}  // namespace

std::span<const ContextField> fields(Context context) {
  if (context == Context::sk_buff) return sk_buff_fields;
  if (context == Context::xdp_md) return xdp_md_fields;
  return {};
}

std::optional<FieldAccess> access_field(ProgType type, int64_t offset, unsigned size, Access access) {
  if (offset < 0 || size == 0 || size > 8 || !std::has_single_bit(size) || offset % size != 0) return std::nullopt;
  auto at = static_cast<uint64_t>(offset);
  for (const ContextField& f : fields(row(type).context)) {
    if (at < f.offset || at >= f.offset + f.bytes()) continue;
    auto inside = static_cast<unsigned>(at - f.offset);
    const ProgTypes& who = access == Access::write ? f.writable : f.readable;
    if (inside + size > f.bytes() || !who.has(type) || !may(f, inside, size, access)) return std::nullopt;
    if (f.shape == anywhere) return FieldAccess{&f, 0, inside};
    return FieldAccess{&f, inside / f.size, inside % f.size};
  }
  return std::nullopt;
}

}  // namespace skep::facts
