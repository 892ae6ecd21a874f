// SPDX-License-Identifier: Apache-2.0
// What only the interpreter itself can show: faults, counting, taint. The meaning of operations is in tests/run/.
#include "vm/interp.hpp"

#include <gtest/gtest.h>

#include "context/context.hpp"
#include "isa/assemble.hpp"
#include "isa/print.hpp"

namespace skep::vm {
namespace {

// Lowering without maps and helpers.
LoweredUnchecked lowered(std::string_view text) {
  auto program = isa::assemble(text);
  if (!program) ADD_FAILURE() << program.error().text();
  std::span<const isa::Insn> insns = program->insns;
  Builder out("test", {}, {}, insns.size());
  for (std::size_t pc = 0; pc < insns.size(); ++pc) {
    const isa::Insn& i = insns[pc];
    isa::Op op = isa::decode(i);
    Step s{.op = to_vm(op), .dst = i.dst(), .src = i.src(), .off = i.off, .imm = static_cast<uint64_t>(int64_t{i.imm})};
    auto next = static_cast<int64_t>(pc) + 1;
    isa::Shape shape = isa::row(op).shape;
    if (shape == isa::Shape::branch || shape == isa::Shape::jump) {
      out.add_jump(s, next + (op == isa::Op::ja32 ? i.imm : i.off));
    } else if (op == isa::Op::call_local) {
      out.add_jump(s, next + i.imm);
    } else if (op == isa::Op::ld_imm64) {
      s.imm = isa::imm64(i, insns[++pc]);
      out.add(s);
      out.add_fault("second half");
    } else {
      out.add(s);
    }
  }
  return LoweredUnchecked(out.finish());
}

struct Interp : ::testing::Test {
  Limits limits;
  Stack stack{limits};
  Host host = this_machine();
  Buffer memory = Buffer(16);
  UninitStack uninit = UninitStack::readable;
  uint64_t max_insns = 1000;

  Arguments arguments() { return {reinterpret_cast<uint64_t>(memory.data()), memory.size()}; }
  Outcome checked(std::string_view text) {
    LoweredUnchecked program = lowered(text);
    vm::Run run{.host = &host, .max_insns = max_insns};
    Outcome out = run_checked(run, program, limits, stack, {memory}, arguments(), uninit);
    out.fault.program = nullptr;  // it ends here
    return out;
  }
  Outcome fast(std::string_view text) {
    LoweredUnchecked program = lowered(text);
    vm::Run run{.host = &host, .max_insns = max_insns};
    Outcome out = run_fast(run, program.code(), limits, stack, arguments());
    out.fault.program = nullptr;
    return out;
  }
  void faults(std::string_view text, FaultKind kind, uint32_t insn, std::string_view region) {
    Outcome out = checked(text);
    EXPECT_EQ(name(out.fault.kind), name(kind)) << text;
    EXPECT_EQ(out.fault.insn, insn) << text;
    EXPECT_EQ(out.fault.region, region) << text;
  }
};

TEST_F(Interp, CountsSlotsExactlyAndAlike) {
  constexpr auto loop = R"(
    r0 = 10
    r2 = 5 ll
again:
    r0 += -1
    if r0 != 0 goto again
    exit)";
  EXPECT_EQ(checked(loop).insns, 1u + 2 + 20 + 1);
  EXPECT_EQ(fast(loop).insns, 1u + 2 + 20 + 1);
  constexpr auto calls = "r1 = 1\n call f\n exit\nf: r0 = r1\n exit";
  EXPECT_EQ(checked(calls).insns, 5u);
  EXPECT_EQ(fast(calls).insns, 5u);
}

TEST_F(Interp, TheLimitEndsEveryLoop) {
  for (auto text : {"r0 = 0\nl: goto l", "r0 = 0\nl: r0 += 1\n if r0 != 0 goto l\n exit",
                    "call f\n exit\nf: call g\n exit\ng: r0 = 0\nl: gotol l"}) {
    Outcome c = checked(text), f = fast(text);
    EXPECT_EQ(c.fault.kind, FaultKind::limit) << text;
    EXPECT_EQ(f.fault.kind, FaultKind::limit) << text;
    EXPECT_EQ(c.insns, f.insns) << text;
    EXPECT_NEAR(static_cast<double>(c.insns), static_cast<double>(max_insns), 8) << text;
  }
  for (max_insns = 0; max_insns < 3; ++max_insns)
    for (const Outcome& out : {checked("r0 = 1\n r0 = 2\n exit"), fast("r0 = 1\n r0 = 2\n exit")})
      EXPECT_EQ(out.fault.kind, FaultKind::limit) << max_insns;
  EXPECT_EQ(fast("r0 = 1\n r0 = 2\n exit").r0, 2u);
  max_insns = ~uint64_t{0};
  EXPECT_EQ(fast("r0 = 3\n exit").r0, 3u);
}

TEST_F(Interp, SomebodyMayStopALongRun) {
  constexpr auto endless = "r0 = 0\nl: r0 += 1\n goto l";
  max_insns = uint64_t{1} << 40;
  int asked = 0;
  host.asked_to_stop = [&asked] { return ++asked % 2 == 0; };
  for (const Outcome& out : {checked(endless), fast(endless)}) EXPECT_EQ(name(out.fault.kind), "interrupted");
  EXPECT_EQ(asked, 4);
}

// Questions on the way change nothing: the limit and the count are exact.
TEST_F(Interp, CountsThroughQuestions) {
  constexpr auto loop = "r0 = 2500000\nl: r0 += -1\n if r0 != 0 goto l\n exit";
  int asked = 0;
  host.asked_to_stop = [&asked] { return ++asked == 0; };
  max_insns = 5'000'002;
  EXPECT_EQ(fast(loop).insns, 5'000'002u);
  EXPECT_EQ(fast(loop).fault.kind, FaultKind::none);
  EXPECT_EQ(checked(loop).insns, 5'000'002u);
  EXPECT_GT(asked, 1);
  --max_insns;
  EXPECT_EQ(fast(loop).fault.kind, FaultKind::limit);
  EXPECT_EQ(checked(loop).fault.kind, FaultKind::limit);
}

TEST_F(Interp, NamesInstructionAndRegionOfAnAccess) {
  using enum FaultKind;
  faults("r0 = *(u8 *)(r1 + 16)\n exit", out_of_bounds, 0, "byte 16 of the memory, which has 16 bytes");
  faults("r0 = *(u64 *)(r1 + 9)\n exit", out_of_bounds, 0, "bytes 9 to 16 of the memory, which has 16 bytes");
  faults("r0 = 0\n *(u8 *)(r1 - 1) = 0\n exit", out_of_bounds, 1, "byte -1 of the memory, which has 16 bytes");
  faults("r1 = 0\n r0 = *(u8 *)(r1 + 8)\n exit", out_of_bounds, 1,
         "null + 8; a pointer that may be null is compared with 0 before it is used");
  faults("r0 = *(u8 *)(r10 - 513)\n exit", out_of_bounds, 0, "byte r10 - 513; frame 0 has r10 - 512 to r10 - 1");
  faults("*(u32 *)(r10 - 2) = 0\n exit", out_of_bounds, 0,
         "bytes r10 - 2 to r10 + 1; frame 0 has r10 - 512 to r10 - 1");
  faults("r0 = 0\n r2 = -1\n r0 = *(u8 *)(r2 + 0)\n exit", out_of_bounds, 2, "nothing this program may touch");
  faults("lock *(u64 *)(r1 + 4) += r2\n exit", out_of_bounds, 0,
         "an atomic operation on 8 bytes wants an address that they divide");
}

TEST_F(Interp, EveryByteOfMemoryAndStackIsReachableAndNoOther) {
  for (int size : {1, 2, 4, 8})
    for (int at = -9; at <= 17; ++at) {
      auto sign = [](int n) { return (n < 0 ? "- " : "+ ") + std::to_string(n < 0 ? -n : n); };
      std::string type = "u" + std::to_string(size * 8);
      bool inside = at >= 0 && at + size <= 16;
      auto kind = checked("r0 = *(" + type + " *)(r1 " + sign(at) + ")\n exit").fault.kind;
      EXPECT_EQ(kind == FaultKind::none, inside) << size << " at " << at;
      int top = at - 8, bottom = at - 512;
      auto stores = [&](int offset) {
        return checked("*(" + type + " *)(r10 " + sign(offset) + ") = 1\n r0 = 0\n exit").fault.kind == FaultKind::none;
      };
      EXPECT_EQ(stores(top), top + size <= 0);
      EXPECT_EQ(stores(bottom), bottom >= -512);
    }
}

TEST_F(Interp, RegistersThatWereNeverWritten) {
  using enum FaultKind;
  faults("r0 = r3\n exit", uninitialised, 0, "register r3 was never written");
  faults("r0 += 1\n exit", uninitialised, 0, "register r0 was never written");
  faults("exit", uninitialised, 0, "register r0 was never written");
  faults("r0 = 0\n if r0 == r7 goto +0\n exit", uninitialised, 1, "register r7 was never written");
  faults("r6 = 1\n call f\n exit\nf: r0 = r6\n exit", uninitialised, 3, "register r6 was never written");
  faults("r1 = 1\n call f\n r0 = r1\n exit\nf: r0 = 0\n exit", uninitialised, 2, "register r1 was never written");
}

TEST_F(Interp, UninitialisedStackTaintsOrFaultsAsTheTargetSays) {
  EXPECT_EQ(checked("r0 = *(u64 *)(r10 - 8)\n r0 = 1\n exit").repeatable, true);
  for (auto leaks : {"r0 = *(u64 *)(r10 - 8)\n exit", "r2 = *(u8 *)(r10 - 1)\n r0 = 0\n if r2 == 0 goto +0\n exit",
                     "r2 = *(u8 *)(r10 - 1)\n *(u8 *)(r1 + 0) = r2\n r0 = 0\n exit",
                     "r2 = *(u8 *)(r10 - 1)\n r2 += 5\n *(u64 *)(r10 - 16) = r2\n r0 = *(u64 *)(r10 - 16)\n exit"}) {
    Outcome out = checked(leaks);
    EXPECT_EQ(out.fault.kind, FaultKind::none) << leaks << out.fault.region;
    EXPECT_FALSE(out.repeatable) << leaks;
  }
  faults("r2 = *(u64 *)(r10 - 8)\n r0 = *(u8 *)(r2 + 0)\n exit", FaultKind::uninitialised, 1,
         "r2 comes from stack bytes that were never written");
  uninit = UninitStack::fault;
  faults("*(u8 *)(r10 - 8) = 1\n r0 = *(u16 *)(r10 - 8)\n exit", FaultKind::uninitialised, 1,
         "stack bytes that were never written");
  EXPECT_EQ(checked("*(u16 *)(r10 - 8) = 7\n r0 = *(u16 *)(r10 - 8)\n exit").r0, 7u);
}

TEST_F(Interp, FramesHaveStacksOfTheirOwnAndAnEnd) {
  // A callee may use its caller's stack, but not a frame that has been left.
  EXPECT_EQ(checked(R"(
    r1 = r10
    r1 += -8
    *(u64 *)(r10 - 8) = 5
    call f
    r0 = *(u64 *)(r10 - 8)
    exit
f:  *(u64 *)(r1 + 0) = 9
    r0 = 0
    exit)")
                .r0,
            9u);
  EXPECT_EQ(checked(R"(
    call f
    r0 = *(u64 *)(r0 + 0)
    exit
f:  *(u64 *)(r10 - 8) = 9
    r0 = r10
    r0 += -8
    exit)")
                .fault.kind,
            FaultKind::out_of_bounds);
  std::string deep;
  for (int i = 0; i < 7; ++i) deep += "call f" + std::to_string(i) + "\n exit\nf" + std::to_string(i) + ": ";
  EXPECT_EQ(checked(deep + "r0 = 1\n exit").r0, 1u);
  Outcome ninth = checked(deep + "call g\n exit\ng: r0 = 1\n exit");
  EXPECT_EQ(ninth.fault.kind, FaultKind::too_deep);
  EXPECT_EQ(fast(deep + "call g\n exit\ng: r0 = 1\n exit").fault.kind, FaultKind::too_deep);
}

TEST_F(Interp, EveryWayOutOfTheProgramIsAFault) {
  using enum FaultKind;
  faults("r0 = 0", not_executable, 0, "it runs past the last instruction");
  faults("r0 = 0\n goto +5\n exit", not_executable, 1, "it jumps to 7; the program has 3 instructions");
  faults("r0 = 0\n if r0 == 0 goto -9\n exit", not_executable, 1, "it jumps to -7; the program has 3 instructions");
  faults("goto +1\n r1 = 5 ll\n exit", not_executable, 2, "second half");
  EXPECT_EQ(checked("r0 = 0\n if r0 != 0 goto +99\n exit").fault.kind, none);
}

TEST_F(Interp, ARunSeesNothingOfTheRunBefore) {
  EXPECT_EQ(fast("*(u64 *)(r10 - 8) = 5\n call f\n exit\nf: *(u64 *)(r10 - 512) = 6\n r0 = 0\n exit").r0, 0u);
  EXPECT_EQ(fast("r0 = *(u64 *)(r10 - 8)\n exit").r0, 0u);
  EXPECT_EQ(fast("call f\n exit\nf: r0 = *(u64 *)(r10 - 512)\n exit").r0, 0u);
}

// Everything vm/pairs.inc fuses, with every way in which the steps may share registers: fast runs them as one, checked
// alone.
TEST_F(Interp, FusedStepsDoWhatTheyDoAlone) {
  static const std::vector<isa::Op> fused[] = {
#define PAIR(a, b) {isa::Op::a, isa::Op::b},
#define TRIPLE(b, c) {isa::Op::mov64_reg, isa::Op::b, isa::Op::c},
#include "vm/pairs.inc"
#undef PAIR
#undef TRIPLE
  };
  for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = static_cast<uint8_t>(0x91 * i + 7);
  const auto beginning = isa::assemble("r2 = 0\n r3 = -5")->insns;
  const auto ending = isa::assemble("r0 = r1\n r0 ^= r2\n r0 *= 31\n r0 ^= r3\n exit")->insns;
  auto step = [](isa::Op op, unsigned dst, unsigned src) {
    isa::Insn i = isa::encode(op);
    i.set_dst(static_cast<uint8_t>(dst));
    if (isa::row(op).src.use != isa::Use::no) i.set_src(static_cast<uint8_t>(src));
    if (isa::row(op).imm.use == isa::Use::num) i.imm = 3;
    if (isa::row(op).off.use == isa::Use::mem) i.off = 2;
    return i;
  };
  for (const auto& ops : fused) {
    const unsigned choices = ops.size() == 2 ? 3 : 2;  // r1 to r3, or r1 and r2
    unsigned all = 1, ran = 0;
    for (std::size_t i = 0; i < 2 * ops.size(); ++i) all *= choices;
    for (unsigned which = 0; which < all; ++which) {
      std::vector<isa::Insn> insns = beginning;
      unsigned left = which;
      for (isa::Op op : ops) {
        insns.push_back(step(op, 1 + left % choices, 1 + left / choices % choices));
        left /= choices * choices;
      }
      insns.insert(insns.end(), ending.begin(), ending.end());
      std::string text = isa::print_program(insns);
      Outcome c = checked(text);
      if (c.fault.kind != FaultKind::none) continue;  // what one of them made is no address
      ++ran;
      EXPECT_EQ(fast(text).r0, c.r0) << text;
    }
    EXPECT_GT(ran, 0u) << isa::row(ops[0]).name << " " << isa::row(ops[1]).name;
  }
}

TEST_F(Interp, AJumpIntoAPairMeetsItsSecondStepAlone) {
  constexpr auto text = "r0 = 1\n r3 = 1\n if r3 == 1 goto +1\n r0 = r3\n r0 += 40\n exit";
  EXPECT_EQ(fast(text).r0, 41u);
  EXPECT_EQ(checked(text).r0, 41u);
}

}  // namespace
}  // namespace skep::vm
