// SPDX-License-Identifier: Apache-2.0
// The tables, graded by the kernel of this machine: each answer of ours becomes a program of a few instructions, and
// the kernel says whether it would have answered the same. In both directions: what we allow it must load, what we
// refuse it must refuse. Skipped, with the errno, only where bpf(2) cannot load an empty XDP program. The tables are
// Linux 6.18's: another kernel is asked the same, and where it differs the failure names it. A program type that this
// kernel cannot load even when empty (config) is left out and printed.
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "base/file.hpp"
#include "facts/attach_types.hpp"
#include "facts/contexts.hpp"
#include "facts/helpers.hpp"
#include "facts/map_types.hpp"
#include "facts/uapi.hpp"
#include "isa/insn.hpp"

namespace skep::facts {
namespace {

using isa::make_insn;
using Code = std::vector<isa::Insn>;

// The beginnings of bpf(2)'s attributes for commands 0 and 5, as the kernel lays them out.
struct MapCreate {
  uint32_t type, key_size, value_size, max_entries, flags;
};
struct ProgLoad {
  uint32_t type, insn_count;
  uint64_t insns, license;
  uint32_t log_level, log_size;
  uint64_t log;
  uint32_t kern_version, flags;
  char name[16];
  uint32_t ifindex, expected_attach_type;
};

template <class Attr>
int bpf(int command, Attr& attr) {
  return static_cast<int>(syscall(SYS_bpf, command, &attr, sizeof attr));
}

// 0 or the errno.
int load_error(ProgType type, AttachType attach, const Code& code, const char* license = "GPL") {
  ProgLoad a{};
  a.type = static_cast<uint32_t>(type);
  a.expected_attach_type = static_cast<uint32_t>(attach);
  a.insns = reinterpret_cast<uint64_t>(code.data());
  a.insn_count = static_cast<uint32_t>(code.size());
  a.license = reinterpret_cast<uint64_t>(license);
  a.flags = type == ProgType::syscall ? prog_flag::sleepable : 0;
  int fd = bpf(5, a);
  if (fd < 0) return errno;
  close(fd);
  return 0;
}

isa::Insn mov(uint8_t dst, int32_t imm) { return make_insn(0xb7, dst, 0, 0, imm); }
isa::Insn copy(uint8_t dst, uint8_t src) { return make_insn(0xbf, dst, src, 0, 0); }
isa::Insn call(int32_t helper) { return make_insn(0x85, 0, 0, 0, helper); }
constexpr isa::Insn leave = make_insn(0x95, 0, 0, 0, 0);

// The attach type to ask with, for types that cannot do without one; for XDP the one that opens every field.
AttachType attach_for(ProgType t) {
  if (t == ProgType::xdp) return AttachType::xdp_devmap;
  if (t == ProgType::flow_dissector) return AttachType::flow_dissector;
  if (t == ProgType::cgroup_sock_addr) return AttachType::cgroup_inet4_bind;
  if (t == ProgType::cgroup_sockopt) return AttachType::cgroup_getsockopt;
  if (t == ProgType::sk_lookup) return AttachType::sk_lookup;
  if (t == ProgType::netfilter) return AttachType::netfilter;
  return unsaid;
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

TEST_F(Graded, EveryContextAccess) {
  constexpr uint8_t ldx = 0x61, ldsx = 0x81, stx = 0x63;                // RFC 9669 section 5
  constexpr uint8_t width[] = {0, 0x10, 0x08, 0, 0x00, 0, 0, 0, 0x18};  // size bits of a load or store, by bytes
  unsigned asked = 0;
  for (const ProgTypeRow& r : prog_types) {
    if (fields(r.context).empty() || !loads_when_empty(r.id)) continue;
    for (unsigned size : {1U, 2U, 4U, 8U})
      for (int16_t at = -8; at < 208; ++at)
        for (Access access : {Access::read, Access::read_sign_extended, Access::write}) {
          if (access == Access::read_sign_extended && size == 8) continue;  // there is no such instruction
          auto w = width[size];
          isa::Insn i = access == Access::write  ? make_insn(stx | w, 1, 2, at, 0)
                        : access == Access::read ? make_insn(ldx | w, 2, 1, at, 0)
                                                 : make_insn(ldsx | w, 2, 1, at, 0);
          int error = load_error(r.id, attach_for(r.id), {mov(2, 0), i, mov(0, 0), leave});
          EXPECT_EQ(error == 0, access_field(r.id, at, size, access).has_value())
              << r.name << (access == Access::write ? " writes " : " reads ") << size << " bytes at " << at
              << (access == Access::read_sign_extended ? " with sign" : "") << ": " << std::strerror(error);
          ++asked;
        }
  }
  EXPECT_GT(asked, 10000U);
}

// What the verifier says last about a call with nothing but the context in r1.
std::string answer(ProgType type, AttachType attach, uint16_t helper) {
  static char log[1 << 16];
  Code code{copy(6, 1), call(helper), mov(0, 0), leave};
  ProgLoad a{};
  a.type = static_cast<uint32_t>(type);
  a.expected_attach_type = static_cast<uint32_t>(attach);
  a.insns = reinterpret_cast<uint64_t>(code.data());
  a.insn_count = static_cast<uint32_t>(code.size());
  a.license = reinterpret_cast<uint64_t>("GPL");
  a.flags = type == ProgType::syscall ? prog_flag::sleepable : 0;
  a.log = reinterpret_cast<uint64_t>(log);
  a.log_level = 1;
  a.log_size = sizeof log;
  log[0] = 0;
  if (int fd = bpf(5, a); fd >= 0) close(fd);
  return log;
}

bool loads(ProgType type, AttachType attach) {
  return load_error(type, attach, {mov(0, 0), leave}) == 0 || load_error(type, attach, {mov(0, 1), leave}) == 0;
}

bool has_rule(const Helper& h, ProgType type) {
  return std::ranges::any_of(
      call_rules(), [&](const CallRule& r) { return std::ranges::count(r.helpers, h.id) != 0 && r.types.has(type); });
}

// Every helper, every program type, every attach type that the type is loaded with; where that is any of them, only the
// helpers that have a rule are asked with each.
TEST_F(Graded, HelpersAreThereWhereTheTableSays) {
  unsigned asked = 0;
  for (const ProgTypeRow& r : prog_types) {
    AttachTypes at;
    for (const AttachTypeRow& a : attach_types)
      if (loads(r.id, a.id)) at = at | AttachTypes{a.id};
    for (const AttachTypeRow& a : attach_types)
      for (const Helper& h : helpers()) {
        if (!at.has(a.id) || h.name == "probe_write_user" || h.name == "override_return") continue;  // not allowed here
        if (at == AttachTypes::all() && a.id != unsaid && !has_rule(h, r.id)) continue;
        const CallRule* rule = refused_by_attach(h.id, r.id, a.id, {});
        bool ours = prototype(h.id, r.id) != nullptr && (rule == nullptr || rule->otherwise != Refusal::unknown);
        std::string said = answer(r.id, a.id, h.id);
        EXPECT_EQ(ours, said.find("program of this type cannot use helper") == said.npos)
            << h.name << " in " << r.name << " at " << a.name << ": " << said;
        ++asked;
      }
  }
  EXPECT_GT(asked, 10000U);
}

}  // namespace
}  // namespace skep::facts
