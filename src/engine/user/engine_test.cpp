// SPDX-License-Identifier: Apache-2.0
#include "engine/user/engine.hpp"

#include <gtest/gtest.h>

#include "context/context.hpp"
#include "isa/assemble.hpp"

namespace skep::user {
namespace {

using facts::MapType;

struct EngineTest : ::testing::Test {
  Engine engine{{}, 4};
  module::Module module;

  void map(MapType type, uint32_t key, uint32_t value, uint32_t entries) {
    module::MapDef def;
    def.name = "m" + std::to_string(module.maps.size());
    def.type = type;
    def.key_size = key;
    def.value_size = value;
    def.max_entries = entries;
    module.maps.push_back(def);
  }
  void program(std::string_view text) {
    auto assembled = isa::assemble(text);
    ASSERT_TRUE(assembled) << assembled.error().text();
    module::ProgDef def;
    def.name = "p" + std::to_string(module.progs.size());
    def.insns = assembled->insns;
    module.progs.push_back(def);
  }
  std::shared_ptr<const module::Module> shared() const { return std::make_shared<module::Module>(module); }
  std::shared_ptr<Loaded> load(Executor executor, uint64_t memory_bytes = 0) {
    auto verified = verify::verify(shared(), engine.target(), {.memory_bytes = memory_bytes});
    if (!verified) {
      ADD_FAILURE() << verified.error().verdict.rejection->error.text();
      return nullptr;
    }
    auto loaded = engine.load(*verified, executor);
    if (!loaded) ADD_FAILURE() << loaded.error().text();
    return *loaded;
  }
  vm::Outcome run(const Loaded& loaded, const Input& input = {}) {
    auto out = engine.run(*loaded.programs()[0], input);
    if (!out) ADD_FAILURE() << out.error().text();
    return *out;
  }
  std::string refusal(const Loaded& loaded, const Input& input) {
    auto out = engine.run(*loaded.programs()[0], input);
    return out ? "" : std::string(out.error().row().slug);
  }
};

constexpr Executor both[] = {Executor::interp, Executor::checked};

// The only door for what nobody verified has a name of its own, and watches what comes through.
TEST_F(EngineTest, WhatIsNotVerifiedRunsByRunUncheckedOnly) {
  program("r2 = 0\n *(u64 *)(r2 + 0) = 1\n r0 = 0\n exit");
  auto loaded = *engine.load_unchecked(shared());
  EXPECT_EQ(refusal(*loaded, {}), "not-verified");
  EXPECT_EQ(engine.run_unchecked(*loaded->programs()[0], {})->fault.kind, vm::FaultKind::out_of_bounds);
  program("r0 = 1\n exit");
  auto verified = verify::verify(shared(), engine.target(), {.program = 1});
  ASSERT_TRUE(verified);
  loaded = *engine.load(*verified, Executor::interp);
  EXPECT_EQ(refusal(*loaded, {}), "not-verified");
  EXPECT_EQ(engine.run(*loaded->programs()[1], {})->r0, 1u);
}

// A proof is of a memory of one size.
TEST_F(EngineTest, ARawProgramRunsOnMemoryOfTheSizeItWasVerifiedFor) {
  program("r0 = *(u64 *)(r1 + 8)\n exit");
  Buffer memory(16, 7), small(15);
  for (Executor executor : both) {
    auto loaded = load(executor, 16);
    EXPECT_EQ(run(*loaded, {.memory = memory}).r0, 0x0707070707070707u);
    EXPECT_EQ(refusal(*loaded, {.memory = small}), "unsuited");
    EXPECT_EQ(refusal(*loaded, {}), "unsuited");
  }
}

TEST_F(EngineTest, AContextIsOfTheProgramsType) {
  program("r0 = *(u32 *)(r1 + 4)\n r2 = *(u32 *)(r1 + 0)\n r0 -= r2\n exit");
  module.progs[0].type = facts::ProgType::xdp;
  Buffer memory(100);
  context::Context context(facts::ProgType::xdp), other(facts::ProgType::sched_cls);
  ASSERT_TRUE(context.assign(Buffer(60)) && other.assign(Buffer(60)));
  for (Executor executor : both) {
    auto loaded = load(executor);
    EXPECT_EQ(run(*loaded, {.context = &context}).r0, 60u);
    EXPECT_EQ(refusal(*loaded, {.context = &other}), "unsuited");
    EXPECT_EQ(refusal(*loaded, {.memory = memory}), "unsuited");
  }
}

TEST_F(EngineTest, ASyscallProgramGetsAsMuchContextAsItTouches) {
  program("r0 = *(u8 *)(r1 + 7)\n exit");
  module.progs[0].type = facts::ProgType::syscall;
  module.progs[0].flags = facts::prog_flag::sleepable;
  auto loaded = load(Executor::interp);
  Buffer memory(8, 9), small(7);
  EXPECT_EQ(run(*loaded, {.memory = memory}).r0, 9u);
  EXPECT_EQ(refusal(*loaded, {.memory = small}), "unsuited");
}

// What the verifier took for constant must be so in a map that another object made.
TEST_F(EngineTest, ASharedMapIsAsItIsDefined) {
  map(MapType::array, 4, 8, 1);
  module.maps[0].flags = facts::map_flag::rdonly_prog;
  module.maps[0].frozen = module::Frozen::yes;
  module.maps[0].initial = {{Buffer(4), Buffer(8, 1)}};
  program("r1 = map[0][0] + 0\n r0 = *(u16 *)(r1 + 2)\n exit");
  auto first = load(Executor::interp);
  EXPECT_EQ(run(*first).r0, 0x101u);
  auto verified = verify::verify(shared(), engine.target());
  EXPECT_TRUE(engine.load(*verified, Executor::interp, first->maps()));
  module.maps[0].initial = {{Buffer(4), Buffer(8, 2)}};
  verified = verify::verify(shared(), engine.target());
  auto differs = engine.load(*verified, Executor::interp, first->maps());
  ASSERT_FALSE(differs);
  EXPECT_EQ(differs.error().row().slug, "map-differs");
}

TEST_F(EngineTest, ThirtyThreeTailCallsAndNoMore) {
  map(MapType::prog_array, 4, 4, 2);
  map(MapType::array, 4, 8, 1);
  module.maps[0].slots = {{.slot = 1, .index = 0}};
  program(R"(
    r6 = r1
    *(u32 *)(r10 - 4) = 0
    r1 = map[1]
    r2 = r10
    r2 += -4
    call 1
    if r0 == 0 goto out
    r1 = *(u64 *)(r0 + 0)
    r1 += 1
    *(u64 *)(r0 + 0) = r1
    r1 = r6
    r2 = map[0]
    r3 = 1
    call 12
out:
    r0 = 0
    exit)");
  module.progs[0].type = facts::ProgType::xdp;
  context::Context context(facts::ProgType::xdp);
  ASSERT_TRUE(context.assign(Buffer(60)));
  for (Executor executor : both) {
    auto loaded = load(executor);
    EXPECT_EQ(run(*loaded, {.context = &context}).fault.kind, vm::FaultKind::none);
    uint32_t key = 0;
    EXPECT_EQ(load_at<uint64_t>(*loaded->maps()[1]->sys_lookup({reinterpret_cast<uint8_t*>(&key), 4}), 0), 34u);
  }
}

TEST_F(EngineTest, WhatCannotRunIsSaid) {
  program("r0 = 0\n exit");
  module.progs[0].core_relocations = 3;
  EXPECT_EQ(refusal(*load(Executor::interp), {}), "core-not-applied");
  module.progs[0].core_relocations = 0;
  EXPECT_EQ(refusal(*load(Executor::interp), {.cpu = 4}), "no-such-lane");
  map(MapType::array, 8, 8, 1);
  auto no_map = engine.load_unchecked(shared());
  ASSERT_FALSE(no_map);
  EXPECT_EQ(no_map.error().place(), "map 'm0'");
}

}  // namespace
}  // namespace skep::user
