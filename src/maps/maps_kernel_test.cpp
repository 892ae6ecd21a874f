// SPDX-License-Identifier: Apache-2.0
// The running kernel as judge: the same attributes make or do not make a map, with the same errno; the same random
// operations give the same results. Skipped, with the errno, only where bpf(2) cannot load an empty XDP program.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <random>

#include "maps/prog_array.hpp"
#include "maps/test_ops.hpp"
#include "sys/kernel_judge.hpp"

namespace skep::maps::test {
namespace {

using facts::MapType;
namespace map_flag = facts::map_flag;

// One operation of a program on a map of 4-byte keys and 8-byte values, all given in the packet.
class KernelProgram {
 public:
  KernelProgram(int map, std::string_view call)
      : program_(sys::test::xdp, fmt::format(R"(
          r2 = *(u32 *)(r1 + 0)
          r3 = *(u32 *)(r1 + 4)
          r4 = r2
          r4 += 24
          r0 = 0
          if r4 > r3 goto out
          r1 = *(u64 *)(r2 + 0)
          *(u64 *)(r10 - 8) = r1
          r1 = *(u64 *)(r2 + 8)
          *(u64 *)(r10 - 16) = r1
          r4 = *(u64 *)(r2 + 16)
          r1 = map[{}]
          r2 = r10
          r2 += -8
          r3 = r10
          r3 += -16
          {}
        out:
          exit
        )",
                                             map, call)) {}

  int run(uint32_t key, uint8_t value, uint64_t flags) {
    Buffer packet(64, value);
    store(packet.data(), key);
    store(packet.data() + 16, flags);
    const sys::TestRun run = program_.run(packet);
    if (run.err != 0) throw std::runtime_error(fmt::format("test run: {}", run.err));
    return static_cast<int>(run.r0);
  }

 private:
  sys::test::KernelProgram program_;
};

class KernelMap {
 public:
  explicit KernelMap(const Definition& d)
      : d_(d),
        map_(sys::Map::create({.type = static_cast<uint32_t>(d.type),
                               .key_size = d.key_size,
                               .value_size = d.value_size,
                               .max_entries = d.max_entries,
                               .flags = d.flags,
                               .extra = d.extra,
                               .values = per_cpu(d) ? sys::Values::per_cpu : sys::Values::one})) {}
  int created() const { return map_ ? 0 : map_.error(); }
  const sys::Map& operator*() const { return *map_; }
  const sys::Map* operator->() const { return &*map_; }

  std::map<Buffer, Buffer> content() const {
    std::map<Buffer, Buffer> all;
    for (auto key = map_->next_key(std::nullopt); key && all.size() <= d_.max_entries; key = map_->next_key(*key))
      all[*key] = map_->lookup(*key).value_or(Buffer{});
    return all;
  }

 private:
  Definition d_;
  sys::Answer<sys::Map> map_;
};

Batch batch(sys::Batch b) {
  return {.err = b.err,
          .count = b.count,
          .keys = std::move(b.keys),
          .values = std::move(b.values),
          .next = std::move(b.next)};
}

Outcome apply_to_kernel(const KernelMap& map, const Definition& d, unsigned lanes, const Op& op) {
  Buffer key = key_bytes(d, op.key);
  switch (op.kind) {
    case Kind::lookup:
    case Kind::sys_lookup: return outcome(map->lookup(key, op.flags));
    case Kind::update:
    case Kind::sys_update: return {map->update(key, sys_value_bytes(d, lanes, op.value), op.flags)};
    case Kind::remove:
    case Kind::sys_remove: return {map->remove(key)};
    case Kind::sys_lookup_remove: return outcome(map->lookup_remove(key, op.flags));
  }
  return {};
}

struct MapsKernel : sys::test::AsksKernel {
  unsigned lanes = sys::possible_cpus();
};

int created(const Definition& d, unsigned lanes) {
  auto map = create(d, lanes);
  return map ? 0 : -map.error().row().err;
}

std::string text(const Definition& d) {
  return std::string(facts::name(d.type)) + " key=" + std::to_string(d.key_size) +
         " value=" + std::to_string(d.value_size) + " entries=" + std::to_string(d.max_entries) +
         " flags=" + std::to_string(d.flags) + " extra=" + std::to_string(d.extra);
}

constexpr MapType types[] = {MapType::array, MapType::hash, MapType::percpu_array, MapType::percpu_hash,
                             MapType::prog_array};

TEST_F(MapsKernel, SizesAreRefusedAlike) {
  constexpr uint32_t key_sizes[] = {0, 1, 4, 5, 8, 512, (4 << 20) - 64, (4 << 20) - 48, 4 << 20, ~0u};
  constexpr uint32_t value_sizes[] = {0,        1,  4, 8, (32 << 10) - 8, (32 << 10) - 7, 32 << 10, (32 << 10) + 1,
                                      1u << 31, ~0u};
  for (MapType type : types)
    for (uint32_t key : key_sizes)
      for (uint32_t value : value_sizes)
        for (uint32_t entries : {0u, 1u, 3u}) {
          Definition d{.type = type, .key_size = key, .value_size = value, .max_entries = entries};
          ASSERT_EQ(created(d, lanes), KernelMap(d).created()) << text(d);
        }
}

TEST_F(MapsKernel, TheLargestElementIsTheSame) {
  for (uint32_t key : {4u, 8u, 100u})
    for (uint32_t all = (4 << 20) - 70; all < (4 << 20) + 8; ++all) {
      Definition d{.type = MapType::hash,
                   .key_size = key,
                   .value_size = all - key,
                   .max_entries = 1,
                   .flags = map_flag::no_prealloc};
      ASSERT_EQ(created(d, lanes), KernelMap(d).created()) << text(d);
    }
}

TEST_F(MapsKernel, FlagsAreRefusedAlike) {
  for (MapType type : types)
    for (unsigned one = 0; one < 32; ++one)
      for (unsigned two = one; two < 32; ++two) {
        Definition d{.type = type, .key_size = 4, .value_size = 4, .max_entries = 1, .flags = 1u << one | 1u << two};
        if (d.flags & (map_flag::token_fd | map_flag::vtype_btf_obj_fd)) continue;  // they name a descriptor
        ASSERT_EQ(created(d, lanes), KernelMap(d).created()) << text(d);
      }
  for (MapType type : types) {
    Definition d{.type = type, .key_size = 4, .value_size = 4, .max_entries = 1, .extra = 1};
    ASSERT_EQ(created(d, lanes), KernelMap(d).created()) << text(d);
  }
}

// Too many entries: sizes that no machine of today has, so that the kernel does not try.
TEST_F(MapsKernel, ManyEntriesAreRefusedAlike) {
  for (MapType type : types)
    for (uint32_t value : {4u, 1u << 20, 1u << 30})
      for (uint32_t entries : {(1u << 27) + 1, 1u << 28, 1u << 31, (1u << 31) + 1, ~0u}) {
        Definition d{.type = type, .key_size = 4, .value_size = value, .max_entries = entries};
        if (type == MapType::prog_array || (uint64_t{value} * entries < uint64_t{1} << 45 && is_array(d))) continue;
        ASSERT_EQ(created(d, lanes), KernelMap(d).created()) << text(d);
      }
}

TEST_F(MapsKernel, RandomOperationsGiveTheSameResults) {
  std::mt19937 random(1);
  constexpr uint64_t flags[] = {0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, uint64_t{1} << 32};
  for (MapType type : {MapType::array, MapType::hash, MapType::percpu_array, MapType::percpu_hash})
    for (uint32_t no_prealloc : {0u, map_flag::no_prealloc})
      for (uint32_t value_size : {8u, 1u, 12u, 100u}) {
        Definition d{.type = type, .key_size = 4, .value_size = value_size, .max_entries = 20};
        if (!is_array(d)) d.flags = no_prealloc;
        KernelMap theirs(d);
        ASSERT_EQ(theirs.created(), 0);
        auto ours = *create(d, lanes);
        for (int i = 0; i < 2000; ++i) {
          constexpr Kind kinds[] = {Kind::sys_lookup, Kind::sys_update, Kind::sys_update, Kind::sys_remove,
                                    Kind::sys_lookup_remove};
          Op op{kinds[random() % 5], static_cast<uint32_t>(random() % 26), static_cast<uint8_t>(random()),
                flags[random() % std::size(flags)]};
          ASSERT_EQ(apply(*ours, op), apply_to_kernel(theirs, d, lanes, op)) << text(d) << ": " << op;
          if (i % 100 == 0) {
            ASSERT_EQ(content(*ours), theirs.content()) << text(d);
          }
        }
      }
}

// The programs' face. On CPU 0, which is lane 0, so that per-CPU values are compared too.
TEST_F(MapsKernel, ProgramsGetTheSameResults) {
  cpu_set_t before, first;
  CPU_ZERO(&first);
  CPU_SET(0, &first);
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  ASSERT_EQ(sched_setaffinity(0, sizeof first, &first), 0);
  std::mt19937 random(1);
  constexpr uint64_t flags[] = {0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, uint64_t{1} << 32};
  for (MapType type : {MapType::array, MapType::hash, MapType::percpu_array, MapType::percpu_hash}) {
    Definition d{.type = type, .key_size = 4, .value_size = 8, .max_entries = 10};
    KernelMap theirs(d);
    auto ours = *create(d, lanes);
    KernelProgram lookup(theirs->fd(), "call 1; if r0 == 0 goto out; r0 = *(u8 *)(r0 + 0)");
    KernelProgram update(theirs->fd(), "call 2");
    KernelProgram remove(theirs->fd(), "call 3");
    for (int i = 0; i < 3000; ++i) {
      auto key = static_cast<uint32_t>(random() % 14);
      auto value = static_cast<uint8_t>(1 + random() % 255);
      Op op{all_kinds[random() % 5], key, value, flags[random() % std::size(flags)]};
      std::string place = text(d);
      switch (op.kind) {
        case Kind::lookup: {
          auto* at = static_cast<uint8_t*>(ours->lookup(key_bytes(d, key), 0));
          ASSERT_EQ(at ? *at : 0, lookup.run(key, value, 0)) << place << " " << op;
          break;
        }
        case Kind::update:
          ASSERT_EQ(apply(*ours, op).err, update.run(key, value, op.flags)) << place << " " << op;
          break;
        case Kind::remove: ASSERT_EQ(apply(*ours, op).err, remove.run(key, value, 0)) << place << " " << op; break;
        case Kind::sys_lookup:
        case Kind::sys_update:
        case Kind::sys_remove:
        case Kind::sys_lookup_remove:
          ASSERT_EQ(apply(*ours, op), apply_to_kernel(theirs, d, lanes, op)) << place << " " << op;
          break;
      }
      if (i % 20 == 0) {
        ASSERT_EQ(content(*ours), theirs.content()) << place << " after " << op;
      }
    }
  }
  sched_setaffinity(0, sizeof before, &before);
}

TEST_F(MapsKernel, BatchesGiveTheSameResults) {
  for (MapType type : types)
    for (uint32_t filled : {0u, 3u, 16u}) {
      Definition d{.type = type, .key_size = 4, .value_size = 4, .max_entries = 16};
      KernelMap theirs(d);
      auto ours = *create(d, lanes);
      auto same = [&](const char* what, Batch kernel, Batch mine) {
        EXPECT_EQ(mine.err, kernel.err) << what << " " << text(d) << " filled " << filled;
        if (kernel.err == 0 || kernel.err == -ENOENT) {
          EXPECT_EQ(mine.count, kernel.count) << what << " " << text(d) << " filled " << filled;
          EXPECT_EQ(content(d, theirs->value_size(), mine), content(d, theirs->value_size(), kernel))
              << what << text(d);
        }
      };
      Buffer keys, values;
      for (uint32_t k = 0; k < filled; ++k) {
        Buffer key = key_bytes(d, k), value = sys_value_bytes(d, lanes, static_cast<uint8_t>(k));
        keys.insert(keys.end(), key.begin(), key.end());
        values.insert(values.end(), value.begin(), value.end());
      }
      for (uint64_t flags : {0u, 1u, 4u}) {
        auto put = theirs->update_batch(keys, values, filled, flags);
        auto put_here = ours->sys_update_batch(keys, values, filled, flags);
        EXPECT_EQ(put_here.err, put.err) << text(d) << " flags " << flags << " filled " << filled;
        EXPECT_EQ(put_here.count, put.err ? 0 : put.count);
        for (uint32_t n : {0u, 16u, 17u, 100u})
          same("lookup", batch(theirs->lookup_batch(n, flags)), ours->sys_lookup_batch({}, n, flags));
      }
      auto remove = [&](uint32_t n, uint64_t flags) {
        Bytes some = Bytes(keys).first(n * 4);
        auto kernel = theirs->remove_batch(some, n, flags);
        auto mine = ours->sys_remove_batch(some, n, flags);
        EXPECT_EQ(mine.err, kernel.err) << text(d) << " n " << n << " filled " << filled;
        EXPECT_EQ(mine.count, kernel.err && kernel.err != -ENOENT ? 0 : kernel.count) << text(d);
      };
      remove(filled / 2, 4);
      remove(filled / 2, 0);
      remove(filled / 2, 0);  // they are gone
      EXPECT_EQ(content(*ours), theirs.content());
      same("take", batch(theirs->lookup_remove_batch(100)), ours->sys_lookup_remove_batch({}, 100));
      EXPECT_EQ(content(*ours), theirs.content());
    }
}

// Every command on a map that user space may not read, may not write, or that is frozen.
TEST_F(MapsKernel, PermissionsAreAskedInTheSameOrder) {
  for (MapType type : types)
    for (uint32_t rights : {0u, map_flag::rdonly, map_flag::wronly})
      for (int freezes : {0, 1, 2}) {
        Definition d{.type = type, .key_size = 4, .value_size = 4, .max_entries = 4, .flags = rights};
        KernelMap theirs(d);
        ASSERT_EQ(theirs.created(), 0);
        auto ours = *create(d, lanes);
        for (int i = 0; i < freezes; ++i) EXPECT_EQ(ours->sys_freeze(), theirs->freeze()) << text(d) << " freeze " << i;
        for (uint32_t key : {0u, 1u, 9u})
          for (uint64_t flags : {0u, 1u, 2u, 3u, 4u, 8u})
            for (Kind kind : {Kind::sys_update, Kind::sys_lookup, Kind::sys_remove, Kind::sys_lookup_remove}) {
              Op op{kind, key, 0xff, flags};  // 0xffffffff: no descriptor, for prog_array
              EXPECT_EQ(apply(*ours, op), apply_to_kernel(theirs, d, lanes, op))
                  << text(d) << " freezes " << freezes << " " << op;
            }
        EXPECT_EQ(outcome(ours->sys_next_key(std::nullopt)).err, outcome(theirs->next_key(std::nullopt)).err)
            << text(d);
        EXPECT_EQ(ours->sys_lookup_batch({}, 8).err, theirs->lookup_batch(8).err) << text(d);
        EXPECT_EQ(ours->sys_lookup_remove_batch({}, 8).err, theirs->lookup_remove_batch(8).err) << text(d);
        EXPECT_EQ(ours->sys_update_batch({}, {}, 0).err, theirs->update_batch({}, {}, 0).err) << text(d);
        EXPECT_EQ(ours->sys_remove_batch({}, 0).err, theirs->remove_batch({}, 0).err) << text(d);
      }
}

TEST_F(MapsKernel, ProgArrayHoldsWhatWasPutIn) {
  Definition d{.type = MapType::prog_array, .key_size = 4, .value_size = 4, .max_entries = 3};
  KernelMap theirs(d);
  auto made = *create(d, lanes);
  auto& ours = static_cast<ProgArray&>(*made);
  const auto program = sys::load_program({.type = sys::test::xdp, .insns = sys::test::assembled("r0 = 0; exit").insns});
  ASSERT_EQ(program.err, 0);
  Buffer descriptor(4);
  store(descriptor.data(), program.fd.get());
  std::mt19937 random(1);
  std::optional<uint32_t> id;
  for (int i = 0; i < 500; ++i) {
    auto index = static_cast<uint32_t>(random() % 4);
    Buffer key = key_bytes(d, index);
    switch (random() % 3) {
      case 0: {
        uint64_t flags = random() % 4 ? 0 : random() % 8;
        int err = theirs->update(key, descriptor, flags);
        if (!err && !id) id = load<uint32_t>(theirs->lookup(key)->data());
        ASSERT_EQ(ours.set(index, {std::make_shared<int>(1), id.value_or(0)}, flags), err) << flags;
        break;
      }
      case 1: ASSERT_EQ(ours.sys_remove(key), theirs->remove(key)); break;
      case 2: ASSERT_EQ(outcome(ours.sys_lookup(key)), outcome(theirs->lookup(key))); break;
    }
  }
}

}  // namespace
}  // namespace skep::maps::test
