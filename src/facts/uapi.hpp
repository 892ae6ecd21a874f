// SPDX-License-Identifier: Apache-2.0
// Numbers of Linux's bpf(2) interface that are flags, not tables: our own, because the header a machine has is
// older or newer than the target.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace skep::facts {

// Flags of a map update.
inline constexpr uint64_t update_any = 0, update_noexist = 1, update_exist = 2, update_lock = 4;

// Flags of map creation and of program load (BPF_F_…), by Linux's names.
struct FlagRow {
  uint32_t bit;
  std::string_view name;
};
// clang-format off
#define SKEP_MAP_FLAGS(X) \
  X( no_prealloc,       0 ) \
  X( no_common_lru,     1 ) \
  X( numa_node,         2 ) \
  X( rdonly,            3 ) \
  X( wronly,            4 ) \
  X( stack_build_id,    5 ) \
  X( zero_seed,         6 ) \
  X( rdonly_prog,       7 ) \
  X( wronly_prog,       8 ) \
  X( clone,             9 ) \
  X( mmapable,         10 ) \
  X( preserve_elems,   11 ) \
  X( inner_map,        12 ) \
  X( link,             13 ) \
  X( path_fd,          14 ) \
  X( vtype_btf_obj_fd, 15 ) \
  X( token_fd,         16 ) \
  X( segv_on_fault,    17 ) \
  X( no_user_conv,     18 )
#define SKEP_PROG_FLAGS(X) \
  X( strict_alignment,  0 ) \
  X( any_alignment,     1 ) \
  X( rnd_hi32,          2 ) \
  X( state_freq,        3 ) \
  X( sleepable,         4 ) \
  X( xdp_frags,         5 ) \
  X( xdp_dev_bound,     6 ) \
  X( reg_invariants,    7 )
// clang-format on
namespace map_flag {
#define X(name, bit) inline constexpr uint32_t name = 1U << bit;
SKEP_MAP_FLAGS(X)
#undef X
}  // namespace map_flag
namespace prog_flag {
#define X(name, bit) inline constexpr uint32_t name = 1U << bit;
SKEP_PROG_FLAGS(X)
#undef X
}  // namespace prog_flag
#define X(name, bit) {1U << bit, #name},
inline constexpr FlagRow map_flags[] = {SKEP_MAP_FLAGS(X)};
inline constexpr FlagRow prog_flags[] = {SKEP_PROG_FLAGS(X)};
#undef X

// "no_prealloc,rdonly_prog"; bits without a name are written as one number: "link,0x100000". Empty for 0.
std::string flags_text(std::span<const FlagRow> rows, uint32_t flags);
Result<uint32_t> flags_by_name(std::span<const FlagRow> rows, std::string_view text);

// Flags of skb_store_bytes, l3_csum_replace and l4_csum_replace.
namespace csum_flag {
inline constexpr uint64_t recompute_csum = 1, invalidate_hash = 2;  // skb_store_bytes
inline constexpr uint64_t field_size = 0xf;                         // both replaces
inline constexpr uint64_t pseudo_header = 1 << 4, mangled_0 = 1 << 5, enforce = 1 << 6, ipv6 = 1 << 7;  // l4 only
}  // namespace csum_flag

// Names of maps and programs are cut to this many characters for the kernel.
inline constexpr unsigned object_name_length = 15;

// Pinning of a map in an object (libbpf's LIBBPF_PIN_BY_NAME).
enum class Pinning : uint8_t { none, by_name };

}  // namespace skep::facts
