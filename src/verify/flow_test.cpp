// SPDX-License-Identifier: Apache-2.0
// What analyse() refuses, each beside a program that differs as little as possible and is accepted. The kernel's
// agreement on every small program is asked in flow_kernel_test.cpp.
#include "verify/flow.hpp"

#include <gtest/gtest.h>

#include "isa/assemble.hpp"
#include "verify/errors.hpp"

namespace skep::verify {
namespace {

module::ProgDef program(std::string_view text) {
  module::ProgDef prog;
  prog.type = facts::ProgType::socket_filter;
  auto assembled = isa::assemble(text);
  EXPECT_TRUE(assembled) << text;
  prog.insns = assembled->insns;
  return prog;
}

Judged<Flow> flow_of(const module::ProgDef& prog, facts::Target target = {}) {
  static const module::Module none;
  return analyse({.module = none, .prog = prog, .target = target});
}

std::string verdict(std::string_view text, facts::Target target = {}) {
  const auto flow = flow_of(program(text), target);
  return flow ? "accepted"
              : std::string(flow.error().error.row().slug) + " " + std::to_string(flow.error().error.row().err);
}

constexpr std::string_view accepted = "accepted";

TEST(Flow, StructureIsRefusedBesideItsAcceptedTwin) {
  struct Row {
    std::string_view refused, as, twin;
  };
  const Row rows[] = {
      {"r0 = 0", "falls-off 22", "r0 = 0; exit"},
      {"r0 = 0; goto +1; exit", "jump-outside 22", "r0 = 0; goto +0; exit"},
      {"if r1 == 0 goto -2; exit", "jump-outside 22", "if r1 == 0 goto -1; exit"},
      {"call pc+1; exit; r0 = 0", "falls-off 22", "call pc+1; exit; r0 = 0; exit"},
      {"call pc+1; goto +1; r0 = 0; exit", "jump-outside 22", "call pc+1; goto -2; r0 = 0; exit"},
      {"call pc+2; exit", "call-outside 22", "call pc+1; exit; exit"},
      {"call pc-2; exit", "call-outside 22", "call pc-1; exit"},
      {"r0 = 0; exit; exit", "unreachable 22", "if r1 == 0 goto +1; exit; exit"},
      {"if r1 == 0 goto +1; r1 = 5 ll; exit", "jump-into-constant 22", "if r1 == 0 goto +2; r1 = 5 ll; exit"},
      {"call pc+1; exit; call 12; exit", "tail-call-without-types 22", "call pc+2; call 12; exit; exit"},
      {"call pc+1; exit; r0 = *(u8 *)skb[0]; exit", "packet-load-without-types 22",
       "call pc+2; r0 = *(u8 *)skb[0]; exit; exit"},
      {"r1 = map[0]; exit", "no-such-map 9", "r1 = 0 ll; exit"},
      {".insn 0x1810000000000000; .insn 0x0000000001000000; exit", "unknown-constant 22", "r1 = 0 ll; exit"},
      {".insn 0x1800000000000000; .insn 0x0000010000000000; exit", "broken-constant 22", "r0 = 0 ll; exit"},
      {".insn 0xff00000000000000; exit", "unknown-opcode 22", ".insn 0xbf00000000000000; exit"},
      {".insn 0x61a1f8ff01000000; exit", "load-fields 22", ".insn 0x61a1f8ff00000000; exit"},
  };
  for (const Row& r : rows) {
    EXPECT_EQ(verdict(r.refused), r.as) << r.refused;
    EXPECT_EQ(verdict(r.twin), accepted) << r.twin;
  }
}

TEST(Flow, TheFirstFaultInLinuxsOrderIsFound) {
  EXPECT_EQ(verdict("r0 = 0; exit; call pc+9; .insn 0xff00000000000000; goto +9"), "call-outside 22");
  EXPECT_EQ(verdict("r0 = 0; exit; .insn 0xff00000000000000; goto +9"), "jump-outside 22");
  EXPECT_EQ(verdict("r0 = 0; exit; .insn 0xff00000000000000; exit"), "unknown-opcode 22");
}

TEST(Flow, NonsenseBesideTheOpcodeIsLeftToTheWalk) {
  EXPECT_EQ(verdict("r0 = 0; .insn 0xbfb0000000000000; exit"), accepted);  // r11
  EXPECT_EQ(verdict("r0 = 0; .insn 0x9500000005000000"), accepted);        // an exit with an imm
}

TEST(Flow, LoopsAndFunctionsNeedTheRightToThem) {
  const facts::Target weak(facts::Target::newest_patch, facts::Caps::none());
  EXPECT_EQ(verdict("if r1 == 0 goto -1; exit", weak), "back-edge 22");
  EXPECT_EQ(verdict("if r1 == 0 goto +0; exit", weak), accepted);
  EXPECT_EQ(verdict("call pc+1; exit; exit", weak), "functions-need-bpf 1");
  module::ProgDef longest = program("r0 = 0; exit");
  longest.insns.insert(longest.insns.begin(), 4095, longest.insns[0]);
  EXPECT_STREQ(flow_of(longest, weak).error().error.row().slug.data(), "too-long");
  EXPECT_TRUE(flow_of(longest));
}

TEST(Flow, AtMost256Subprograms) {
  for (uint32_t count : {255u, 256u}) {
    module::ProgDef prog;
    for (uint32_t n = 0; n < count; ++n)
      prog.insns.push_back(isa::make_insn(0x85, 0, 1, 0, static_cast<int32_t>(count)));
    for (uint32_t n = 0; n <= count; ++n) prog.insns.push_back(isa::make_insn(0x95, 0, 0, 0, 0));
    const auto flow = flow_of(prog);
    EXPECT_EQ(flow.has_value(), count == 255);
    EXPECT_EQ(flow ? "256" : flow.error().error.row().slug, count == 255 ? "256" : "too-many-subprograms");
    if (flow) {
      EXPECT_EQ(flow->subprogs.size(), 256u);
    }
  }
}

std::string marks(std::string_view text) {
  const auto flow = flow_of(program(text));
  if (!flow) return flow.error().error.text();
  std::string out;
  for (const At& at : flow->at) {
    for (auto [mark, letter] :
         {std::pair{Mark::prune, 'p'}, {Mark::jump, 'j'}, {Mark::checkpoint, 'c'}, {Mark::calls_back, 'b'}})
      if (at.is(mark)) out += letter;
    out += ' ';
  }
  return out;
}

TEST(Flow, WhatIsMarked) {
  EXPECT_EQ(marks("r0 = 0; exit"), "  ");
  EXPECT_EQ(marks("if r1 == 0 goto +1; r0 = 0; exit"), "p  pj ");
  EXPECT_EQ(marks("goto +0; exit"), " pj ");
  EXPECT_EQ(marks("call 7; exit"), " pj ");
  EXPECT_EQ(marks("call pc+1; exit; exit"), "p pj pj ");
  EXPECT_EQ(marks("may_goto +0; exit"), "pc pj ");
  EXPECT_EQ(marks("r2 = func[pc+3]; call 181; exit; r0 = 0; exit"), "p  pjcb pj pj  ");
}

}  // namespace
}  // namespace skep::verify
