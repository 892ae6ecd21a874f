// SPDX-License-Identifier: Apache-2.0
// Map types: what their keys and values must be and what they hold. Ids are the kernel's.
//
// `holds` tells bytes, which a program reads and writes through the pointer a lookup gives, from things that live
// in the kernel or in this process and are named by a descriptor when they are put in.
#pragma once

#include <cstdint>
#include <optional>

#include "base/error.hpp"
#include "facts/rows.hpp"
#include "facts/version.hpp"

namespace skep::facts {

enum class KeySize : uint8_t { none, four, any };
enum class ValueSize : uint8_t { none, four, four_or_eight, any };
enum class Copies : uint8_t { one, per_cpu };
enum class Holds : uint8_t { bytes, programs, maps, handles, stream, memory };

// clang-format off
//    name                  id  since   key    value          copies    holds
#define SKEP_MAP_TYPES(X) \
  X(  unspec,                0, "3.18", none,  none,          one,      bytes    ) \
  X(  hash,                  1, "3.19", any,   any,           one,      bytes    ) \
  X(  array,                 2, "3.19", four,  any,           one,      bytes    ) \
  X(  prog_array,            3, "4.2",  four,  four,          one,      programs ) \
  X(  perf_event_array,      4, "4.3",  four,  four,          one,      handles  ) \
  X(  percpu_hash,           5, "4.6",  any,   any,           per_cpu,  bytes    ) \
  X(  percpu_array,          6, "4.6",  four,  any,           per_cpu,  bytes    ) \
  X(  stack_trace,           7, "4.6",  four,  any,           one,      bytes    ) \
  X(  cgroup_array,          8, "4.8",  four,  four,          one,      handles  ) \
  X(  lru_hash,              9, "4.10", any,   any,           one,      bytes    ) \
  X(  lru_percpu_hash,      10, "4.10", any,   any,           per_cpu,  bytes    ) \
  X(  lpm_trie,             11, "4.11", any,   any,           one,      bytes    ) \
  X(  array_of_maps,        12, "4.12", four,  four,          one,      maps     ) \
  X(  hash_of_maps,         13, "4.12", any,   four,          one,      maps     ) \
  X(  devmap,               14, "4.14", four,  four_or_eight, one,      handles  ) \
  X(  sockmap,              15, "4.14", four,  four_or_eight, one,      handles  ) \
  X(  cpumap,               16, "4.15", four,  four_or_eight, one,      handles  ) \
  X(  xskmap,               17, "4.18", four,  four,          one,      handles  ) \
  X(  sockhash,             18, "4.18", any,   four_or_eight, one,      handles  ) \
  X(  cgroup_storage,       19, "4.19", any,   any,           one,      bytes    ) \
  X(  reuseport_sockarray,  20, "4.19", four,  four_or_eight, one,      handles  ) \
  X(  percpu_cgroup_storage,21, "4.20", any,   any,           per_cpu,  bytes    ) \
  X(  queue,                22, "4.20", none,  any,           one,      bytes    ) \
  X(  stack,                23, "4.20", none,  any,           one,      bytes    ) \
  X(  sk_storage,           24, "5.2",  four,  any,           one,      bytes    ) \
  X(  devmap_hash,          25, "5.4",  four,  four_or_eight, one,      handles  ) \
  X(  struct_ops,           26, "5.6",  four,  any,           one,      handles  ) \
  X(  ringbuf,              27, "5.8",  none,  none,          one,      stream   ) \
  X(  inode_storage,        28, "5.10", four,  any,           one,      bytes    ) \
  X(  task_storage,         29, "5.11", four,  any,           one,      bytes    ) \
  X(  bloom_filter,         30, "5.16", none,  any,           one,      bytes    ) \
  X(  user_ringbuf,         31, "6.1",  none,  none,          one,      stream   ) \
  X(  cgrp_storage,         32, "6.2",  four,  any,           one,      bytes    ) \
  X(  arena,                33, "6.9",  none,  none,          one,      memory   )
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
};

inline constexpr MapTypeRow map_types[] = {
#define X(name, id, since, key, value, copies, holds) \
  {MapType::name, word(#name), since##_v, KeySize::key, ValueSize::value, Copies::copies, Holds::holds},
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
Result<MapType> map_type_by_name(std::string_view name);

}  // namespace skep::facts
