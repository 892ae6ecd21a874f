// SPDX-License-Identifier: Apache-2.0
#include "facts/returns.hpp"

#include "facts/functions.hpp"

namespace skep::facts {
namespace {

using enum AttachType;
using enum Answer;

// The first row that fits; a type without a row returns what it likes.
// clang-format off
constexpr ReturnRule rules[] = {
//  type                        loaded with                                        answer      min  max
  { ProgType::kprobe,           {trace_kprobe_session, trace_uprobe_session},      range,      0,   1 },
  { ProgType::cgroup_skb,       {cgroup_inet_egress},                              range,      0,   3 },
  { ProgType::cgroup_skb,       {},                                                range,      0,   1 },
  { ProgType::cgroup_sock,      {},                                                range,      0,   1 },
  { ProgType::sock_ops,         {},                                                range,      0,   1 },
  { ProgType::cgroup_device,    {},                                                range,      0,   1 },
  { ProgType::cgroup_sock_addr, attach_sets::sock_addr_recv,                       range,      1,   1 },
  { ProgType::cgroup_sock_addr, attach_sets::sock_addr_bind,                       range,      0,   3 },
  { ProgType::cgroup_sock_addr, {},                                                range,      0,   1 },
  { ProgType::cgroup_sysctl,    {},                                                range,      0,   1 },
  { ProgType::cgroup_sockopt,   {},                                                range,      0,   1 },
  { ProgType::tracing,          {trace_fentry, trace_fexit},                       range,      0,   0 },
  { ProgType::tracing,          {trace_iter},                                      range,      0,   1 },
  { ProgType::struct_ops,       {},                                                operation,  0,   0 },
  { ProgType::ext,              {},                                                replaced,   0,   0 },
  { ProgType::lsm,              {},                                                hook,       0,   0 },
  { ProgType::sk_lookup,        {},                                                range,      0,   1 },
  { ProgType::netfilter,        {},                                                range,      0,   1 },
};
// clang-format on
constexpr ReturnRule anything{ProgType::unspec, {}, any};

}  // namespace

const ReturnRule& return_rule(ProgType type, AttachType attach) {
  for (const ReturnRule& r : rules)
    if (r.type == type && (r.at.empty() || r.at.has(attach))) return r;
  return anything;
}

ReturnRule lsm_return_rule(AttachType attach, std::string_view hook, HookReturns returns) {
  const bool nothing = returns == HookReturns::nothing;
  if (attach == AttachType::lsm_cgroup) return {ProgType::lsm, {}, Answer::range, nothing ? 1 : 0, 1};
  if (nothing) return {ProgType::lsm, {}, Answer::any};
  if (has_word(bool_lsm_hooks, hook)) return {ProgType::lsm, {}, Answer::low_range, 0, 1};
  return {ProgType::lsm, {}, Answer::low_range, -4095, 0};
}

}  // namespace skep::facts
