// SPDX-License-Identifier: Apache-2.0
// Helper functions: ids, names, and what is known of their prototypes.
//
// The argument columns are what the checked interpreter compares memory with and what the verifier will ask: `mem`
// and `uninit_mem` are sized by the `size` or `size_or_zero` that follows, `map_key` and `map_value` by the map
// before them. Columns that nobody has filled yet say so: Ret::unknown, and then arguments, `where` and the rare
// facts say nothing. Keyed by id. A helper function's implementation lives in src/helpers.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "facts/prog_types.hpp"

namespace skep::facts {

enum class Ret : uint8_t {
  unknown,
  nothing,  // r0 may not be read
  integer,
  map_value_or_null,
};

enum class Arg : uint8_t {
  none,
  scalar,         // any initialised value
  vararg,         // not looked at by the verifier: trace_printk's format says what is read
  ctx,            // the program's context, unmoved
  const_map_ptr,  // a map
  map_key,        // memory to read, key_size bytes
  map_value,      // memory to read, value_size bytes
  mem,            // memory to read
  mem_or_null,
  uninit_mem,  // memory to write; it need not be initialised
  size,        // of the memory before; 1 and more
  size_or_zero,
};

// Which program types may call it.
enum class Where : uint8_t {
  unrecorded,
  everywhere,
  xdp,
  skb_readers,
  skb_pullers,
  skb_rewriters,
  tc_and_lwt_xmit,
  checksummers
};

struct Group {
  Where id;
  ProgTypes types;
};
namespace groups {
using enum ProgType;
inline constexpr ProgTypes tc{sched_cls, sched_act}, lwt{lwt_in, lwt_out, lwt_xmit};
}  // namespace groups
// clang-format off
inline constexpr Group helper_groups[] = {
  { Where::unrecorded,         {} },
  { Where::everywhere,      ProgTypes::all() },
  { Where::xdp,             {ProgType::xdp} },
  { Where::skb_readers,     groups::tc | groups::lwt | ProgTypes{ProgType::socket_filter, ProgType::cgroup_skb, ProgType::lwt_seg6local,
                                                                 ProgType::sk_skb, ProgType::flow_dissector, ProgType::sk_reuseport} },
  { Where::skb_pullers,     groups::tc | groups::lwt | ProgTypes{ProgType::lwt_seg6local, ProgType::sk_skb} },
  { Where::skb_rewriters,   groups::tc | ProgTypes{ProgType::lwt_xmit, ProgType::sk_skb} },
  { Where::tc_and_lwt_xmit, groups::tc | ProgTypes{ProgType::lwt_xmit} },
  { Where::checksummers,    groups::tc | groups::lwt | ProgTypes{ProgType::xdp, ProgType::lwt_seg6local} },
};
// clang-format on
static_assert(complete(helper_groups));
constexpr ProgTypes types(Where w) { return helper_groups[static_cast<std::size_t>(w)].types; }

struct Helper {
  uint16_t id;
  std::string_view name;
  Version since;
  Ret returns = Ret::unknown;
  std::array<Arg, 5> args = {};
  Where where = Where::unrecorded;
  struct Rare {
    bool gpl_only = false;
    bool moves_packet = false;  // packet pointers from before the call are dead after it
  } rare = {};
};

// Every helper of Linux 6.18, ascending ids, 1 to 211.
std::span<const Helper> helpers();

const Helper* helper_by_id(uint64_t id);                    // null: Linux 6.18 has none
const Helper* helper_by_name(std::string_view name);        // with or without "bpf_"; null: none
Result<const Helper*> helper_named(std::string_view name);  // an error that says which name is near

}  // namespace skep::facts
