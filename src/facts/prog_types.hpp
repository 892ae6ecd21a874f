// SPDX-License-Identifier: Apache-2.0
// Program types: what a program of each type is given, and what its answer means.
//
// Ids are the kernel's. `hook` is where the packet starts when a real hook runs the program, `test_run` where it
// starts in the kernel's BPF_PROG_TEST_RUN: a packet socket shows its filter the frame from the link header, a test
// run of the same filter hides those 14 bytes. `context` names the table of fields that r1 points to (contexts.hpp).
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <optional>

#include "base/error.hpp"
#include "facts/attach_types.hpp"
#include "facts/caps.hpp"
#include "facts/rows.hpp"
#include "facts/version.hpp"

namespace skep::facts {

// What r1 points to. Names are those of Linux's structures, without underscores in front.
enum class Context : uint8_t {
  none,
  sk_buff,
  xdp_md,
  pt_regs,
  tracepoint_args,
  perf_event_data,
  raw_tracepoint_args,
  raw_tracepoint_writable_args,
  btf_args,  // u64 arguments, typed by BTF
  sock,
  sock_addr,
  sock_ops,
  sockopt,
  sysctl,
  cgroup_dev,
  sk_msg_md,
  sk_reuseport_md,
  sk_lookup,
  lirc_sample,
  syscall_buffer,
  nf_ctx,
};

// Where a packet starts; `absent` where there is none.
enum class Packet : uint8_t { absent, link, network, payload };
// Where the packet starts in BPF_PROG_TEST_RUN; `context` where it takes a context and no packet.
enum class TestRun : uint8_t { unsupported, link, network, context };
// What r0 means (verdicts.hpp names the values).
enum class Verdicts : uint8_t { number, filter, tc, xdp, lwt, allow, sk, netfilter };

// What a program of the type may do with packet pointers. Reading through one is allowed wherever a context field or
// a helper function gives one.
enum class Packets : uint8_t {
  closed,    // neither written nor given to helper functions: "cannot write into packet"
  readable,  // given to helper functions that take packets
  writable,  // that, and written
  anything,  // written, and given to every helper function
};
// Whether programs are loaded with the sleepable flag.
enum class Sleeps : uint8_t { never, may, must };
// Whether frames of this type's programs get a stack of their own where the JIT can; stack depth is then asked of each
// frame alone. `on_request`: where the structure of operations asks for it.
enum class PrivateStack : uint8_t { never, always, on_request };
// What a program names as its attach_btf_id: nothing, a function or tracepoint of the kernel, a structure of
// operations, or a function of another program.
enum class NamesTarget : uint8_t { nothing, function, operations, program };

// Rare facts of a program type.
struct ProgTypeFacts {
  Packets packets = Packets::closed;
  AttachTypes attach = {};           // expected_attach_type at load; empty: every number is taken, to begin with
  AttachTypes hooks = {};            // those that verification goes on with, after the program is taken; empty: all
  AttachType unsaid_means = unsaid;  // what 0 stands for
  std::optional<Cap> needs = {};     // besides Cap::bpf
  std::optional<Cap> needs_too = {};
  bool unprivileged = false;  // loads without Cap::bpf, where the machine allows that at all
  bool ld_abs = false;        // BPF_LD_ABS, BPF_LD_IND
  Sleeps sleeps = Sleeps::never;
  AttachTypes sleeps_at = {};  // the only attach types that may; empty: all
  PrivateStack private_stack = PrivateStack::never;
  AttachTypes private_stack_at = {};  // the only attach types that have one; empty: all
  NamesTarget names = NamesTarget::nothing;
  bool gpl_only = false;   // whatever it calls
  bool extendable = true;  // freplace may put a program in the place of one of its functions
};

// Sets of attach types that the rows speak about.
namespace attach_sets {
using enum AttachType;
inline constexpr AttachTypes cgroup_skb{cgroup_inet_ingress, cgroup_inet_egress},
    cgroup_sock{unsaid, cgroup_inet_sock_create, cgroup_inet_sock_release, cgroup_inet4_post_bind,
                cgroup_inet6_post_bind},
    sock_addr_recv{cgroup_udp4_recvmsg,      cgroup_udp6_recvmsg,      cgroup_unix_recvmsg,
                   cgroup_inet4_getpeername, cgroup_inet6_getpeername, cgroup_unix_getpeername,
                   cgroup_inet4_getsockname, cgroup_inet6_getsockname, cgroup_unix_getsockname},
    sock_addr_bind{cgroup_inet4_bind, cgroup_inet6_bind},
    sock_addr =
        sock_addr_recv | sock_addr_bind | AttachTypes{cgroup_inet4_connect, cgroup_inet6_connect, cgroup_unix_connect,
                                                      cgroup_udp4_sendmsg,  cgroup_udp6_sendmsg,  cgroup_unix_sendmsg},
    sockopt{cgroup_getsockopt, cgroup_setsockopt},
    reuseport{unsaid, sk_reuseport_select, sk_reuseport_select_or_migrate}, lookup{sk_lookup},
    netfilter_only{netfilter}, none{unsaid},
    tracing{trace_raw_tp, trace_fentry, trace_fexit, modify_return, trace_iter},
    tracing_asleep{trace_fentry, trace_fexit, modify_return, trace_iter},
    tracing_recursive{trace_raw_tp, trace_fentry, trace_fexit, modify_return},
    lsm{lsm_mac, lsm_cgroup, trace_fentry, trace_fexit};
}  // namespace attach_sets

// clang-format off
//    name                     id  since   r1                   packet   test run      r0
#define SKEP_PROG_TYPES(X) \
  X(  unspec,                   0, "3.18", none,                absent,  unsupported,  number    ) \
  X(  socket_filter,            1, "3.19", sk_buff,             link,    network,      filter, \
      .unprivileged = true, .ld_abs = true ) \
  X(  kprobe,                   2, "4.1",  pt_regs,             absent,  unsupported,  number, \
      .needs = Cap::perfmon, .sleeps = Sleeps::may, .private_stack = PrivateStack::always ) \
  X(  sched_cls,                3, "4.1",  sk_buff,             link,    link,         tc, \
      .packets = Packets::writable, .needs = Cap::net_admin, .ld_abs = true ) \
  X(  sched_act,                4, "4.1",  sk_buff,             link,    link,         tc, \
      .packets = Packets::writable, .needs = Cap::net_admin, .ld_abs = true ) \
  X(  tracepoint,               5, "4.7",  tracepoint_args,     absent,  unsupported,  number, \
      .needs = Cap::perfmon, .private_stack = PrivateStack::always ) \
  X(  xdp,                      6, "4.8",  xdp_md,              link,    link,         xdp, \
      .packets = Packets::writable, .needs = Cap::net_admin ) \
  X(  perf_event,               7, "4.9",  perf_event_data,     absent,  unsupported,  number, \
      .needs = Cap::perfmon, .private_stack = PrivateStack::always ) \
  X(  cgroup_skb,               8, "4.10", sk_buff,             network, network,      allow, \
      .packets = Packets::readable, .attach = attach_sets::cgroup_skb, .unprivileged = true ) \
  X(  cgroup_sock,              9, "4.10", sock,                absent,  unsupported,  allow, \
      .attach = attach_sets::cgroup_sock, .unsaid_means = AttachType::cgroup_inet_sock_create, .needs = Cap::net_admin ) \
  X(  lwt_in,                  10, "4.10", sk_buff,             network, network,      lwt, \
      .packets = Packets::readable, .needs = Cap::net_admin ) \
  X(  lwt_out,                 11, "4.10", sk_buff,             network, network,      lwt, \
      .packets = Packets::readable, .needs = Cap::net_admin ) \
  X(  lwt_xmit,                12, "4.10", sk_buff,             network, network,      lwt, \
      .packets = Packets::writable, .needs = Cap::net_admin ) \
  X(  sock_ops,                13, "4.13", sock_ops,            absent,  unsupported,  number, \
      .needs = Cap::net_admin ) \
  X(  sk_skb,                  14, "4.14", sk_buff,             payload, unsupported,  sk, \
      .packets = Packets::writable, .needs = Cap::net_admin ) \
  X(  cgroup_device,           15, "4.15", cgroup_dev,          absent,  unsupported,  allow, \
      .needs = Cap::net_admin ) \
  X(  sk_msg,                  16, "4.17", sk_msg_md,           payload, unsupported,  sk, \
      .packets = Packets::writable, .needs = Cap::net_admin ) \
  X(  raw_tracepoint,          17, "4.17", raw_tracepoint_args, absent,  context,      number, \
      .needs = Cap::perfmon, .private_stack = PrivateStack::always ) \
  X(  cgroup_sock_addr,        18, "4.17", sock_addr,           absent,  unsupported,  allow, \
      .attach = attach_sets::sock_addr, .needs = Cap::net_admin ) \
  X(  lwt_seg6local,           19, "4.18", sk_buff,             network, unsupported,  lwt, \
      .packets = Packets::readable, .needs = Cap::net_admin ) \
  X(  lirc_mode2,              20, "4.18", lirc_sample,         absent,  unsupported,  number    ) \
  X(  sk_reuseport,            21, "4.19", sk_reuseport_md,     payload, unsupported,  sk, \
      .packets = Packets::readable, .attach = attach_sets::reuseport, .unsaid_means = AttachType::sk_reuseport_select ) \
  X(  flow_dissector,          22, "4.20", sk_buff,             link,    link,         number, \
      .packets = Packets::readable, .needs = Cap::net_admin ) \
  X(  cgroup_sysctl,           23, "5.2",  sysctl,              absent,  unsupported,  allow, \
      .needs = Cap::net_admin ) \
  X(  raw_tracepoint_writable, 24, "5.2",  raw_tracepoint_writable_args, absent,  context,      number, \
      .needs = Cap::perfmon ) \
  X(  cgroup_sockopt,          25, "5.3",  sockopt,             absent,  unsupported,  allow, \
      .packets = Packets::anything, .attach = attach_sets::sockopt, .needs = Cap::net_admin ) \
  X(  tracing,                 26, "5.5",  btf_args,            absent,  context,      number, \
      .hooks = attach_sets::tracing, .needs = Cap::perfmon, .sleeps = Sleeps::may, .sleeps_at = attach_sets::tracing_asleep, .private_stack = PrivateStack::always, .private_stack_at = attach_sets::tracing_recursive, .names = NamesTarget::function ) \
  X(  struct_ops,              27, "5.6",  btf_args,            absent,  context,      number, \
      .needs = Cap::perfmon, .sleeps = Sleeps::may, .private_stack = PrivateStack::on_request, .names = NamesTarget::operations, .gpl_only = true ) \
  X(  ext,                     28, "5.6",  btf_args,            absent,  unsupported,  number, \
      .attach = attach_sets::none, .needs = Cap::net_admin, .needs_too = Cap::perfmon, .names = NamesTarget::program, .extendable = false ) \
  X(  lsm,                     29, "5.7",  btf_args,            absent,  unsupported,  number, \
      .hooks = attach_sets::lsm, .needs = Cap::perfmon, .sleeps = Sleeps::may, .names = NamesTarget::function, .gpl_only = true ) \
  X(  sk_lookup,               30, "5.9",  sk_lookup,           absent,  context,      sk, \
      .attach = attach_sets::lookup ) \
  X(  syscall,                 31, "5.14", syscall_buffer,      absent,  context,      number, \
      .attach = attach_sets::none, .sleeps = Sleeps::must ) \
  X(  netfilter,               32, "6.4",  nf_ctx,              network, network,      netfilter, \
      .attach = attach_sets::netfilter_only, .needs = Cap::net_admin )
// clang-format on

enum class ProgType : uint8_t {
#define X(name, id, ...) name = id,
  SKEP_PROG_TYPES(X)
#undef X
};

struct ProgTypeRow {
  ProgType id;
  std::string_view name;
  Version since;
  Context context;
  Packet packet;
  TestRun test_run;
  Verdicts verdicts;
  ProgTypeFacts rare = {};
};

inline constexpr ProgTypeRow prog_types[] = {
#define X(name, id, since, context, packet, test_run, verdicts, ...)        \
  {ProgType::name, word(#name),       since##_v,          Context::context, \
   Packet::packet, TestRun::test_run, Verdicts::verdicts, {__VA_ARGS__}},
    SKEP_PROG_TYPES(X)
#undef X
};
static_assert(complete(prog_types) && names_are_unique(prog_types));

constexpr const ProgTypeRow& row(ProgType t) { return prog_types[static_cast<std::size_t>(t)]; }
constexpr std::string_view name(ProgType t) { return row(t).name; }
inline Value to_value(ProgType t) { return std::string(name(t)); }

// Nothing for a number Linux 6.18 does not have.
constexpr std::optional<ProgType> prog_type_by_id(uint64_t id) {
  if (id >= std::size(prog_types)) return std::nullopt;
  return static_cast<ProgType>(id);
}
// By Linux's name, as `sched_cls`; an unknown name is an error that says which is near.
Result<ProgType> prog_type_by_name(std::string_view name);

using ProgTypes = Set<ProgType>;
constexpr ProgTypes every_one(ProgType) {
  ProgTypes all;
  for (const ProgTypeRow& r : prog_types)
    if (r.id != ProgType::unspec) all = all | ProgTypes{r.id};
  return all;
}

// What Linux takes an attach type for.
constexpr AttachType effective_attach(ProgType t, AttachType a) { return a == unsaid ? row(t).rare.unsaid_means : a; }
// Whether a program of this type loads with this expected_attach_type; EINVAL without a log otherwise.
constexpr bool takes_attach(ProgType t, AttachType a) {
  const AttachTypes& taken = row(t).rare.attach;
  return taken.empty() || taken.has(a);
}
// Whether a program of this type may be loaded as sleepable. A function attached to may refuse that still: fmod_ret's
// that are not marked, LSM hooks (functions.hpp). "may": tracing, lsm, uprobes, iterators, struct_ops.
constexpr bool may_sleep(ProgType t, AttachType a) {
  const ProgTypeFacts& f = row(t).rare;
  return f.sleeps != Sleeps::never && (f.sleeps_at.empty() || f.sleeps_at.has(a));
}
constexpr bool has_private_stack(ProgType t, AttachType a) {
  const ProgTypeFacts& f = row(t).rare;
  return f.private_stack == PrivateStack::always && (f.private_stack_at.empty() || f.private_stack_at.has(a));
}
// Whether these capabilities load a program of this type.
constexpr bool may_load(ProgType t, Caps caps) {
  const ProgTypeFacts& f = row(t).rare;
  auto holds = [&](std::optional<Cap> c) { return !c || caps.allows(*c); };
  return (caps.allows(Cap::bpf) || f.unprivileged) && holds(f.needs) && holds(f.needs_too);
}

}  // namespace skep::facts
