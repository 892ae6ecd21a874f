// SPDX-License-Identifier: Apache-2.0
// Helpers that code knows by name, because what they do is more than their rows say. The rows are the truth: a test
// holds each id here against the table.
#pragma once

#include <cstdint>

// clang-format off
//     helper              id
#define SKEP_HELPER_IDS(X) \
  X(  map_lookup_elem,      1 ) \
  X(  map_update_elem,      2 ) \
  X(  map_delete_elem,      3 ) \
  X(  tail_call,           12 ) \
  X(  get_local_storage,   81 ) \
  X(  map_push_elem,       87 ) \
  X(  map_pop_elem,        88 ) \
  X(  map_peek_elem,       89 ) \
  X(  spin_unlock,         94 ) \
  X(  per_cpu_ptr,        153 ) \
  X(  this_cpu_ptr,       154 ) \
  X(  snprintf,           165 ) \
  X(  get_func_ip,        173 ) \
  X(  set_retval,         187 ) \
  X(  kptr_xchg,          194 ) \
  X(  dynptr_from_mem,    197 ) \
  X(  dynptr_write,       202 ) \
  X(  dynptr_data,        203 )
// clang-format on

namespace skep::facts::helper_id {

#define X(name, id) inline constexpr int32_t name = id;
SKEP_HELPER_IDS(X)
#undef X

}  // namespace skep::facts::helper_id
