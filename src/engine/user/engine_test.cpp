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
  std::shared_ptr<Loaded> load() {
    auto loaded = engine.load(std::make_shared<module::Module>(module));
    if (!loaded) ADD_FAILURE() << loaded.error().text();
    return *loaded;
  }
  vm::Outcome run(Executor executor, const Loaded& loaded, const Input& input = {}) {
    auto out = engine.run(executor, *loaded.programs()[0], input);
    if (!out) ADD_FAILURE() << out.error().text();
    return *out;
  }
};

TEST_F(EngineTest, TheTimeOfARehearsalIsSaid) {
  program("r0 = 0\n exit");
  auto loaded = load();
  EXPECT_GT(run(Executor::interp, *loaded).rehearsal_ns, 0U);
  EXPECT_EQ(run(Executor::checked, *loaded).rehearsal_ns, 0U);
}

// What interp would do to this process must never happen: checked meets it first.
TEST_F(EngineTest, InterpRunsNothingThatCheckedRefuses) {
  Buffer memory(16, 7);
  for (auto text : {"r2 = 0\n *(u64 *)(r2 + 0) = 1\n r0 = 0\n exit",
                    "r1 += 100000000\n *(u8 *)(r1 + 0) = 1\n r0 = 0\n exit", "r0 = 0\nl: goto l"}) {
    module = {};
    program(text);
    auto loaded = load();
    Input input{.memory = memory, .max_insns = 1000};
    vm::Outcome out = run(Executor::interp, *loaded, input);
    EXPECT_NE(out.fault.kind, vm::FaultKind::none) << text;
    EXPECT_EQ(out.fault.region, run(Executor::checked, *loaded, input).fault.region);
  }
}

// A program that goes astray only for some answers of the host meets the same answers in rehearsal and run.
TEST_F(EngineTest, RehearsalAndRunGetTheSameAnswersMemoryAndMaps) {
  map(MapType::hash, 4, 8, 8);
  program(R"(
    r6 = r1
    *(u32 *)(r10 - 4) = 1
    *(u64 *)(r10 - 16) = 40
    call 7
    r7 = r0
    r1 = map[0]
    r2 = r10
    r2 += -4
    r3 = r10
    r3 += -16
    r4 = 0
    call 2
    r1 = map[0]
    r2 = r10
    r2 += -4
    call 1
    if r0 == 0 goto out
    r1 = *(u64 *)(r0 + 0)
    r1 += 2
    *(u64 *)(r0 + 0) = r1
    r2 = *(u64 *)(r6 + 0)
    r2 += r1
    *(u64 *)(r6 + 0) = r2
out:
    r0 = r7
    exit)");
  auto loaded = load();
  uint32_t calls = 0;
  vm::Host host = vm::this_machine();
  host.random = [&] { return 100 + calls++; };
  Buffer memory(8);
  vm::Outcome out = run(Executor::interp, *loaded, {.memory = memory, .host = &host});
  EXPECT_EQ(out.r0, 100u);
  EXPECT_EQ(calls, 1u);
  EXPECT_EQ(load_at<uint64_t>(memory, 0), 42u);
  uint32_t key = 1;
  auto value = loaded->maps()[0]->sys_lookup({reinterpret_cast<uint8_t*>(&key), 4});
  ASSERT_TRUE(value);
  EXPECT_EQ(load_at<uint64_t>(*value, 0), 42u);
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
  for (Executor executor : {Executor::checked, Executor::interp}) {
    auto loaded = load();
    EXPECT_EQ(run(executor, *loaded).fault.kind, vm::FaultKind::none);
    uint32_t key = 0;
    EXPECT_EQ(load_at<uint64_t>(*loaded->maps()[1]->sys_lookup({reinterpret_cast<uint8_t*>(&key), 4}), 0), 34u);
  }
}

TEST_F(EngineTest, ContextsRunInCheckedOnly) {
  program("r0 = *(u32 *)(r1 + 4)\n r2 = *(u32 *)(r1 + 0)\n r0 -= r2\n exit");
  module.progs[0].type = facts::ProgType::xdp;
  auto loaded = load();
  context::Context context(facts::ProgType::xdp);
  ASSERT_TRUE(context.assign(Buffer(60)));
  EXPECT_EQ(run(Executor::checked, *loaded, {.context = &context}).r0, 60u);
  auto refused = engine.run(Executor::interp, *loaded->programs()[0], {.context = &context});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().row().slug, "not-available");
}

TEST_F(EngineTest, WhatCannotRunIsSaid) {
  program("r0 = 0\n exit");
  module.progs[0].core_relocations = 3;
  auto loaded = load();
  EXPECT_EQ(engine.run(Executor::checked, *loaded->programs()[0], {}).error().row().slug, "core-not-applied");
  module.progs[0].core_relocations = 0;
  loaded = load();
  EXPECT_EQ(engine.run(Executor::checked, *loaded->programs()[0], {.cpu = 4}).error().row().slug, "no-such-lane");
  map(MapType::array, 8, 8, 1);
  auto no_map = engine.load(std::make_shared<module::Module>(module));
  ASSERT_FALSE(no_map);
  EXPECT_EQ(no_map.error().place(), "map 'm0'");
}

}  // namespace
}  // namespace skep::user
