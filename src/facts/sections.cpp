// SPDX-License-Identifier: Apache-2.0
#include "facts/sections.hpp"

namespace skep::facts {
namespace {

using enum ProgType;
using A = AttachType;
constexpr Trait sleepable = Trait::sleepable, frags = Trait::frags;

// clang-format off
constexpr SectionRow table[] = {
  { "socket",                   socket_filter,    unsaid },
  { "sk_reuseport/migrate",     sk_reuseport,     A::sk_reuseport_select_or_migrate },
  { "sk_reuseport",             sk_reuseport,     A::sk_reuseport_select },
  { "kprobe+",                  kprobe,           unsaid },
  { "uprobe+",                  kprobe,           unsaid },
  { "uprobe.s+",                kprobe,           unsaid, sleepable },
  { "kretprobe+",               kprobe,           unsaid },
  { "uretprobe+",               kprobe,           unsaid },
  { "uretprobe.s+",             kprobe,           unsaid, sleepable },
  { "kprobe.multi+",            kprobe,           A::trace_kprobe_multi },
  { "kretprobe.multi+",         kprobe,           A::trace_kprobe_multi },
  { "kprobe.session+",          kprobe,           A::trace_kprobe_session, Trait::plain, "1.5"_v },
  { "uprobe.multi+",            kprobe,           A::trace_uprobe_multi, Trait::plain, "1.3"_v },
  { "uretprobe.multi+",         kprobe,           A::trace_uprobe_multi, Trait::plain, "1.3"_v },
  { "uprobe.session+",          kprobe,           A::trace_uprobe_session, Trait::plain, "1.6"_v },
  { "uprobe.multi.s+",          kprobe,           A::trace_uprobe_multi, sleepable, "1.3"_v },
  { "uretprobe.multi.s+",       kprobe,           A::trace_uprobe_multi, sleepable, "1.3"_v },
  { "uprobe.session.s+",        kprobe,           A::trace_uprobe_session, sleepable, "1.6"_v },
  { "ksyscall+",                kprobe,           unsaid },
  { "kretsyscall+",             kprobe,           unsaid },
  { "usdt+",                    kprobe,           unsaid },
  { "usdt.s+",                  kprobe,           unsaid, sleepable, "1.3"_v },
  { "tc/ingress",               sched_cls,        A::tcx_ingress, Trait::plain, "1.3"_v },
  { "tc/egress",                sched_cls,        A::tcx_egress, Trait::plain, "1.3"_v },
  { "tcx/ingress",              sched_cls,        A::tcx_ingress, Trait::plain, "1.3"_v },
  { "tcx/egress",               sched_cls,        A::tcx_egress, Trait::plain, "1.3"_v },
  { "tc",                       sched_cls,        unsaid },
  { "classifier",               sched_cls,        unsaid },
  { "action",                   sched_act,        unsaid },
  { "netkit/primary",           sched_cls,        A::netkit_primary, Trait::plain, "1.3"_v },
  { "netkit/peer",              sched_cls,        A::netkit_peer, Trait::plain, "1.3"_v },
  { "tracepoint+",              tracepoint,       unsaid },
  { "tp+",                      tracepoint,       unsaid },
  { "raw_tracepoint+",          raw_tracepoint,   unsaid },
  { "raw_tp+",                  raw_tracepoint,   unsaid },
  { "raw_tracepoint.w+",        raw_tracepoint_writable, unsaid },
  { "raw_tp.w+",                raw_tracepoint_writable, unsaid },
  { "tp_btf+",                  tracing,          A::trace_raw_tp },
  { "fentry+",                  tracing,          A::trace_fentry },
  { "fmod_ret+",                tracing,          A::modify_return },
  { "fexit+",                   tracing,          A::trace_fexit },
  { "fentry.s+",                tracing,          A::trace_fentry, sleepable },
  { "fmod_ret.s+",              tracing,          A::modify_return, sleepable },
  { "fexit.s+",                 tracing,          A::trace_fexit, sleepable },
  { "freplace+",                ext,              unsaid },
  { "lsm+",                     lsm,              A::lsm_mac },
  { "lsm.s+",                   lsm,              A::lsm_mac, sleepable },
  { "lsm_cgroup+",              lsm,              A::lsm_cgroup },
  { "iter+",                    tracing,          A::trace_iter },
  { "iter.s+",                  tracing,          A::trace_iter, sleepable },
  { "syscall",                  syscall,          unsaid, sleepable },
  { "xdp.frags/devmap",         xdp,              A::xdp_devmap, frags },
  { "xdp/devmap",               xdp,              A::xdp_devmap },
  { "xdp.frags/cpumap",         xdp,              A::xdp_cpumap, frags },
  { "xdp/cpumap",               xdp,              A::xdp_cpumap },
  { "xdp.frags",                xdp,              A::xdp, frags },
  { "xdp",                      xdp,              A::xdp },
  { "perf_event",               perf_event,       unsaid },
  { "lwt_in",                   lwt_in,           unsaid },
  { "lwt_out",                  lwt_out,          unsaid },
  { "lwt_xmit",                 lwt_xmit,         unsaid },
  { "lwt_seg6local",            lwt_seg6local,    unsaid },
  { "sockops",                  sock_ops,         A::cgroup_sock_ops },
  { "sk_skb/stream_parser",     sk_skb,           A::sk_skb_stream_parser },
  { "sk_skb/stream_verdict",    sk_skb,           A::sk_skb_stream_verdict },
  { "sk_skb/verdict",           sk_skb,           A::sk_skb_verdict, Trait::plain, "1.5"_v },
  { "sk_skb",                   sk_skb,           unsaid },
  { "sk_msg",                   sk_msg,           A::sk_msg_verdict },
  { "lirc_mode2",               lirc_mode2,       A::lirc_mode2 },
  { "flow_dissector",           flow_dissector,   A::flow_dissector },
  { "cgroup_skb/ingress",       cgroup_skb,       A::cgroup_inet_ingress },
  { "cgroup_skb/egress",        cgroup_skb,       A::cgroup_inet_egress },
  { "cgroup/skb",               cgroup_skb,       unsaid },
  { "cgroup/sock_create",       cgroup_sock,      A::cgroup_inet_sock_create },
  { "cgroup/sock_release",      cgroup_sock,      A::cgroup_inet_sock_release },
  { "cgroup/sock",              cgroup_sock,      A::cgroup_inet_sock_create },
  { "cgroup/post_bind4",        cgroup_sock,      A::cgroup_inet4_post_bind },
  { "cgroup/post_bind6",        cgroup_sock,      A::cgroup_inet6_post_bind },
  { "cgroup/bind4",             cgroup_sock_addr, A::cgroup_inet4_bind },
  { "cgroup/bind6",             cgroup_sock_addr, A::cgroup_inet6_bind },
  { "cgroup/connect4",          cgroup_sock_addr, A::cgroup_inet4_connect },
  { "cgroup/connect6",          cgroup_sock_addr, A::cgroup_inet6_connect },
  { "cgroup/connect_unix",      cgroup_sock_addr, A::cgroup_unix_connect, Trait::plain, "1.3"_v },
  { "cgroup/sendmsg4",          cgroup_sock_addr, A::cgroup_udp4_sendmsg },
  { "cgroup/sendmsg6",          cgroup_sock_addr, A::cgroup_udp6_sendmsg },
  { "cgroup/sendmsg_unix",      cgroup_sock_addr, A::cgroup_unix_sendmsg, Trait::plain, "1.3"_v },
  { "cgroup/recvmsg4",          cgroup_sock_addr, A::cgroup_udp4_recvmsg },
  { "cgroup/recvmsg6",          cgroup_sock_addr, A::cgroup_udp6_recvmsg },
  { "cgroup/recvmsg_unix",      cgroup_sock_addr, A::cgroup_unix_recvmsg, Trait::plain, "1.3"_v },
  { "cgroup/getpeername4",      cgroup_sock_addr, A::cgroup_inet4_getpeername },
  { "cgroup/getpeername6",      cgroup_sock_addr, A::cgroup_inet6_getpeername },
  { "cgroup/getpeername_unix",  cgroup_sock_addr, A::cgroup_unix_getpeername, Trait::plain, "1.3"_v },
  { "cgroup/getsockname4",      cgroup_sock_addr, A::cgroup_inet4_getsockname },
  { "cgroup/getsockname6",      cgroup_sock_addr, A::cgroup_inet6_getsockname },
  { "cgroup/getsockname_unix",  cgroup_sock_addr, A::cgroup_unix_getsockname, Trait::plain, "1.3"_v },
  { "cgroup/sysctl",            cgroup_sysctl,    A::cgroup_sysctl },
  { "cgroup/getsockopt",        cgroup_sockopt,   A::cgroup_getsockopt },
  { "cgroup/setsockopt",        cgroup_sockopt,   A::cgroup_setsockopt },
  { "cgroup/dev",               cgroup_device,    A::cgroup_device },
  { "struct_ops+",              struct_ops,       unsaid },
  { "struct_ops.s+",            struct_ops,       unsaid, sleepable, "1.2"_v },
  { "sk_lookup",                sk_lookup,        A::sk_lookup },
  { "netfilter",                netfilter,        A::netfilter, Trait::plain, "1.3"_v },
};
// clang-format on

constexpr bool takes_more(std::string_view pattern) { return pattern.ends_with('+'); }
constexpr std::string_view word_of(std::string_view pattern) {
  if (takes_more(pattern)) pattern.remove_suffix(1);
  return pattern;
}
constexpr bool matches(std::string_view pattern, std::string_view name) {
  std::string_view w = word_of(pattern);
  if (!name.starts_with(w)) return false;
  return name.size() == w.size() || (takes_more(pattern) && name[w.size()] == '/');
}

consteval bool one_row_for_each_word() {
  for (const SectionRow& r : table) {
    int hits = 0;
    for (const SectionRow& other : table) hits += matches(other.pattern, word_of(r.pattern));
    if (hits != 1) return false;
  }
  return true;
}
static_assert(one_row_for_each_word());

}  // namespace

std::span<const SectionRow> sections() { return table; }

const SectionRow* section_row(std::string_view name) {
  for (const SectionRow& r : table)
    if (matches(r.pattern, name)) return &r;
  return nullptr;
}

std::optional<Section> section_by_name(std::string_view name) {
  bool autoload = !name.starts_with('?');
  if (!autoload) name.remove_prefix(1);
  const SectionRow* r = section_row(name);
  if (!r) return std::nullopt;
  std::string_view rest = name.substr(word_of(r->pattern).size());
  return Section{.row = r, .attach_to = rest.empty() ? rest : rest.substr(1), .autoload = autoload};
}

}  // namespace skep::facts
