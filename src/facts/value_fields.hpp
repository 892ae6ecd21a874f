// SPDX-License-Identifier: Apache-2.0
// What a map's value may hold besides bytes, found in its BTF: locks, timers, pointers into the kernel, lists, trees.
// A program reaches such a field through helper functions and kfuncs only; a direct access is refused.
//
// Fields are found by the name of their structure, or by the type tag of a pointer. A list or a tree needs a lock in
// the same value, and a declaration tag contains:TYPE:MEMBER.
#pragma once

#include <cstdint>

#include "facts/map_types.hpp"
#include "facts/prog_types.hpp"

namespace skep::facts {

namespace field_groups {
using enum MapType;
inline constexpr MapTypes local{sk_storage, inode_storage, task_storage, cgrp_storage},
    locked = local | MapTypes{hash, array, cgroup_storage}, timed{hash, lru_hash, array}, listed{hash, array},
    pointed = local | MapTypes{hash, percpu_hash, lru_hash, lru_percpu_hash, array, percpu_array};
inline constexpr ProgTypes probes{ProgType::kprobe, ProgType::tracepoint, ProgType::perf_event,
                                  ProgType::raw_tracepoint, ProgType::raw_tracepoint_writable},
    probes_and_filters = probes | ProgTypes{ProgType::socket_filter};
}  // namespace field_groups

// clang-format off
//    name            structure or type tag   bytes  align  in values of     but not for programs of   since
#define SKEP_VALUE_FIELDS(X) \
  X(  spin_lock,      "bpf_spin_lock",        4,     4,     locked,          probes_and_filters,       "5.1"  ) \
  X(  res_spin_lock,  "bpf_res_spin_lock",    4,     4,     locked,          probes_and_filters,       "6.15" ) \
  X(  timer,          "bpf_timer",            16,    8,     timed,           probes,                   "5.15" ) \
  X(  wq,             "bpf_wq",               16,    8,     timed,           probes,                   "6.10" ) \
  X(  task_work,      "bpf_task_work",        8,     8,     timed,           {},                       "6.18" ) \
  X(  kptr_untrusted, "kptr_untrusted",       8,     8,     pointed,         {},                       "5.19" ) \
  X(  kptr,           "kptr",                 8,     8,     pointed,         {},                       "5.19" ) \
  X(  percpu_kptr,    "percpu_kptr",          8,     8,     pointed,         {},                       "6.6"  ) \
  X(  uptr,           "uptr",                 8,     8,     MapTypes{MapType::task_storage}, {},       "6.13" ) \
  X(  list_head,      "bpf_list_head",        16,    8,     listed,          probes_and_filters,       "6.2"  ) \
  X(  rb_root,        "bpf_rb_root",          16,    8,     listed,          probes_and_filters,       "6.3"  ) \
  X(  refcount,       "bpf_refcount",         4,     4,     pointed,         {},                       "6.4"  )
// clang-format on

enum class ValueField : uint8_t {
#define X(name, ...) name,
  SKEP_VALUE_FIELDS(X)
#undef X
};

struct ValueFieldRow {
  ValueField id;
  std::string_view name;
  std::string_view type;  // Linux's: a structure, or for pointers the type tag
  uint8_t bytes, align;
  MapTypes maps;     // whose values may hold it; with flags rdonly_prog or wronly_prog none may
  ProgTypes not_in;  // these may not name a map with it
  Version since;
};
namespace field_groups {
inline constexpr ValueFieldRow rows[] = {
#define X(name, type, bytes, align, maps, not_in, since) \
  {ValueField::name, #name, type, bytes, align, maps, not_in, since##_v},
    SKEP_VALUE_FIELDS(X)
#undef X
};
}  // namespace field_groups
inline constexpr auto& value_fields = field_groups::rows;
static_assert(complete(value_fields) && names_are_unique(value_fields));
constexpr const ValueFieldRow& row(ValueField f) { return value_fields[static_cast<std::size_t>(f)]; }
constexpr std::string_view name(ValueField f) { return row(f).name; }

// A field that is a pointer, and is found by its type tag.
constexpr bool is_pointer(ValueField f) {
  return f == ValueField::kptr_untrusted || f == ValueField::kptr || f == ValueField::percpu_kptr ||
         f == ValueField::uptr;
}

}  // namespace skep::facts
