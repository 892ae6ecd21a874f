// SPDX-License-Identifier: Apache-2.0
// Attach types: where a program of a type is attached, or which of a type's variants it is. Ids are the kernel's.
//
// Linux gives 0 both to "cgroup_inet_ingress" and to "nothing said"; so does a program whose type has no variants.
#pragma once

#include <cstdint>
#include <optional>

#include "base/error.hpp"
#include "facts/rows.hpp"
#include "facts/version.hpp"

namespace skep::facts {

// clang-format off
//  name                              id  since
#define SKEP_ATTACH_TYPES(X) \
  X(cgroup_inet_ingress,               0, "4.10") \
  X(cgroup_inet_egress,                1, "4.10") \
  X(cgroup_inet_sock_create,           2, "4.10") \
  X(cgroup_sock_ops,                   3, "4.13") \
  X(sk_skb_stream_parser,              4, "4.14") \
  X(sk_skb_stream_verdict,             5, "4.14") \
  X(cgroup_device,                     6, "4.15") \
  X(sk_msg_verdict,                    7, "4.17") \
  X(cgroup_inet4_bind,                 8, "4.17") \
  X(cgroup_inet6_bind,                 9, "4.17") \
  X(cgroup_inet4_connect,             10, "4.17") \
  X(cgroup_inet6_connect,             11, "4.17") \
  X(cgroup_inet4_post_bind,           12, "4.17") \
  X(cgroup_inet6_post_bind,           13, "4.17") \
  X(cgroup_udp4_sendmsg,              14, "4.18") \
  X(cgroup_udp6_sendmsg,              15, "4.18") \
  X(lirc_mode2,                       16, "4.18") \
  X(flow_dissector,                   17, "4.20") \
  X(cgroup_sysctl,                    18, "5.2") \
  X(cgroup_udp4_recvmsg,              19, "5.2") \
  X(cgroup_udp6_recvmsg,              20, "5.2") \
  X(cgroup_getsockopt,                21, "5.3") \
  X(cgroup_setsockopt,                22, "5.3") \
  X(trace_raw_tp,                     23, "5.5") \
  X(trace_fentry,                     24, "5.5") \
  X(trace_fexit,                      25, "5.5") \
  X(modify_return,                    26, "5.7") \
  X(lsm_mac,                          27, "5.7") \
  X(trace_iter,                       28, "5.8") \
  X(cgroup_inet4_getpeername,         29, "5.8") \
  X(cgroup_inet6_getpeername,         30, "5.8") \
  X(cgroup_inet4_getsockname,         31, "5.8") \
  X(cgroup_inet6_getsockname,         32, "5.8") \
  X(xdp_devmap,                       33, "5.8") \
  X(cgroup_inet_sock_release,         34, "5.9") \
  X(xdp_cpumap,                       35, "5.9") \
  X(sk_lookup,                        36, "5.9") \
  X(xdp,                              37, "5.9") \
  X(sk_skb_verdict,                   38, "5.13") \
  X(sk_reuseport_select,              39, "5.14") \
  X(sk_reuseport_select_or_migrate,   40, "5.14") \
  X(perf_event,                       41, "5.15") \
  X(trace_kprobe_multi,               42, "5.18") \
  X(lsm_cgroup,                       43, "6.0") \
  X(struct_ops,                       44, "6.4") \
  X(netfilter,                        45, "6.4") \
  X(tcx_ingress,                      46, "6.6") \
  X(tcx_egress,                       47, "6.6") \
  X(trace_uprobe_multi,               48, "6.6") \
  X(cgroup_unix_connect,              49, "6.7") \
  X(cgroup_unix_sendmsg,              50, "6.7") \
  X(cgroup_unix_recvmsg,              51, "6.7") \
  X(cgroup_unix_getpeername,          52, "6.7") \
  X(cgroup_unix_getsockname,          53, "6.7") \
  X(netkit_primary,                   54, "6.7") \
  X(netkit_peer,                      55, "6.7") \
  X(trace_kprobe_session,             56, "6.10") \
  X(trace_uprobe_session,             57, "6.13")
// clang-format on

enum class AttachType : uint8_t {
#define X(name, id, since) name = id,
  SKEP_ATTACH_TYPES(X)
#undef X
};

struct AttachTypeRow {
  AttachType id;
  std::string_view name;
  Version since;
};

inline constexpr AttachTypeRow attach_types[] = {
#define X(name, id, since) {AttachType::name, word(#name), since##_v},
    SKEP_ATTACH_TYPES(X)
#undef X
};
static_assert(complete(attach_types) && names_are_unique(attach_types));

constexpr const AttachTypeRow& row(AttachType t) { return attach_types[static_cast<std::size_t>(t)]; }
constexpr std::string_view name(AttachType t) { return row(t).name; }
inline Value to_value(AttachType t) { return std::string(name(t)); }

constexpr std::optional<AttachType> attach_type_by_id(uint64_t id) {
  if (id >= std::size(attach_types)) return std::nullopt;
  return static_cast<AttachType>(id);
}
Result<AttachType> attach_type_by_name(std::string_view name);

using AttachTypes = Set<AttachType>;
constexpr AttachTypes every_one(AttachType) {
  AttachTypes all;
  for (const AttachTypeRow& r : attach_types) all = all | AttachTypes{r.id};
  return all;
}

// "nothing said"
inline constexpr AttachType unsaid = static_cast<AttachType>(0);

}  // namespace skep::facts
