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

// clang-format off
//    name                     id  since   r1                   packet   test run      r0
#define SKEP_PROG_TYPES(X) \
  X(  unspec,                   0, "3.18", none,                absent,  unsupported,  number    ) \
  X(  socket_filter,            1, "3.19", sk_buff,             link,    network,      filter    ) \
  X(  kprobe,                   2, "4.1",  pt_regs,             absent,  unsupported,  number    ) \
  X(  sched_cls,                3, "4.1",  sk_buff,             link,    link,         tc        ) \
  X(  sched_act,                4, "4.1",  sk_buff,             link,    link,         tc        ) \
  X(  tracepoint,               5, "4.7",  tracepoint_args,     absent,  unsupported,  number    ) \
  X(  xdp,                      6, "4.8",  xdp_md,              link,    link,         xdp       ) \
  X(  perf_event,               7, "4.9",  perf_event_data,     absent,  unsupported,  number    ) \
  X(  cgroup_skb,               8, "4.10", sk_buff,             network, network,      allow     ) \
  X(  cgroup_sock,              9, "4.10", sock,                absent,  unsupported,  allow     ) \
  X(  lwt_in,                  10, "4.10", sk_buff,             network, network,      lwt       ) \
  X(  lwt_out,                 11, "4.10", sk_buff,             network, network,      lwt       ) \
  X(  lwt_xmit,                12, "4.10", sk_buff,             network, network,      lwt       ) \
  X(  sock_ops,                13, "4.13", sock_ops,            absent,  unsupported,  number    ) \
  X(  sk_skb,                  14, "4.14", sk_buff,             payload, unsupported,  sk        ) \
  X(  cgroup_device,           15, "4.15", cgroup_dev,          absent,  unsupported,  allow     ) \
  X(  sk_msg,                  16, "4.17", sk_msg_md,           payload, unsupported,  sk        ) \
  X(  raw_tracepoint,          17, "4.17", raw_tracepoint_args, absent,  context,      number    ) \
  X(  cgroup_sock_addr,        18, "4.17", sock_addr,           absent,  unsupported,  allow     ) \
  X(  lwt_seg6local,           19, "4.18", sk_buff,             network, unsupported,  lwt       ) \
  X(  lirc_mode2,              20, "4.18", lirc_sample,         absent,  unsupported,  number    ) \
  X(  sk_reuseport,            21, "4.19", sk_reuseport_md,     payload, unsupported,  sk        ) \
  X(  flow_dissector,          22, "4.20", sk_buff,             link,    link,         number    ) \
  X(  cgroup_sysctl,           23, "5.2",  sysctl,              absent,  unsupported,  allow     ) \
  X(  raw_tracepoint_writable, 24, "5.2",  raw_tracepoint_args, absent,  context,      number    ) \
  X(  cgroup_sockopt,          25, "5.3",  sockopt,             absent,  unsupported,  allow     ) \
  X(  tracing,                 26, "5.5",  btf_args,            absent,  context,      number    ) \
  X(  struct_ops,              27, "5.6",  btf_args,            absent,  context,      number    ) \
  X(  ext,                     28, "5.6",  btf_args,            absent,  unsupported,  number    ) \
  X(  lsm,                     29, "5.7",  btf_args,            absent,  unsupported,  number    ) \
  X(  sk_lookup,               30, "5.9",  sk_lookup,           absent,  context,      sk        ) \
  X(  syscall,                 31, "5.14", syscall_buffer,      absent,  context,      number    ) \
  X(  netfilter,               32, "6.4",  nf_ctx,              network, network,      netfilter )
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
};

inline constexpr ProgTypeRow prog_types[] = {
#define X(name, id, since, context, packet, test_run, verdicts) \
  {ProgType::name, word(#name), since##_v, Context::context, Packet::packet, TestRun::test_run, Verdicts::verdicts},
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

// A set of program types. A group that several rows share has a name in the tables that use it.
class ProgTypes {
 public:
  constexpr ProgTypes() = default;
  constexpr ProgTypes(std::initializer_list<ProgType> types) {
    for (ProgType t : types) bits_ |= bit(t);
  }
  static constexpr ProgTypes all() {
    ProgTypes s;
    for (const ProgTypeRow& r : prog_types)
      if (r.id != ProgType::unspec) s.bits_ |= bit(r.id);
    return s;
  }
  constexpr bool has(ProgType t) const { return (bits_ & bit(t)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr ProgTypes operator|(ProgTypes other) const { return ProgTypes(bits_ | other.bits_); }
  constexpr ProgTypes without(ProgTypes other) const { return ProgTypes(bits_ & ~other.bits_); }
  constexpr bool operator==(const ProgTypes&) const = default;

 private:
  explicit constexpr ProgTypes(uint64_t bits) : bits_(bits) {}
  static constexpr uint64_t bit(ProgType t) { return uint64_t{1} << static_cast<unsigned>(t); }
  uint64_t bits_ = 0;
};

}  // namespace skep::facts
