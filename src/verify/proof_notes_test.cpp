// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "isa/assemble.hpp"
#include "verify/verified.hpp"

namespace skep::verify {
namespace {

using module::HeldKind, module::Learnt, module::Proof, module::Region;

struct ProofTest : ::testing::Test {
  module::Module module;

  ProofTest() {
    module.license = "GPL";
    map(facts::MapType::array, 4, 48, 4);
    map(facts::MapType::ringbuf, 0, 0, 4096);
  }
  void map(facts::MapType type, uint32_t key, uint32_t value, uint32_t entries) {
    module::MapDef& def = module.maps.emplace_back();
    def.type = type, def.key_size = key, def.value_size = value, def.max_entries = entries;
  }
  std::size_t program(const std::string& text, facts::ProgType type = facts::ProgType::socket_filter) {
    auto assembled = isa::assemble(text);
    EXPECT_TRUE(assembled) << assembled.error().text();
    module::ProgDef& def = module.progs.emplace_back();
    def.type = type, def.insns = assembled->insns;
    return module.progs.size() - 1;
  }
  Proof proof(std::size_t of = 0) {
    auto verified = verify(std::make_shared<module::Module>(module), {}, {.program = of});
    if (!verified) {
      ADD_FAILURE() << verified.error().verdict.rejection->error.text();
      return {};
    }
    return *verified->proof(of);
  }
};

TEST_F(ProofTest, AnAccessKnowsItsRegionAndWhereItBegins) {
  program(R"(
    *(u32 *)(r10 - 4) = 1
    r0 = *(u32 *)(r1 + 16)
    r2 = r10
    r2 += -4
    r1 = map[0]
    call 1
    if r0 == 0 goto out
    r1 = *(u8 *)(r0 + 3)
    r1 &= 7
    r0 += r1
    *(u8 *)(r0 + 8) = 0
out:
    r0 = 0
    exit)");
  const Proof p = proof();
  EXPECT_EQ(p.at[0].region, Region::stack);
  EXPECT_EQ(p.at[0].least, -4);
  EXPECT_EQ(p.at[1].region, Region::context);
  EXPECT_EQ(p.at[1].most, 16);
  EXPECT_EQ(p.context_bytes, 20u);
  EXPECT_EQ(p.at[8].region, Region::map_value);
  EXPECT_EQ(p.at[8].object, 0u);
  EXPECT_EQ(p.at[11].region, Region::map_value);
  EXPECT_EQ(p.at[11].least, 8);
  EXPECT_EQ(p.at[11].most, 15);
  EXPECT_EQ(p.at[2].region, Region::none);
}

TEST_F(ProofTest, WhatPathsHaveInCommonIsLeftWhenTheyMeet) {
  program(R"(
    r2 = r10
    r2 += -8
    if r1 == 0 goto +4
    call 7
    if r0 == 0 goto second
    r1 = -8
    goto store
second:
    r1 = -24
store:
    r2 = r10
    r2 += r1
    *(u64 *)(r2 + 0) = 0
    r0 = 0
    exit)");
  const Proof p = proof();
  EXPECT_EQ(p.at[10].region, Region::stack);
  EXPECT_EQ(p.at[10].least, -24);
  EXPECT_EQ(p.at[10].most, -8);
}

TEST_F(ProofTest, EdgesThatNobodyTakesAndCodeThatNobodyReaches) {
  program(R"(
    r0 = 5
    if r0 > 3 goto +1
    r0 = 1
    if r0 == 9 goto +1
    r0 = 2
    call 7
    if r0 > 9 goto +0
    exit)");
  const Proof p = proof();
  EXPECT_TRUE(p.at[1].jumps && !p.at[1].falls);
  EXPECT_FALSE(p.at[2].reached);
  EXPECT_TRUE(p.at[3].falls && !p.at[3].jumps);
  EXPECT_TRUE(p.at[4].reached);
}

// The second path is cut short at the join: it brought its own edge.
TEST_F(ProofTest, APathThatIsCutShortHasTakenItsEdges) {
  program(R"(
    call 7
    r6 = r0
    r0 = 0
    if r6 == 0 goto +1
    r6 = 0
    exit)");
  const Proof p = proof();
  EXPECT_TRUE(p.at[3].falls && p.at[3].jumps);
}

TEST_F(ProofTest, AKeyIsConstantIfItIsOnEveryPath) {
  const std::string head = R"(
    call 7
    *(u32 *)(r10 - 8) = 2
    if r0 == 0 goto +1
)",
                    tail = R"(
    r2 = r10
    r2 += -8
    r1 = map[0]
    call 1
    r0 = 0
    exit)";
  program(head + "*(u32 *)(r10 - 8) = 2" + tail);
  program(head + "*(u32 *)(r10 - 8) = 3" + tail);
  EXPECT_EQ(proof(0).key_at(8), 2u);
  EXPECT_EQ(proof(1).key_at(8), std::nullopt);
}

TEST_F(ProofTest, CallsAndBackEdgesKnowWhatIsHeld) {
  program(R"(
    r1 = map[1]
    r2 = 8
    r3 = 0
    call 131
    if r0 == 0 goto out
    r6 = r0
    r7 = 4
again:
    r7 += -1
    if r7 != 0 goto again
    r1 = r6
    r2 = 0
    call 132
out:
    r0 = 0
    exit)");
  const std::vector<module::Held> expected = {{.insn = 9, .kind = HeldKind::reference, .acquired = 4},
                                              {.insn = 12, .kind = HeldKind::reference, .acquired = 4}};
  EXPECT_EQ(proof().held, expected);
}

TEST_F(ProofTest, OneProgramAndThoseItCanTailCall) {
  map(facts::MapType::prog_array, 4, 4, 2);
  module.maps[2].slots = {{.slot = 0, .index = 2}};
  program("r2 = map[2]\n r3 = 0\n call 12\n r0 = 0\n exit");
  program("exit");
  program("r0 = 1\n exit");
  const auto shared = std::make_shared<module::Module>(module);
  const auto some = verify(shared, {}, {.program = 0});
  ASSERT_TRUE(some);
  EXPECT_TRUE(some->proof(0) && !some->proof(1) && some->proof(2));
  const auto all = verify(shared, {});
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error().prog, 1u);
  EXPECT_EQ(all.error().verdict.answer, Answer::rejected);
}

// A value that only one update in a row decides is no constant of the first.
TEST_F(ProofTest, AConstantIsWhatTheMapHoldsInTheEnd) {
  module.maps[0].max_entries = 1;
  module.maps[0].flags = facts::map_flag::rdonly_prog;
  module.maps[0].frozen = module::Frozen::yes;
  module.maps[0].initial = {{Buffer(4), Buffer(48, 1)}, {Buffer(4), Buffer(48, 2)}};
  program(R"(
    r1 = map[0][0] + 0
    r0 = *(u8 *)(r1 + 0)
    if r0 == 2 goto +1
    r0 = *(u8 *)(r1 + 48)
    exit)");
  EXPECT_FALSE(proof().at[4].reached);
}

}  // namespace
}  // namespace skep::verify
