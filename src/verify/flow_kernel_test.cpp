// SPDX-License-Identifier: Apache-2.0
// Structure as the running kernel judges it: the same verdict, errno and words for every small program over an
// alphabet of edges, and, where it gets that far, the same loops and live registers.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "facts/uapi.hpp"
#include "isa/assemble.hpp"
#include "isa/print.hpp"
#include "verify/flow.hpp"
#include "verify/kernel_asked.hpp"

namespace skep::verify {
namespace {

using isa::Insn;
using test::Kernel;
using test::Said;

// "  1   2: ..2345....", as Linux's log has a line of it without the instruction.
std::string line_of(const Flow& flow, uint32_t at) {
  std::string registers;
  for (unsigned r = 0; r < 10; ++r) registers += (flow.at[at].live >> r & 1) != 0 ? static_cast<char>('0' + r) : '.';
  const uint32_t loop = flow.at[at].loop;
  return fmt::format("{} {:3}: {}", loop != 0 ? fmt::format("{:3}", loop) : "   ", at, registers);
}

class AsksAboutFlow : public testing::Test {
 protected:
  void SetUp() override {
    if (!Kernel::is_6_18()) GTEST_SKIP() << "the kernel is not 6.18";
    prog_.type = facts::ProgType::socket_filter;
  }

  void compare(std::vector<Insn> insns) {
    prog_.insns = std::move(insns);
    const auto flow = analyse({.module = module_, .prog = prog_, .target = {}});
    const Said said = kernel_.ask(prog_.insns, prog_.type, 2);
    ++asked_;
    const bool walked = said.log.find("Live regs before insn:\n") != said.log.npos;
    if (!flow) {
      ++refused_;
      const std::string first = "\n" + std::string(said.log.substr(0, said.log.rfind("processed 0 insns")));
      const bool same = !walked && said.err == flow.error().error.row().err &&
                        first.ends_with("\n" + flow.error().error.kernel() + "\n");
      if (!same) complain(said, flow.error().error.text() + " | " + flow.error().error.kernel());
      return;
    }
    if (!walked) return complain(said, "nothing wrong");
    std::string_view rest = said.log.substr(said.log.find("Live regs before insn:\n") + 23);
    for (uint32_t at = 0; at < prog_.insns.size(); ++at) {
      if (flow->ops[at] == isa::Op::ld_imm64_high) continue;
      const std::string line = line_of(*flow, at);
      if (!rest.starts_with(line)) return complain(said, line);
      rest.remove_prefix(rest.find('\n') + 1);
    }
  }

  void complain(const Said& said, const std::string& ours) {
    if (++different_ > 10) return;
    ADD_FAILURE() << isa::print_program(prog_.insns) << "ours: " << ours << "\nkernel: " << said.err << "\n"
                  << said.log.substr(0, 3000);
  }

  Kernel kernel_;
  module::Module module_;
  module::ProgDef prog_;
  std::size_t asked_ = 0, refused_ = 0, different_ = 0;
};

const std::vector<Insn>& alphabet() {
  static const std::vector<Insn> all = [] {
    std::vector<Insn> insns;
    for (auto text : {"exit", "r0 = 0", "goto +0", "goto +1", "goto -1", "goto -2", "gotol +1", "if r0 == 0 goto +1",
                      "if r0 == 0 goto -2", "if r6 s> r7 goto +0", "call pc+0", "call pc+1", "call pc-2", "call 7",
                      "call 12", "r0 = *(u8 *)skb[0]", "may_goto +1", "r8 = *(u64 *)(r10 - 8)"})
      insns.push_back(isa::assemble(text)->insns.at(0));
    insns.push_back(isa::make_insn(0x18, 6, 0, 0, 0));    // the first half of a constant
    insns.push_back(isa::make_insn(0, 0, 0, 0, 0));       // its second
    insns.push_back(isa::make_insn(0x18, 6, 4, 0, 1));    // a function
    insns.push_back(isa::make_insn(0x18, 6, 7, 0, 0));    // no kind of constant
    insns.push_back(isa::make_insn(0xff, 0, 0, 0, 0));    // no operation
    insns.push_back(isa::make_insn(0x79, 1, 10, -8, 1));  // a load with an extra field
    insns.push_back(isa::make_insn(0xbf, 0, 11, 0, 0));   // r0 = r11
    insns.push_back(isa::make_insn(0xe5, 0, 1, 0, 0));    // no kind of conditional jump
    return insns;
  }();
  return all;
}

TEST_F(AsksAboutFlow, EveryProgramOfThreeInstructionsAndItsExit) {
  const auto& a = alphabet();
  for (const Insn& x : a) {
    compare({x});
    for (const Insn& y : a) {
      compare({x, y});
      for (const Insn& z : a) compare({x, y, z, a[0]});
    }
  }
  EXPECT_EQ(different_, 0u) << "of " << asked_ << " (" << refused_ << " refused)";
  std::printf("%zu programs, %zu refused\n", asked_, refused_);
}

TEST_F(AsksAboutFlow, EveryOpcode) {
  for (unsigned code = 0; code < 256; ++code)
    for (unsigned src : {0u, 1u, 5u})
      for (int32_t imm : {0, 1, 16, 0x51, 0xf1, 0x100, 0x110})
        compare({isa::make_insn(static_cast<uint8_t>(code), 3, static_cast<uint8_t>(src), 0, imm),
                 isa::make_insn(0xb7, 0, 0, 0, 0), isa::make_insn(0x95, 0, 0, 0, 0)});
  EXPECT_EQ(different_, 0u);
}

TEST_F(AsksAboutFlow, EveryHelperFromSomeProgramTypes) {
  using enum facts::ProgType;
  for (auto type : {socket_filter, kprobe, sched_cls, tracepoint, xdp, perf_event, cgroup_skb, lwt_in, lwt_xmit,
                    sock_ops, sk_skb, cgroup_device, sk_msg, raw_tracepoint, flow_dissector, sk_reuseport}) {
    prog_.type = type;
    for (int32_t id = 0; id < 215; ++id) {
      if (id == 36 || id == 58) continue;  // probe_write_user, override_return: machines may forbid them
      compare({isa::make_insn(0x85, 0, 0, 0, id), isa::make_insn(0x95, 0, 0, 0, 0)});
    }
  }
  EXPECT_EQ(different_, 0u) << "of " << asked_;
}

// With a checkpoint at every prune point (facts::prog_flag::state_freq) the number of states counts the prune points
// passed.
TEST_F(AsksAboutFlow, PrunePointsOfPathsWithoutBranches) {
  const auto& a = alphabet();
  std::mt19937 random(2);
  const std::vector<Insn> line = {
      isa::make_insn(0x85, 0, 0, 0, 7),                                    // a helper
      isa::make_insn(0xb7, 8, 0, 0, 1), isa::make_insn(0x55, 6, 0, 1, 0),  // never taken
      isa::make_insn(0x15, 6, 0, 1, 0),                                    // always taken
      isa::make_insn(0x05, 0, 0, 1, 0), isa::make_insn(0x05, 0, 0, 0, 0),  // goto
      isa::make_insn(0x85, 0, 1, 0, 0),                                    // a subprogram, below
  };
  for (int n = 0; n < 2000; ++n) {
    std::vector<Insn> insns{isa::make_insn(0xb7, 6, 0, 0, 0)};
    for (int k = 0; k < 12; ++k) insns.push_back(line[random() % line.size()]);
    insns.push_back(isa::make_insn(0xb7, 0, 0, 0, 0));
    insns.push_back(isa::make_insn(0xb7, 0, 0, 0, 0));
    insns.push_back(a[0]);
    const auto callee = static_cast<int32_t>(insns.size());
    for (int32_t i = 0; i < callee; ++i)
      if (insns[static_cast<std::size_t>(i)].regs == 0x10) insns[static_cast<std::size_t>(i)].imm = callee - i - 1;
    insns.push_back(isa::make_insn(0xb7, 0, 0, 0, 0));
    insns.push_back(a[0]);
    prog_.insns = insns;
    const auto flow = analyse({.module = module_, .prog = prog_, .target = {}});
    const Said said = kernel_.ask(insns, facts::ProgType::socket_filter, 4, facts::prog_flag::state_freq);
    if (!flow) continue;  // the jumps left something unreachable
    ASSERT_EQ(said.err, 0) << said.log;
    std::size_t passed = 0;
    std::vector<uint32_t> calls;
    for (uint32_t at = 0;;) {
      passed += flow->at[at].is(Mark::prune);
      const Insn i = insns[at];
      if (i.code == 0x95 && calls.empty()) break;
      if (i.code == 0x95) {
        at = calls.back();
        calls.pop_back();
      } else if (i.regs == 0x10) {
        calls.push_back(at + 1);
        at = static_cast<uint32_t>(callee);
      } else {
        at += i.code == 0x05 || i.code == 0x15 ? 2 - (i.off == 0) : 1;
      }
    }
    if (passed != test::figure(said.log, "total_states ")) return complain(said, std::to_string(passed));
    ++asked_;
  }
  EXPECT_GT(asked_, 100u);
}

TEST_F(AsksAboutFlow, ProgramsOfLoopsAndSubprograms) {
  std::mt19937 random(1);
  auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  const auto& a = alphabet();
  for (int n = 0; n < 10'000; ++n) {
    std::vector<Insn> insns;
    const std::size_t count = 4 + below(30);
    while (insns.size() < count) {
      const std::size_t kind = below(10);
      if (kind < 4) {
        const auto to = static_cast<int16_t>(below(count) - insns.size() - 1);
        insns.push_back(isa::make_insn(kind == 0 ? 0x05 : 0x1d, static_cast<uint8_t>(below(10)),
                                       kind == 0 ? 0 : static_cast<uint8_t>(below(10)), to, 0));
      } else if (kind < 5 && below(4) == 0) {
        const auto to = static_cast<int32_t>(below(count) - insns.size() - 1);
        insns.push_back(isa::make_insn(0x85, 0, 1, 0, to));
      } else if (kind < 9) {
        insns.push_back(isa::make_insn(0x0f, static_cast<uint8_t>(below(10)), static_cast<uint8_t>(below(10)), 0, 0));
      } else {
        insns.push_back(a[below(a.size() - 6)]);
      }
    }
    insns.push_back(a[0]);
    compare(std::move(insns));
  }
  EXPECT_EQ(different_, 0u);
  std::printf("%zu programs, %zu refused\n", asked_, refused_);
}

}  // namespace
}  // namespace skep::verify
