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
#include "facts/caps.hpp"
#include "facts/map_types.hpp"
#include "facts/prog_types.hpp"
#include "facts/uapi.hpp"
#include "isa/insn.hpp"

namespace skep::facts::grade {

using isa::make_insn;
using Code = std::vector<isa::Insn>;

// The beginnings of bpf(2)'s attributes for commands 0 and 5, as the kernel lays them out.
struct MapCreate {
  uint32_t type, key_size, value_size, max_entries, flags, inner_map_fd = 0, numa_node = 0;
  char name[16] = {};
  uint32_t ifindex = 0, btf_fd = 0, btf_key_type_id = 0, btf_value_type_id = 0, btf_vmlinux_value_type_id = 0;
  uint64_t map_extra = 0;
};
struct ProgLoad {
  uint32_t type, insn_count;
  uint64_t insns, license;
  uint32_t log_level, log_size;
  uint64_t log;
  uint32_t kern_version, flags;
  char name[16];
  uint32_t ifindex, expected_attach_type, btf_fd, func_info_size;
  uint64_t func_info;
  uint32_t func_info_count, line_info_size;
  uint64_t line_info;
  uint32_t line_info_count, attach_btf_id;
};

template <class Attr>
int bpf(int command, Attr& attr) {
  return static_cast<int>(syscall(SYS_bpf, command, &attr, sizeof attr));
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
  static char log[1 << 16];
  ProgLoad a{};
  a.type = static_cast<uint32_t>(l.type);
  a.expected_attach_type = static_cast<uint32_t>(l.attach);
  a.insns = reinterpret_cast<uint64_t>(l.code.data());
  a.insn_count = static_cast<uint32_t>(l.code.size());
  a.license = reinterpret_cast<uint64_t>(l.license);
  a.flags = l.flags.value_or(row(l.type).rare.sleeps == Sleeps::must ? prog_flag::sleepable : 0);
  a.attach_btf_id = l.attach_btf_id;
  log[0] = '\0';
  if (l.log_level != 0) a.log_level = l.log_level, a.log_size = sizeof log, a.log = reinterpret_cast<uint64_t>(log);
  int fd = bpf(5, a);
  int error = fd < 0 ? errno : 0;
  if (fd >= 0) close(fd);
  return {error, log};
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
