// SPDX-License-Identifier: Apache-2.0
// What is the kernel's inside of a map's value, or of an object that programs allocate: locks, timers, pointers it
// keeps, lists and trees. Found in BTF: a structure by its name, a pointer by its type tag.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "btf/types.hpp"
#include "facts/value_fields.hpp"
#include "module/module.hpp"
#include "verify/verify.hpp"

namespace skep::verify {

// clang-format off
//    name             in Linux's words     bytes  which maps may hold it (nodes: where they are hung)
#define SKEP_FIELD_KINDS(X) \
  X(  spin_lock,       "bpf_spin_lock",        4,  spin_lock     ) \
  X(  res_spin_lock,   "bpf_res_spin_lock",    4,  res_spin_lock ) \
  X(  timer,           "bpf_timer",           16,  timer         ) \
  X(  work_queue,      "bpf_wq",              16,  wq            ) \
  X(  task_work,       "bpf_task_work",        8,  task_work     ) \
  X(  kptr_untrusted,  "kptr",                 8,  kptr_untrusted) \
  X(  kptr,            "kptr",                 8,  kptr          ) \
  X(  kptr_percpu,     "percpu_kptr",          8,  percpu_kptr   ) \
  X(  uptr,            "uptr",                 8,  uptr          ) \
  X(  list_head,       "bpf_list_head",       16,  list_head     ) \
  X(  list_node,       "bpf_list_node",       24,  list_head     ) \
  X(  rbtree_root,     "bpf_rb_root",         16,  rb_root       ) \
  X(  rbtree_node,     "bpf_rb_node",         32,  rb_root       ) \
  X(  refcount,        "bpf_refcount",         4,  refcount      )
// clang-format on

enum class FieldKind : uint8_t {
#define X(name, ...) name,
  SKEP_FIELD_KINDS(X)
#undef X
};
std::string_view kernel_name(FieldKind k);  // "bpf_spin_lock"

// Which BTF a type id belongs to.
enum class Types : uint8_t { kernel, program };

struct MapField {
  FieldKind kind;
  uint32_t offset, size;
  btf::TypeId type = 0;      // kptrs: what they point to, in `of`
  Types of = Types::kernel;  //
  btf::TypeId contains = 0;  // lists and trees: the program's type that they hold, by its node
  uint32_t node_offset = 0;  // where in it
  bool is_kptr() const { return kind >= FieldKind::kptr_untrusted && kind <= FieldKind::uptr; }
  std::string_view name() const { return kernel_name(kind); }
};

// Whether Linux makes the map with the types of its values: not every type of map may hold every field. Loaders then
// make it without types.
bool keeps_types(const Question& question, const module::MapDef& map);
// Of a map's value, ascending offsets; none where the map has no BTF.
std::vector<MapField> value_fields(const Question& question, const module::MapDef& map);
// Of a structure of the program that is allocated.
std::vector<MapField> object_fields(const Question& question, btf::TypeId structure);

const MapField* field_at(std::span<const MapField> fields, int64_t offset);
const MapField* field_of(std::span<const MapField> fields, FieldKind kind);

}  // namespace skep::verify
