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

// A call whose arguments are what the columns ask for. `map` is a descriptor.
Code call_as_the_columns_say(const Helper& h, int map) {
  Code c{copy(6, 1)};
  for (int16_t slot = -16; slot < 0; slot = static_cast<int16_t>(slot + 8))
    c.push_back(make_insn(0x7a, 10, 0, slot, 0));
  for (uint8_t reg = 1; reg <= 5; ++reg) {
    auto stack = [&](int32_t offset) { c.push_back(copy(reg, 10)), c.push_back(make_insn(0x07, reg, 0, 0, offset)); };
    switch (h.args[reg - 1U]) {
      case Arg::none:
      case Arg::vararg: break;
      case Arg::scalar: c.push_back(mov(reg, 0)); break;
      case Arg::ctx: c.push_back(copy(reg, 6)); break;
      case Arg::const_map_ptr:
        c.push_back(make_insn(0x18, reg, 1, 0, map));
        c.push_back({});
        break;
      case Arg::map_key:
      case Arg::map_value:
      case Arg::mem:
      case Arg::uninit_mem: stack(-16); break;
      case Arg::mem_or_null: c.push_back(mov(reg, 0)); break;
      case Arg::size: c.push_back(mov(reg, 8)); break;
      case Arg::size_or_zero: c.push_back(mov(reg, 0)); break;
    }
  }
  c.push_back(call(h.id));
  return c;
}

class GradedHelpers : public Graded {
 protected:
  // Fresh for each program: the first one to use a prog_array decides which types may come after it.
  static Fd map_for(const Helper& h) {
    bool programs = h.name == "tail_call";
    MapCreate a{static_cast<uint32_t>(programs ? MapType::prog_array : MapType::array), 4, programs ? 4U : 8U, 1, 0};
    return Fd(bpf(0, a));
  }
  static Code whole_call(const Helper& h, const Fd& map) {
    Code c = call_as_the_columns_say(h, map.get());
    c.push_back(mov(0, 0));
    c.push_back(leave);
    return c;
  }
};

TEST_F(GradedHelpers, AreCalledWhereTheirGroupSays) {
  for (const ProgTypeRow& r : prog_types) {
    if (r.id == ProgType::unspec || !loads_when_empty(r.id)) continue;
    for (const Helper& h : helpers())
      if (h.returns != Ret::unknown) {
        Fd map = map_for(h);
        int error = load_error(r.id, attach_for(r.id), whole_call(h, map));
        bool prog_array_asleep = h.name == "tail_call" && r.id == ProgType::syscall;  // sleepable programs have none
        EXPECT_EQ(error == 0, types(h.where).has(r.id) && !prog_array_asleep)
            << h.name << " in " << r.name << ": " << std::strerror(error);
      }
  }
}

TEST_F(GradedHelpers, NeedALicenceWhereTheyAreGplOnly) {
  for (const Helper& h : helpers())
    for (ProgType t : {ProgType::xdp, ProgType::sched_cls})
      if (h.returns != Ret::unknown && types(h.where).has(t)) {
        Fd map = map_for(h);
        EXPECT_EQ(load_error(t, unsaid, whole_call(h, map), "MIT") != 0, h.rare.gpl_only) << h.name;
      }
}

// r0 after the call: an integer may be shifted, nothing may not even be read, a pointer may not be shifted.
TEST_F(GradedHelpers, ReturnWhatTheColumnSays) {
  for (const Helper& h : helpers())
    for (ProgType t : {ProgType::xdp, ProgType::sched_cls}) {
      if (h.returns == Ret::unknown || !types(h.where).has(t)) continue;
      Fd map = map_for(h);
      Code shift = call_as_the_columns_say(h, map.get()), test = shift;
      for (isa::Insn i : {make_insn(0x67, 0, 0, 0, 1), mov(0, 0), leave}) shift.push_back(i);
      for (isa::Insn i : {make_insn(0x15, 0, 0, 1, 0), make_insn(0x79, 0, 0, 0, 0), mov(0, 0), leave})
        test.push_back(i);
      EXPECT_EQ(load_error(t, unsaid, shift) == 0, h.returns == Ret::integer) << h.name;
      EXPECT_EQ(load_error(t, unsaid, test) == 0, h.returns == Ret::map_value_or_null) << h.name;
    }
}

TEST_F(GradedHelpers, KillPacketPointersWhereTheyMoveThePacket) {
  for (const Helper& h : helpers())
    for (ProgType t : {ProgType::xdp, ProgType::sched_cls}) {
      if (h.returns == Ret::unknown || !types(h.where).has(t)) continue;
      int16_t data = t == ProgType::xdp ? 0 : 76;
      Fd map = map_for(h);
      Code body = call_as_the_columns_say(h, map.get());
      body.push_back(make_insn(0x71, 0, 7, 0, 0));  // r0 = *(u8 *)(r7 + 0)
      Code c{make_insn(0x61, 7, 1, data, 0), make_insn(0x61, 8, 1, static_cast<int16_t>(data + 4), 0), copy(9, 7),
             make_insn(0x07, 9, 0, 0, 1), make_insn(0x2d, 9, 8, static_cast<int16_t>(body.size()), 0)};
      c.insert(c.end(), body.begin(), body.end());
      c.push_back(mov(0, 0));
      c.push_back(leave);
      EXPECT_EQ(load_error(t, unsaid, c) != 0, h.rare.moves_packet) << h.name;
    }
}

}  // namespace
}  // namespace skep::facts
