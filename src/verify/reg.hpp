// SPDX-License-Identifier: Apache-2.0
// What is known of one register, or of one spilled value.
//
// A number is a Scalar. A pointer is what it points to (kind, flags and two words whose meaning the kind decides), a
// fixed distance `off` from its beginning, and a variable distance `var`, which is the constant 0 where there is none.
// Three ids relate registers that are copies of one value:
//
//     id   scalars: equal numbers (with id_adds set: equal but for `off`); pointers: one null test answers for all, one
//          variable offset, one packet bound
//     ref  the acquired reference this pointer is, or was made of
//
// Kinds and what a flag means are Linux's (reg_kinds below prints its words). Trivially copyable, 88 bytes: the walk
// copies eleven of them for every branch it puts aside.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

#include "isa/insn.hpp"
#include "verify/scalar.hpp"

namespace skep::verify {

// clang-format off
//    name          in Linux's log   object                       extra
#define SKEP_REG_KINDS(X) \
  X(  not_init,     "?"           ) \
  X(  scalar,       "scalar"      ) \
  X(  ctx,          "ctx"         ) \
  X(  map,          "map_ptr"     ) /* index of the map             uid of an inner map   */ \
  X(  map_value,    "map_value"   ) /* index of the map             uid of an inner map   */ \
  X(  map_key,      "map_key"     ) /* index of the map             uid of an inner map   */ \
  X(  stack,        "fp"          ) /* frame                                              */ \
  X(  packet_meta,  "pkt_meta"    ) /*                              range                 */ \
  X(  packet,       "pkt"         ) /*                              range                 */ \
  X(  packet_end,   "pkt_end"     ) \
  X(  flow_keys,    "flow_keys"   ) \
  X(  socket,       "sock"        ) \
  X(  sock_common,  "sock_common" ) \
  X(  tcp_sock,     "tcp_sock"    ) \
  X(  xdp_sock,     "xdp_sock"    ) \
  X(  tp_buffer,    "tp_buffer"   ) \
  X(  btf,          "ptr_"        ) /* type id                      which BTF             */ \
  X(  mem,          "mem"         ) /* size                         dynptr it belongs to  */ \
  X(  arena,        "arena"       ) \
  X(  buf,          "buf"         ) \
  X(  func,         "func"        ) /* subprogram                                         */ \
  X(  dynptr,       "dynptr_ptr"  ) /* DynptrKind                                         */
// clang-format on

constexpr isa::Reg to_reg(unsigned r) { return {static_cast<uint8_t>(r)}; }

enum class RegKind : uint8_t {
#define X(name, text) name,
  SKEP_REG_KINDS(X)
#undef X
};

constexpr bool one_of(RegKind k, std::initializer_list<RegKind> kinds) {
  for (const RegKind each : kinds)
    if (each == k) return true;
  return false;
}

// What else is known of a pointer, as a set; the words are those of Linux's log.
// clang-format off
//    name          bit  in Linux's log
#define SKEP_REG_FLAGS(X) \
  X(  maybe_null,    0,  ""           ) \
  X(  rdonly,        1,  "rdonly_"    ) \
  X(  ringbuf,       2,  "ringbuf_"   ) \
  X(  user,          3,  "user_"      ) \
  X(  percpu,        4,  "percpu_"    ) \
  X(  rcu,           5,  "rcu_"       ) \
  X(  untrusted,     6,  "untrusted_" ) \
  X(  trusted,       7,  "trusted_"   ) \
  X(  alloc,         8,  ""           ) /* an object the program allocated */ \
  X(  non_own_ref,   9,  ""           ) \
  X(  slice,        10,  ""           ) /* mem: a piece of a dynptr */ \
  X(  packet_slice, 11,  ""           ) /* that lies in the packet  */
// clang-format on
enum class RegFlag : uint8_t {
#define X(name, bit, text) name = bit,
  SKEP_REG_FLAGS(X)
#undef X
};

class RegFlags {
 public:
  constexpr RegFlags() = default;
  constexpr RegFlags(RegFlag f) : bits_(static_cast<uint16_t>(1U << static_cast<unsigned>(f))) {}
  constexpr bool has(RegFlag f) const { return (bits_ >> static_cast<unsigned>(f) & 1) != 0; }
  constexpr bool any(RegFlags of) const { return (bits_ & of.bits_) != 0; }
  constexpr RegFlags operator|(RegFlags o) const { return RegFlags(static_cast<uint16_t>(bits_ | o.bits_)); }
  constexpr RegFlags without(RegFlags o) const { return RegFlags(static_cast<uint16_t>(bits_ & ~o.bits_)); }
  constexpr bool operator==(const RegFlags&) const = default;

 private:
  explicit constexpr RegFlags(uint16_t bits) : bits_(bits) {}
  uint16_t bits_ = 0;
};
constexpr RegFlags operator|(RegFlag a, RegFlag b) { return RegFlags(a) | b; }

// Kind and flags together: what Linux calls a register's type.
struct RegType {
  RegKind kind = RegKind::not_init;
  RegFlags flags = {};
  constexpr bool operator==(const RegType&) const = default;
};
std::string kernel_text(RegType);  // "map_value_or_null", "rdonly_mem", "trusted_ptr_"

// An id with one of these bits: the number is that of the others plus `off`, in 64 bits or in the low 32.
inline constexpr uint32_t id_adds_whole = 1U << 31, id_adds_low = 1U << 30;
inline constexpr uint32_t id_adds = id_adds_whole | id_adds_low;

struct Reg {
  RegKind kind = RegKind::not_init;
  bool precise = false;  // scalars: pruning must compare the number
  RegFlags flags = {};
  int32_t off = 0;
  uint32_t object = 0;
  int32_t extra = 0;
  uint32_t id = 0;
  uint32_t ref = 0;
  Scalar var = Scalar::constant(0);

  RegType type() const { return {kind, flags}; }
  bool is(RegKind k) const { return kind == k; }  // whatever its flags
  bool is_plain(RegKind k) const { return kind == k && flags == RegFlags{}; }
  bool is_scalar() const { return kind == RegKind::scalar; }
  bool is_pointer() const { return kind != RegKind::scalar && kind != RegKind::not_init; }
  bool maybe_null() const { return flags.has(RegFlag::maybe_null); }
  bool is_constant() const { return is_scalar() && var.is_constant(); }
  uint64_t constant() const { return var.bits.value; }
  bool is_null() const { return is_constant() && constant() == 0; }
  bool is_packet() const { return kind == RegKind::packet || kind == RegKind::packet_meta; }
  bool is_map_address() const { return kind == RegKind::map_value || kind == RegKind::map_key || kind == RegKind::map; }

  static Reg number(uint64_t v) { return {.kind = RegKind::scalar, .var = Scalar::constant(v)}; }
  static Reg any_number() { return {.kind = RegKind::scalar, .var = Scalar::unknown()}; }
  static Reg pointer(RegKind k, RegFlags flags = {}) { return {.kind = k, .flags = flags}; }
};
static_assert(std::is_trivially_copyable_v<Reg> && sizeof(Reg) == 88);

// The kernel's structure behind pointers that have a kind of their own; "": none.
std::string_view kernel_structure(RegKind k);

// What a pointer to an object may be and still be trusted, and whether it is more than that.
inline constexpr RegFlags trusting = RegFlags(RegFlag::alloc) | RegFlag::trusted | RegFlag::non_own_ref;
constexpr bool has_unsafe_flags(const Reg& r) { return r.flags.without(trusting) != RegFlags{}; }
// Nobody frees the object behind it while the program has it.
bool is_trusted(const Reg& r);

// The same knowledge, but for ids and references.
inline bool same_pointee(const Reg& a, const Reg& b) {
  return a.kind == b.kind && a.flags == b.flags && a.off == b.off && a.object == b.object && a.extra == b.extra;
}
inline bool same_knowledge(const Reg& a, const Reg& b) { return same_pointee(a, b) && a.var == b.var; }

std::string kernel_tnum(const Tnum&);  // "(0x0; 0xff)"
std::string kernel_text(const Reg&);   // as a line of the log at level 2 has it

}  // namespace skep::verify
