// SPDX-License-Identifier: Apache-2.0
// The C API as a C program meets it: open, change, load, run, use the maps; and what it says when something is wrong.
#include <gmock/gmock.h>
#include <skep/skep.h>

#include <array>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace skep {
namespace {

using ::testing::HasSubstr;
using ::testing::StrEq;

constexpr uint32_t type_hash = 1, type_array = 2, type_percpu_array = 6, type_lru_hash = 9, type_ringbuf = 27;
constexpr uint32_t prog_sched_cls = 3, prog_xdp = 6;

struct Close {
  void operator()(skep_object* o) const { skep_object_close(o); }
  void operator()(skep_map* m) const { skep_map_destroy(m); }
};
using Opened = std::unique_ptr<skep_object, Close>;
using OwnMap = std::unique_ptr<skep_map, Close>;

const std::string source = std::string(SKEP_SOURCE_DIR) + "/tests/api/every_part.bpf.c";

Opened open_all(const skep_open_options* options = nullptr) {
  Opened o(skep_object_open_file(source.c_str(), options));
  EXPECT_NE(o, nullptr) << skep_last_error()->text;
  return o;
}
Opened loaded() {
  Opened o = open_all();
  EXPECT_EQ(skep_object_load(o.get()), 0) << skep_last_error()->text;
  return o;
}
skep_program* program(const Opened& o, const char* name) { return skep_object_find_program(o.get(), name); }
skep_map* map(const Opened& o, const char* name) { return skep_object_find_map(o.get(), name); }
template <class T>
T* variable(const Opened& o, const char* name) {
  return static_cast<T*>(skep_object_variable(o.get(), name, nullptr));
}
std::string last() { return skep_last_error()->text; }

std::vector<uint8_t> frame() { return std::vector<uint8_t>(64, 0xab); }
struct Answer {
  int err;
  uint64_t r0;
};
Answer run(const Opened& o, const char* name, decltype(skep_program_run)* how = skep_program_run) {
  const auto packet = frame();
  skep_run_options options{};
  options.size = sizeof options;
  options.packet = packet.data();
  options.packet_size = packet.size();
  skep_run_result result{};
  result.size = sizeof result;
  const int err = how(program(o, name), &options, &result);
  return {err, result.r0};
}

// ---- open -----------------------------------------------------------------------------------------------------------

TEST(CApi, IteratesProgramsAndMaps) {
  Opened o = open_all();
  std::vector<std::string> programs, maps;
  for (auto* p = skep_object_next_program(o.get(), nullptr); p; p = skep_object_next_program(o.get(), p))
    programs.emplace_back(skep_program_name(p));
  for (auto* m = skep_object_next_map(o.get(), nullptr); m; m = skep_object_next_map(o.get(), m))
    maps.emplace_back(skep_map_name(m));
  EXPECT_THAT(programs, ::testing::UnorderedElementsAre("count", "only_when_named", "jump", "target", "crash"));
  EXPECT_THAT(maps, ::testing::UnorderedElementsAre("hits", "per_cpu", "calls", ".data", ".bss", ".rodata"));
  EXPECT_STREQ(skep_object_license(o.get()), "GPL");
  EXPECT_EQ(skep_program_object(program(o, "count")), o.get());
  EXPECT_EQ(skep_map_object(map(o, "hits")), o.get());
}

TEST(CApi, ProgramsSayWhatTheirSectionSays) {
  Opened o = open_all();
  auto* p = program(o, "count");
  EXPECT_STREQ(skep_program_section(p), "xdp");
  EXPECT_EQ(skep_program_type(p), prog_xdp);
  EXPECT_TRUE(skep_program_autoload(p));
  EXPECT_FALSE(skep_program_autoload(program(o, "only_when_named")));
  std::size_t count = 0;
  EXPECT_NE(skep_program_insns(p, &count), nullptr);
  EXPECT_GT(count, 5u);
}

TEST(CApi, NamesThatAreNotThereAreErrorsThatSayWhatThereIs) {
  Opened o = open_all();
  EXPECT_EQ(program(o, "cuont"), nullptr);
  EXPECT_EQ(skep_last_error()->err, ENOENT);
  EXPECT_THAT(last(), HasSubstr("count"));
  EXPECT_EQ(map(o, "hit"), nullptr);
  EXPECT_THAT(last(), HasSubstr("hits"));
  EXPECT_EQ(skep_object_variable(o.get(), "limti", nullptr), nullptr);
  EXPECT_THAT(last(), HasSubstr("limit"));
}

TEST(CApi, MemoryIsAnObjectWithTheNameItIsGiven) {
  const char bytes[] = "this is no ELF file";
  skep_open_options options{};
  options.size = sizeof options;
  options.name = "embedded";
  EXPECT_EQ(skep_object_open_memory(bytes, sizeof bytes, &options), nullptr);
  const skep_error& e = *skep_last_error();
  EXPECT_STREQ(e.place, "embedded");
  EXPECT_THAT(e.code, HasSubstr("SKEP-O"));
  EXPECT_NE(std::string(e.message), "");
  EXPECT_EQ(std::string(e.text).find("embedded: "), 0u);
}

// ---- options --------------------------------------------------------------------------------------------------------

struct Future {
  skep_open_options known{};
  uint64_t unknown = 0;
};

TEST(CApi, OptionsOfAnotherVersion) {
  Future longer;
  longer.known.size = sizeof longer;
  EXPECT_NE(open_all(&longer.known), nullptr);

  longer.unknown = 1;
  EXPECT_EQ(skep_object_open_file(source.c_str(), &longer.known), nullptr);
  EXPECT_EQ(skep_last_error()->err, E2BIG);

  skep_open_options older{};
  older.size = sizeof older.size;
  older.name = reinterpret_cast<const char*>(1);  // beyond what its size says: never looked at
  EXPECT_NE(open_all(&older), nullptr);

  older.size = 0;
  EXPECT_EQ(skep_object_open_file(source.c_str(), &older), nullptr);
  EXPECT_EQ(skep_last_error()->err, EINVAL);
}

TEST(CApi, ErrorsAreEachThreadsOwn) {
  EXPECT_EQ(skep_object_open_file("/nowhere.bpf.o", nullptr), nullptr);
  const std::string here = last();
  std::thread([] { EXPECT_EQ(skep_last_error()->err, 0); }).join();
  EXPECT_EQ(last(), here);
}

// ---- change, load, run ----------------------------------------------------------------------------------------------

TEST(CApi, GlobalDataIsSetBeforeLoadAndLiveAfter) {
  Opened o = open_all();
  *variable<uint32_t>(o, "limit") = 3;  // .rodata
  *variable<uint64_t>(o, "total") = 100;
  ASSERT_EQ(skep_object_load(o.get()), 0) << last();
  EXPECT_EQ(*variable<uint32_t>(o, "limit"), 3u);
  EXPECT_EQ(run(o, "count").r0, 3u);
  EXPECT_EQ(*variable<uint64_t>(o, "total"), 101u);
  *variable<uint64_t>(o, "total") = 7;
  EXPECT_EQ(run(o, "count").r0, 3u);
  EXPECT_EQ(*variable<uint64_t>(o, "total"), 8u);
  EXPECT_EQ(*variable<uint32_t>(o, "seen"), 2u);  // .bss
}

TEST(CApi, MemoryOfADeclaredMapIsRefused) {
  Opened o = open_all();
  EXPECT_EQ(skep_map_memory(map(o, "hits"), nullptr), nullptr);
  EXPECT_THAT(last(), HasSubstr("map 'hits' is no global data"));
  std::size_t size = 0;
  EXPECT_NE(skep_map_memory(map(o, ".bss"), &size), nullptr);
  EXPECT_EQ(size, skep_map_value_size(map(o, ".bss")));
}

TEST(CApi, WhatIsSetIsWhatIsLoaded) {
  Opened o = open_all();
  EXPECT_EQ(skep_map_set_max_entries(map(o, "hits"), 2), 0);
  EXPECT_EQ(skep_program_set_type(program(o, "only_when_named"), prog_sched_cls), 0);
  EXPECT_EQ(skep_program_set_autoload(program(o, "only_when_named"), true), 0);
  ASSERT_EQ(skep_object_load(o.get()), 0) << last();
  EXPECT_EQ(skep_map_max_entries(map(o, "hits")), 2u);
  for (uint32_t key = 0; key < 3; ++key) {
    const uint64_t value = 1;
    EXPECT_EQ(skep_map_update(map(o, "hits"), &key, 4, &value, 8, 0), key < 2 ? 0 : -E2BIG);
  }
  EXPECT_EQ(run(o, "only_when_named").err, 0);
  EXPECT_EQ(run(o, "crash").err, -ENOENT);
  EXPECT_THAT(last(), HasSubstr("program 'crash' is not loaded"));
}

TEST(CApi, AfterLoadNothingIsChanged) {
  Opened o = loaded();
  EXPECT_TRUE(skep_object_is_loaded(o.get()));
  EXPECT_EQ(skep_object_load(o.get()), -EBUSY);
  EXPECT_EQ(skep_map_set_max_entries(map(o, "hits"), 2), -EBUSY);
  EXPECT_EQ(skep_map_set_type(map(o, "hits"), type_array), -EBUSY);
  EXPECT_EQ(skep_program_set_type(program(o, "count"), prog_sched_cls), -EBUSY);
  EXPECT_EQ(skep_program_set_autoload(program(o, "count"), false), -EBUSY);
  EXPECT_THAT(last(), HasSubstr("program 'count': the object is loaded already"));
}

TEST(CApi, NumbersThatAreNoTypesAreRefused) {
  Opened o = open_all();
  EXPECT_EQ(skep_program_set_type(program(o, "count"), 4711), -EINVAL);
  EXPECT_EQ(skep_program_set_attach_type(program(o, "count"), 4711), -EINVAL);
  EXPECT_EQ(skep_map_set_type(map(o, "hits"), 4711), -EINVAL);
  EXPECT_THAT(last(), HasSubstr("4711 is no map type"));
}

TEST(CApi, AFailedLoadCanBeRepeated) {
  Opened o = open_all();
  ASSERT_EQ(skep_map_set_type(map(o, "hits"), type_ringbuf), 0);
  EXPECT_EQ(skep_object_load(o.get()), -EINVAL);
  EXPECT_THAT(last(), HasSubstr("bpf_map_lookup_elem (helper 1) does not work on ringbuf maps"));
  ASSERT_EQ(skep_map_set_type(map(o, "hits"), type_lru_hash), 0);
  EXPECT_EQ(skep_object_load(o.get()), -SKEP_ENOTSUPP);
  EXPECT_THAT(last(), HasSubstr("map 'hits': maps of type lru_hash are not available in the user engine yet"));
  ASSERT_EQ(skep_map_set_type(map(o, "hits"), type_hash), 0);
  EXPECT_EQ(skep_object_load(o.get()), 0) << last();
}

TEST(CApi, MapsThatAreNotMade) {
  Opened o = open_all();
  EXPECT_EQ(skep_map_set_autocreate(map(o, "hits"), false), 0);
  EXPECT_EQ(skep_object_load(o.get()), -EINVAL);
  EXPECT_THAT(last(), HasSubstr("program 'count' uses map 'hits', which is not to be made"));
  EXPECT_EQ(skep_program_set_autoload(program(o, "count"), false), 0);
  ASSERT_EQ(skep_object_load(o.get()), 0) << last();
  const uint32_t key = 0;
  uint64_t value = 0;
  EXPECT_EQ(skep_map_lookup(map(o, "hits"), &key, 4, &value, 8, 0), -EBADF);
  EXPECT_EQ(run(o, "jump").r0, 42u);  // its map has another number now
}

TEST(CApi, FirstContentThatIsNotLoaded) {
  Opened o = open_all();
  EXPECT_EQ(skep_program_set_autoload(program(o, "target"), false), 0);
  EXPECT_EQ(skep_object_load(o.get()), -EINVAL);
  EXPECT_THAT(last(), HasSubstr("element 1 of map 'calls' is to be program 'target', which is not to be loaded"));
}

TEST(CApi, ARunGivesPacketAndContextBack) {
  Opened o = loaded();
  auto packet = frame();
  std::array<uint8_t, 128> out{};
  skep_run_options options{};
  options.size = sizeof options;
  options.packet = packet.data();
  options.packet_size = packet.size();
  options.packet_out = out.data();
  options.packet_out_room = out.size();
  options.repeat = 3;
  skep_run_result result{};
  result.size = sizeof result;
  ASSERT_EQ(skep_program_run(program(o, "count"), &options, &result), 0) << last();
  EXPECT_EQ(result.packet_size, packet.size());
  EXPECT_EQ(out[0], 0xab + 3);  // each run adds one
  EXPECT_GT(result.insns, 5u);
  EXPECT_GT(result.context_size, 0u);
  EXPECT_EQ(*variable<uint32_t>(o, "seen"), 3u);

  options.packet_out_room = 10;
  EXPECT_EQ(skep_program_run(program(o, "count"), &options, &result), -ENOSPC);
  EXPECT_THAT(last(), HasSubstr("the packet afterwards has 64 bytes; there is room for 10"));
  EXPECT_EQ(result.packet_size, packet.size());
}

TEST(CApi, WhatIsNotSafeIsRefused) {
  Opened o = open_all();
  ASSERT_EQ(skep_program_set_autoload(program(o, "crash"), true), 0);
  EXPECT_EQ(skep_object_load(o.get()), -EACCES);
  EXPECT_THAT(last(), HasSubstr("every_part.bpf.c"));
  EXPECT_THAT(last(), HasSubstr("program 'crash': insn 1 (every_part.bpf.c:"));
  EXPECT_FALSE(skep_object_is_loaded(o.get()));
  ASSERT_EQ(skep_program_set_autoload(program(o, "crash"), false), 0);
  EXPECT_EQ(skep_object_load(o.get()), 0) << last();
}

TEST(CApi, UncheckedIsADoorOfItsOwn) {
  Opened o = open_all();
  ASSERT_EQ(skep_program_set_autoload(program(o, "crash"), true), 0);
  ASSERT_EQ(skep_object_load_unchecked(o.get()), 0) << last();
  EXPECT_EQ(run(o, "count").err, -EPERM);
  EXPECT_THAT(last(), HasSubstr("was loaded without being verified"));
  EXPECT_EQ(run(o, "count", skep_program_run_unchecked).r0, 2u);
  EXPECT_EQ(run(o, "crash", skep_program_run_unchecked).err, -EFAULT);
  EXPECT_THAT(last(), HasSubstr("program 'crash': insn"));
}

TEST(CApi, AnEndlessRunIsStopped) {
  Opened o = loaded();
  const auto packet = frame();
  skep_run_options options{};
  options.size = sizeof options;
  options.packet = packet.data();
  options.packet_size = packet.size();
  options.max_insns = 3;
  EXPECT_EQ(skep_program_run(program(o, "count"), &options, nullptr), -ELOOP);
}

// ---- maps -----------------------------------------------------------------------------------------------------------

TEST(CApi, MapsOfTheirOwnHaveTheOperationsOfTheSystemCall) {
  skep_map_options options{};
  options.size = sizeof options;
  options.name = "own";
  options.type = type_hash;
  options.key_size = 4;
  options.value_size = 8;
  options.max_entries = 10;
  OwnMap m(skep_map_create(&options));
  ASSERT_NE(m, nullptr) << last();
  uint32_t key = 7, next = 0;
  uint64_t value = 70;
  EXPECT_EQ(skep_map_lookup(m.get(), &key, 4, &value, 8, 0), -ENOENT);
  EXPECT_EQ(skep_map_update(m.get(), &key, 4, &value, 8, 0), 0);
  EXPECT_EQ(skep_map_update(m.get(), &key, 4, &value, 8, 1 /* BPF_NOEXIST */), -EEXIST);
  EXPECT_EQ(skep_map_update(m.get(), &key, 3, &value, 8, 0), -EINVAL);
  value = 0;
  EXPECT_EQ(skep_map_lookup(m.get(), &key, 4, &value, 8, 0), 0);
  EXPECT_EQ(value, 70u);
  EXPECT_EQ(skep_map_next_key(m.get(), nullptr, &next, 4), 0);
  EXPECT_EQ(next, 7u);
  EXPECT_EQ(skep_map_next_key(m.get(), &key, &next, 4), -ENOENT);
  EXPECT_THAT(last(), HasSubstr("there is no such element"));
  EXPECT_EQ(skep_map_lookup_and_delete(m.get(), &key, 4, &value, 8, 0), 0);
  EXPECT_EQ(skep_map_delete(m.get(), &key, 4, 0), -ENOENT);
  EXPECT_EQ(skep_map_freeze(m.get()), 0);
  EXPECT_EQ(skep_map_update(m.get(), &key, 4, &value, 8, 0), -EPERM);
}

TEST(CApi, BatchesWalkTheWholeMap) {
  skep_map_options options{};
  options.size = sizeof options;
  options.type = type_hash;
  options.key_size = options.value_size = 4;
  options.max_entries = 100;
  OwnMap m(skep_map_create(&options));
  std::vector<uint32_t> keys(100), values(100);
  for (uint32_t i = 0; i < 100; ++i) keys[i] = i, values[i] = 2 * i;
  uint32_t count = 100;
  ASSERT_EQ(skep_map_update_batch(m.get(), keys.data(), values.data(), &count, 0), 0);
  ASSERT_EQ(count, 100u);
  std::vector<bool> seen(100);
  uint32_t token[2] = {0, 0xdeadbeef};  // 4 bytes are enough
  int err = 0;
  for (const void* in = nullptr; err == 0; in = token) {
    count = 7;
    err = skep_map_lookup_batch(m.get(), in, token, keys.data(), values.data(), &count, 0);
    for (uint32_t i = 0; i < count; ++i) {
      EXPECT_EQ(values[i], 2 * keys[i]);
      EXPECT_FALSE(seen[keys[i]]);
      seen[keys[i]] = true;
    }
  }
  EXPECT_EQ(err, -ENOENT);
  EXPECT_THAT(seen, ::testing::Each(true));
  EXPECT_EQ(token[1], 0xdeadbeefu);
  count = 100;
  EXPECT_EQ(skep_map_lookup_and_delete_batch(m.get(), nullptr, token, keys.data(), values.data(), &count, 0), -ENOENT);
  EXPECT_EQ(count, 100u);
  EXPECT_EQ(skep_map_next_key(m.get(), nullptr, keys.data(), 4), -ENOENT);
}

TEST(CApi, ValuesOfPerCpuMapsHaveAllLanes) {
  Opened o = loaded();
  auto* m = map(o, "per_cpu");
  EXPECT_EQ(skep_map_type(m), type_percpu_array);
  ASSERT_EQ(skep_map_user_value_size(m), 8u * skep_lanes());
  std::vector<uint64_t> values(skep_lanes());
  const uint32_t key = 0;
  ASSERT_EQ(skep_map_lookup(m, &key, 4, values.data(), 8 * values.size(), 0), 0);
  EXPECT_EQ(skep_map_lookup(m, &key, 4, values.data(), 8, 0), -EINVAL);
}

TEST(CApi, ProgramsGoIntoAProgArray) {
  Opened o = loaded();
  EXPECT_EQ(run(o, "jump").r0, 42u);  // calls[1] is target
  EXPECT_EQ(skep_map_set_program(map(o, "calls"), 1, nullptr), 0);
  EXPECT_EQ(run(o, "jump").r0, 1u);
  EXPECT_EQ(skep_map_set_program(map(o, "calls"), 1, program(o, "target")), 0);
  EXPECT_EQ(run(o, "jump").r0, 42u);
  EXPECT_EQ(skep_map_set_program(map(o, "calls"), 99, program(o, "target")), -E2BIG);
  EXPECT_EQ(skep_map_set_program(map(o, "calls"), 1, program(o, "only_when_named")), -EINVAL);
  EXPECT_EQ(skep_map_set_program(map(o, "hits"), 1, program(o, "target")), -EINVAL);
  EXPECT_THAT(last(), HasSubstr("map 'hits' is of type hash; programs go into a prog_array"));
}

TEST(CApi, RunsOfManyThreadsShareTheMaps) {
  Opened o = loaded();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int k = 0; k < 500; ++k) EXPECT_EQ(run(o, "count").err, 0);
    });
  for (auto& t : threads) t.join();
  EXPECT_EQ(*variable<uint32_t>(o, "seen"), 2000u);  // it counts with an atomic add
}

TEST(CApi, ObjectsShareAMap) {
  Opened first = loaded(), second = open_all();
  ASSERT_EQ(skep_map_set_max_entries(map(second, "hits"), 1), 0);
  ASSERT_EQ(skep_map_share(map(second, "hits"), map(first, "hits")), 0) << last();
  EXPECT_EQ(skep_map_max_entries(map(second, "hits")), 16u);
  ASSERT_EQ(skep_object_load(second.get()), 0) << last();
  const uint32_t key = 1;
  uint64_t value = 0;
  ASSERT_EQ(skep_map_update(map(first, "hits"), &key, 4, &value, 8, 0), 0);
  EXPECT_EQ(run(first, "count").err, 0);
  EXPECT_EQ(run(second, "count").err, 0);
  first.reset();
  EXPECT_EQ(skep_map_lookup(map(second, "hits"), &key, 4, &value, 8, 0), 0);
  EXPECT_EQ(value, 2u);

  Opened third = open_all(), fourth = open_all();
  EXPECT_EQ(skep_map_share(map(third, "hits"), map(fourth, "hits")), -EBADF);
}

TEST(CApi, InstructionsAreAnObjectOfOneProgram) {
  Opened other = loaded();
  skep_map* maps[] = {map(other, ".bss")};
  const uint64_t insns[] = {
      0x0000000000002118, 0,                   // r1 = map 0[0]+0
      0x0000000000001061, 0x0000000000000095,  // r0 = *(u32 *)(r1 + 0); exit
  };
  skep_insns_options options{};
  options.size = sizeof options;
  options.name = "raw";
  options.type = prog_xdp;
  options.insns = insns;
  options.count = std::size(insns);
  options.maps = maps;
  options.map_count = 1;
  Opened o(skep_object_from_insns(&options));
  ASSERT_NE(o, nullptr) << last();
  ASSERT_EQ(skep_object_load(o.get()), 0) << last();
  EXPECT_EQ(run(o, "raw").r0, 0u);
  *variable<uint32_t>(other, "seen") = 5;
  EXPECT_EQ(run(o, "raw").r0, 5u);
}

// ---- what waits -----------------------------------------------------------------------------------------------------

TEST(CApi, LinksAndBuffersSayWhatTheyWaitFor) {
  Opened o = loaded();
  EXPECT_EQ(skep_program_attach(program(o, "count")), nullptr);
  EXPECT_EQ(skep_last_error()->err, SKEP_ENOTSUPP);
  EXPECT_THAT(last(), StrEq("attaching program 'count' is not supported yet: it waits for links of the user engine"));
  EXPECT_EQ(skep_ring_buffer_new(map(o, "hits"), nullptr, nullptr), nullptr);
  EXPECT_EQ(skep_last_error()->err, SKEP_ENOTSUPP);
  EXPECT_EQ(skep_link_destroy(nullptr), 0);
  skep_ring_buffer_free(nullptr);
}

}  // namespace
}  // namespace skep
