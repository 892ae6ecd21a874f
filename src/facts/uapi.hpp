// SPDX-License-Identifier: Apache-2.0
// Numbers of Linux's bpf(2) interface that are flags, not tables: our own, because the header a machine has is
// older or newer than the target.
#pragma once

#include <cstdint>

namespace skep::facts {

// Flags of a map update.
inline constexpr uint64_t update_any = 0, update_noexist = 1, update_exist = 2, update_lock = 4;

// Flags of map creation (BPF_F_…).
namespace map_flag {
inline constexpr uint32_t no_prealloc = 1U << 0, no_common_lru = 1U << 1, numa_node = 1U << 2, rdonly = 1U << 3,
                          wronly = 1U << 4, stack_build_id = 1U << 5, zero_seed = 1U << 6, rdonly_prog = 1U << 7,
                          wronly_prog = 1U << 8, clone = 1U << 9, mmapable = 1U << 10, preserve_elems = 1U << 11,
                          inner_map = 1U << 12, link = 1U << 13, path_fd = 1U << 14, vtype_btf_obj_fd = 1U << 15,
                          token_fd = 1U << 16, segv_on_fault = 1U << 17, no_user_conv = 1U << 18;
}  // namespace map_flag

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
