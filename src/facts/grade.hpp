// SPDX-License-Identifier: Apache-2.0
// What grading has in common: a few instructions go through bpf(2), and the answer is compared with the tables.
#pragma once

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "btf/types.hpp"
#include "facts/caps.hpp"
#include "facts/map_types.hpp"
#include "facts/prog_types.hpp"
#include "facts/uapi.hpp"
#include "isa/insn.hpp"
#include "sys/bpf.hpp"

namespace skep::facts::grade {

using isa::make_insn;
using Code = std::vector<isa::Insn>;

// The kernel's tracepoints, by the types of their functions, of which the first parameter is the tracepoint's own.
struct Tracepoint {
  btf::TypeId id;
  std::string_view type_name, name;
  btf::Type prototype;
};
inline std::vector<Tracepoint> tracepoints(const btf::Btf& types) {
  constexpr std::string_view prefix = "btf_trace_";
  std::vector<Tracepoint> all;
  for (btf::TypeId id = 1; id < types.count(); ++id) {
    const btf::Type t = types.type(id);
    if (t.kind != btf::Kind::typedef_ || !t.name.starts_with(prefix)) continue;
    all.push_back({id, t.name, t.name.substr(prefix.size()), types.resolve(types.resolve(id).size_or_type)});
  }
  return all;
}

struct Load {
  ProgType type;
  AttachType attach;
  const Code& code;
  const char* license = "GPL";
  std::optional<uint32_t> flags = {};  // unless said, those that the type cannot do without
  uint32_t log_level = 0, attach_btf_id = 0;
};
struct Loaded {
  int error;  // 0 or the errno
  std::string log;
};
inline Loaded load(const Load& l) {
  const auto loaded =
      sys::load_program({.type = static_cast<uint32_t>(l.type),
                         .attach_type = static_cast<uint32_t>(l.attach),
                         .flags = l.flags.value_or(row(l.type).rare.sleeps == Sleeps::must ? prog_flag::sleepable : 0),
                         .insns = l.code,
                         .license = l.license,
                         .log_level = l.log_level,
                         .attach_btf_id = l.attach_btf_id});
  return {-loaded.err, loaded.log};
}
// No descriptor where the kernel refuses; errno says why.
inline Fd make_map(const sys::MapSpec& spec) {
  auto map = sys::Map::create(spec);
  errno = map ? 0 : -map.error();
  return map ? std::move(*map).take() : Fd();
}
inline int load_error(ProgType type, AttachType attach, const Code& code, const char* license = "GPL") {
  return load({.type = type, .attach = attach, .code = code, .license = license}).error;
}

inline isa::Insn mov(uint8_t dst, int32_t imm) { return make_insn(0xb7, dst, 0, 0, imm); }
inline isa::Insn copy(uint8_t dst, uint8_t src) { return make_insn(0xbf, dst, src, 0, 0); }
inline isa::Insn call(int32_t helper) { return make_insn(0x85, 0, 0, 0, helper); }
inline constexpr isa::Insn leave = make_insn(0x95, 0, 0, 0, 0);

// The attach type to ask with, for types that cannot do without one; for XDP the one that opens every field.
inline AttachType attach_for(ProgType t) {
  if (t == ProgType::xdp) return AttachType::xdp_devmap;
  if (t == ProgType::flow_dissector) return AttachType::flow_dissector;
  if (t == ProgType::cgroup_sock_addr) return AttachType::cgroup_inet4_bind;
  if (t == ProgType::cgroup_sockopt) return AttachType::cgroup_getsockopt;
  if (t == ProgType::sk_lookup) return AttachType::sk_lookup;
  if (t == ProgType::netfilter) return AttachType::netfilter;
  return unsaid;
}

// Sets the effective capabilities of this thread to these and those that BPF never asks.
inline void keep_only(Caps caps) {
  constexpr std::pair<Cap, unsigned> kernel[] = {{Cap::bpf, CAP_BPF},
                                                 {Cap::net_admin, CAP_NET_ADMIN},
                                                 {Cap::perfmon, CAP_PERFMON},
                                                 {Cap::sys_admin, CAP_SYS_ADMIN}};
  __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  ASSERT_EQ(syscall(SYS_capget, &head, data), 0);
  for (auto [ours, bit] : kernel)
    if (!caps.has(ours)) data[bit / 32].effective &= ~(1U << bit % 32);
  ASSERT_EQ(syscall(SYS_capset, &head, data), 0);
}

// Every attach type that changes something for programs of this type; `unsaid` where none does.
inline std::vector<AttachType> attach_types_of(ProgType t) {
  if (t == ProgType::xdp) return {unsaid, AttachType::xdp_devmap};
  std::vector<AttachType> all;
  for (const AttachTypeRow& r : attach_types)
    if (row(t).rare.attach.has(r.id)) all.push_back(r.id);
  return all.empty() ? std::vector{unsaid} : all;
}

class Graded : public testing::Test {
 protected:
  void SetUp() override {
    if (int e = load_error(ProgType::xdp, unsaid, {mov(0, 0), leave}))
      GTEST_SKIP() << "bpf(2) cannot load an empty XDP program: " << errno_text(e);
    utsname u{};
    uname(&u);
    graded_by_.emplace(__FILE__, __LINE__, std::string("the tables are Linux 6.18's, the kernel is ") + u.release);
  }
  static bool loads_when_empty(ProgType t) {
    if (load_error(t, attach_for(t), {mov(0, 0), leave}) == 0) return true;
    std::printf("not asked: %s, which this kernel does not load\n", std::string(name(t)).c_str());
    return false;
  }

 private:
  std::optional<testing::ScopedTrace> graded_by_;
};

}  // namespace skep::facts::grade
