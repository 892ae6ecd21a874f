// SPDX-License-Identifier: Apache-2.0
// Map types: what their keys and values must be and what they hold. Ids are the kernel's.
//
// What the verifier asks of a map in a program stands at the end of a row: what a lookup gives, whether ld_imm64 may
// name an address inside, where the map may be named at all. Which helper functions take which maps: map_use.hpp; what
// values may hold besides bytes: value_fields.hpp.
//
// `holds` tells bytes, which a program reads and writes through the pointer a lookup gives, from things that live
// in the kernel or in this process and are named by a descriptor when they are put in.
#pragma once

#include <cstdint>
#include <optional>

#include "base/error.hpp"
#include "facts/caps.hpp"
#include "facts/rows.hpp"
#include "facts/version.hpp"

namespace skep::facts {

enum class KeySize : uint8_t { none, four, any };
enum class ValueSize : uint8_t { none, four, four_or_eight, any };
enum class Copies : uint8_t { one, per_cpu };
enum class Holds : uint8_t { bytes, programs, maps, handles, stream, memory };

// What map_lookup_elem gives a program; each of them may be null. `nothing`: the type has no lookup from programs.
enum class Finds : uint8_t { nothing, value, map, socket, xdp_sock };
// Addresses that ld_imm64 (source 2 or 6) may name. `one_value`: inside the value of an array of one element, from 0 up
// to its size; when such a map is frozen and read-only for programs, what is read at a constant offset is a constant.
// `arena`: up to the arena's end.
enum class DirectAddress : uint8_t { none, one_value, arena };

// Rare facts of a map type.
struct MapTypeFacts {
  Finds finds = Finds::nothing;
  DirectAddress direct = DirectAddress::none;
  bool sleepable = false;         // sleepable programs may name it
  bool inner = true;              // may be inside a map of maps
  bool never_null = false;        // a lookup with a constant key inside is known to find something
  bool once = false;              // a program names one of these at most
  bool nameable = true;           // by programs at all
  bool read_only = false;         // what a lookup finds may not be written, whatever the map's flags
  std::optional<Cap> needs = {};  // besides Cap::bpf, by a program that names it
  bool needs_jit = false;
  bool bound = false;  // the first program that names it decides which may after it: those of its type
};

// clang-format off
//    name                  id  since   key    value          copies    holds
#define SKEP_MAP_TYPES(X) \
  X(  unspec,                0, "3.18", none,  none,          one,      bytes    ) \
  X(  hash,                  1, "3.19", any,   any,           one,      bytes, .finds = Finds::value, .sleepable = true ) \
  X(  array,                 2, "3.19", four,  any,           one,      bytes, .finds = Finds::value, .direct = DirectAddress::one_value, .sleepable = true, .never_null = true ) \
  X(  prog_array,            3, "4.2",  four,  four,          one,      programs, .inner = false, .bound = true ) \
  X(  perf_event_array,      4, "4.3",  four,  four,          one,      handles  ) \
  X(  percpu_hash,           5, "4.6",  any,   any,           per_cpu,  bytes, .finds = Finds::value, .sleepable = true ) \
  X(  percpu_array,          6, "4.6",  four,  any,           per_cpu,  bytes, .finds = Finds::value, .sleepable = true, .never_null = true ) \
  X(  stack_trace,           7, "4.6",  four,  any,           one,      bytes    ) \
  X(  cgroup_array,          8, "4.8",  four,  four,          one,      handles  ) \
  X(  lru_hash,              9, "4.10", any,   any,           one,      bytes, .finds = Finds::value, .sleepable = true ) \
  X(  lru_percpu_hash,      10, "4.10", any,   any,           per_cpu,  bytes, .finds = Finds::value, .sleepable = true ) \
  X(  lpm_trie,             11, "4.11", any,   any,           one,      bytes, .finds = Finds::value ) \
  X(  array_of_maps,        12, "4.12", four,  four,          one,      maps, .finds = Finds::map, .sleepable = true, .inner = false ) \
  X(  hash_of_maps,         13, "4.12", any,   four,          one,      maps, .finds = Finds::map, .sleepable = true, .inner = false ) \
  X(  devmap,               14, "4.14", four,  four_or_eight, one,      handles, .finds = Finds::value, .read_only = true, .bound = true ) \
  X(  sockmap,              15, "4.14", four,  four_or_eight, one,      handles, .finds = Finds::socket ) \
  X(  cpumap,               16, "4.15", four,  four_or_eight, one,      handles, .bound = true ) \
  X(  xskmap,               17, "4.18", four,  four,          one,      handles, .finds = Finds::xdp_sock ) \
  X(  sockhash,             18, "4.18", any,   four_or_eight, one,      handles, .finds = Finds::socket ) \
  X(  cgroup_storage,       19, "4.19", any,   any,           one,      bytes, .inner = false, .once = true ) \
  X(  reuseport_sockarray,  20, "4.19", four,  four_or_eight, one,      handles  ) \
  X(  percpu_cgroup_storage,21, "4.20", any,   any,           per_cpu,  bytes, .inner = false, .once = true ) \
  X(  queue,                22, "4.20", none,  any,           one,      bytes, .sleepable = true ) \
  X(  stack,                23, "4.20", none,  any,           one,      bytes, .sleepable = true ) \
  X(  sk_storage,           24, "5.2",  four,  any,           one,      bytes, .sleepable = true ) \
  X(  devmap_hash,          25, "5.4",  four,  four_or_eight, one,      handles, .finds = Finds::value, .read_only = true ) \
  X(  struct_ops,           26, "5.6",  four,  any,           one,      handles, .inner = false, .nameable = false ) \
  X(  ringbuf,              27, "5.8",  none,  none,          one,      stream, .sleepable = true ) \
  X(  inode_storage,        28, "5.10", four,  any,           one,      bytes, .sleepable = true ) \
  X(  task_storage,         29, "5.11", four,  any,           one,      bytes, .sleepable = true ) \
  X(  bloom_filter,         30, "5.16", none,  any,           one,      bytes    ) \
  X(  user_ringbuf,         31, "6.1",  none,  none,          one,      stream, .sleepable = true ) \
  X(  cgrp_storage,         32, "6.2",  four,  any,           one,      bytes, .sleepable = true ) \
  X(  arena,                33, "6.9",  none,  none,          one,      memory, .direct = DirectAddress::arena, .sleepable = true, .once = true, .needs = Cap::perfmon, .needs_jit = true )
// clang-format on

enum class MapType : uint8_t {
#define X(name, id, ...) name = id,
  SKEP_MAP_TYPES(X)
#undef X
};

struct MapTypeRow {
  MapType id;
  std::string_view name;
  Version since;
  KeySize key;
  ValueSize value;
  Copies copies;
  Holds holds;
  MapTypeFacts rare = {};
};

inline constexpr MapTypeRow map_types[] = {
#define X(name, id, since, key, value, copies, holds, ...) \
  {MapType::name, word(#name), since##_v, KeySize::key, ValueSize::value, Copies::copies, Holds::holds, {__VA_ARGS__}},
    SKEP_MAP_TYPES(X)
#undef X
};
static_assert(complete(map_types) && names_are_unique(map_types));

constexpr const MapTypeRow& row(MapType t) { return map_types[static_cast<std::size_t>(t)]; }
constexpr std::string_view name(MapType t) { return row(t).name; }
inline Value to_value(MapType t) { return std::string(name(t)); }

constexpr std::optional<MapType> map_type_by_id(uint64_t id) {
  if (id >= std::size(map_types)) return std::nullopt;
  return static_cast<MapType>(id);
}
using MapTypes = Set<MapType>;

Result<MapType> map_type_by_name(std::string_view name);

using MapTypes = Set<MapType>;
constexpr MapTypes every_one(MapType) {
  MapTypes all;
  for (const MapTypeRow& r : map_types)
    if (r.id != MapType::unspec) all = all | MapTypes{r.id};
  return all;
}

}  // namespace skep::facts
