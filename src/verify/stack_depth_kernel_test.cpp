// SPDX-License-Identifier: Apache-2.0
// How deep the stack becomes, as the running kernel counts it (log level 4: "stack depth 16+8").
#include "verify/stack_depth.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "isa/print.hpp"
#include "verify/kernel_asked.hpp"

namespace skep::verify {
namespace {

using facts::ProgType;
using isa::Insn;
using isa::make_insn;
using test::Kernel;
using test::Said;

constexpr Insn leave = make_insn(0x95, 0, 0, 0, 0);
constexpr Insn zero = make_insn(0xb7, 0, 0, 0, 0);
constexpr Insn spill(uint8_t r, int off) { return make_insn(0x7b, 10, r, static_cast<int16_t>(off), 0); }
constexpr Insn fill(uint8_t r, int off) { return make_insn(0x79, r, 10, static_cast<int16_t>(off), 0); }
constexpr Insn store(int off) { return make_insn(0x7a, 10, 0, static_cast<int16_t>(off), 0); }
constexpr Insn helper(int32_t id) { return make_insn(0x85, 0, 0, 0, id); }

class StackDepthKernel : public testing::Test {
 protected:
  void SetUp() override {
    if (!Kernel::is_6_18()) GTEST_SKIP() << "the kernel is not 6.18";
  }

  // Programs here are walked instruction by instruction, so what each does to its frame is plain to see.
  FrameUse use_of(const Flow& flow) const {
    FrameUse use(flow);
    for (uint32_t i = 0; i < prog_.insns.size(); ++i) {
      const Insn& insn = prog_.insns[i];
      const bool writes = (insn.code == 0x7b || insn.code == 0x7a) && insn.dst() == 10;
      const bool reads = insn.code == 0x79 && insn.src() == 10;
      if (!writes && !reads) continue;
      const uint32_t subprog = flow.at[i].subprog;
      use.grow(subprog, static_cast<uint32_t>(-insn.off + 7) / 8 * 8);
      use.touch(subprog, i, insn.off);
    }
    use.drop_fastcalls();
    return use;
  }

  enum class Asked : uint8_t { figures, verdict };
  void compare(ProgType type, std::vector<Insn> insns, Asked what = Asked::figures) {
    prog_.type = type;
    prog_.insns = std::move(insns);
    const Inputs in{.module = module_, .prog = prog_, .target = {}};
    const auto flow = analyse(in);
    ASSERT_TRUE(flow) << flow.error().error.text();
    const FrameUse use = use_of(*flow);
    const auto depth = check_stack_depth(in, *flow, use);
    const Said said = kernel_.ask(prog_.insns, type, depth ? 4 : 1);
    ++asked_;
    refused_ += !depth;
    std::string ours;
    if (depth) {
      for (uint32_t f = 0; f < flow->subprogs.size(); ++f)
        ours += (f == 0 ? "stack depth " : "+") + std::to_string(use.bytes(f));
      ours += "\n";
      if (what == Asked::verdict) ours.clear();  // dead subprograms are gone from the kernel's figures
    } else {
      ours = depth.error().error.kernel() + "\n";
    }
    const bool same = said.err == (depth ? 0 : depth.error().error.row().err) && said.log.find(ours) != said.log.npos;
    if (!same && ++different_ < 10)
      ADD_FAILURE() << isa::print_program(prog_.insns) << "ours: " << ours << "kernel: " << said.err << "\n"
                    << said.log;
  }

  Kernel kernel_;
  module::Module module_;
  module::ProgDef prog_;
  std::size_t asked_ = 0, refused_ = 0, different_ = 0;
};

TEST_F(StackDepthKernel, SpillsAroundFastcalls) {
  const Insn cpu = helper(8), coin = helper(7), one = make_insn(0xb7, 1, 0, 0, 1), two = make_insn(0xb7, 2, 0, 0, 1);
  const std::vector<std::vector<Insn>> bodies = {
      {one, spill(1, -16), cpu, fill(1, -16)},
      {one, store(-8), spill(1, -16), cpu, fill(1, -16)},
      {one, two, spill(1, -16), spill(2, -24), cpu, fill(2, -24), fill(1, -16)},
      {one, two, spill(1, -16), spill(2, -24), cpu, fill(2, -24), fill(1, -16), spill(2, -24), cpu, fill(2, -24)},
      {one, spill(1, -16), cpu, fill(1, -16), fill(2, -16)},
      {one, spill(1, -16), cpu, fill(1, -16), store(-16)},
      {one, spill(1, -16), coin, fill(1, -16)},
      {one, spill(1, -16), coin, fill(1, -16), spill(1, -16), cpu, fill(1, -16)},
      {zero, spill(0, -16), cpu, fill(0, -16)},
      {one, spill(1, -16), spill(1, -24), cpu, fill(1, -24), fill(1, -16)},
      {one, spill(1, -8), cpu, fill(1, -8)},
      {one, spill(1, -24), store(-8), cpu, fill(1, -24)},
      {one, two, spill(2, -24), spill(1, -16), cpu, fill(1, -16), fill(2, -24)},
      {spill(6, -8), cpu, fill(6, -8)},
  };
  using enum ProgType;
  for (auto type : {socket_filter,  kprobe,
                    sched_cls,      sched_act,
                    tracepoint,     xdp,
                    perf_event,     cgroup_skb,
                    cgroup_sock,    lwt_in,
                    lwt_out,        lwt_xmit,
                    sock_ops,       sk_skb,
                    cgroup_device,  sk_msg,
                    raw_tracepoint, lwt_seg6local,
                    sk_reuseport,   flow_dissector,
                    cgroup_sysctl,  raw_tracepoint_writable})
    for (auto body : bodies) {
      body.insert(body.begin(), make_insn(0xb7, 6, 0, 0, 0));
      body.push_back(zero);
      body.push_back(leave);
      compare(type, body);
    }
  EXPECT_EQ(different_, 0u) << "of " << asked_;
}

// Functions that call functions behind them, or themselves, with frames of many sizes.
TEST_F(StackDepthKernel, ChainsOfCalls) {
  std::mt19937 random(4);
  auto below = [&](std::size_t n) { return static_cast<int>(random() % n); };
  for (int n = 0; n < 1500; ++n) {
    const int functions = 2 + below(7);
    const int large = below(3) == 0 ? 512 : 512 / functions;
    std::vector<Insn> insns;
    std::vector<std::size_t> starts;
    for (int f = 0; f < functions; ++f) {
      starts.push_back(insns.size());
      if (below(6) != 0) insns.push_back(store(-8 * (1 + below(static_cast<std::size_t>(large / 8)))));
      if (f + 1 < functions) insns.push_back(make_insn(0x85, 0, 1, 0, f + 1));
      for (int more = below(3); more > 0 && f + 1 < functions; --more)
        insns.push_back(make_insn(0x85, 0, 1, 0, f + 1 + below(static_cast<std::size_t>(functions - f - 1))));
      insns.push_back(zero);
      insns.push_back(leave);
    }
    for (std::size_t i = 0; i < insns.size(); ++i)
      if (insns[i].code == 0x85)
        insns[i].imm =
            static_cast<int32_t>(starts[static_cast<std::size_t>(insns[i].imm)]) - static_cast<int32_t>(i) - 1;
    using enum ProgType;
    compare(std::array{socket_filter, tracepoint, xdp, raw_tracepoint}[static_cast<std::size_t>(n % 4)], insns);
  }
  EXPECT_EQ(different_, 0u) << "of " << asked_;
  std::printf("%zu programs, %zu refused\n", asked_, refused_);
}

// Calls that are never made count, and so do recursive ones.
TEST_F(StackDepthKernel, CallsOnEdgesNeverTaken) {
  for (int functions = 1; functions < 12; ++functions)
    for (bool recursive : {false, true}) {
      std::vector<Insn> insns{zero, make_insn(0x15, 0, 0, 1, 0), make_insn(0x85, 0, 1, 0, 1), leave};
      for (int f = 0; f < functions; ++f) {
        const bool last = f + 1 == functions;
        if (!last || recursive) insns.push_back(make_insn(0x85, 0, 1, 0, last ? -1 - 2 * f : 1));
        insns.push_back(leave);
      }
      compare(ProgType::socket_filter, insns, Asked::verdict);
    }
  EXPECT_EQ(different_, 0u) << "of " << asked_;
  EXPECT_EQ(refused_, 11u + 4u);  // all recursive ones, and those of more than 8 frames
}

}  // namespace
}  // namespace skep::verify
