// SPDX-License-Identifier: Apache-2.0
// Linux's capabilities that change an answer, as a set.
#pragma once

#include <cstdint>
#include <string>

namespace skep::facts {

// clang-format off
//    name       bit
#define SKEP_CAPABILITIES(X) \
  X(  bpf,       0 ) \
  X(  net_admin, 1 ) \
  X(  perfmon,   2 ) \
  X(  sys_admin, 3 )
// clang-format on
enum class Cap : uint8_t {
#define X(name, bit) name = bit,
  SKEP_CAPABILITIES(X)
#undef X
};

class Caps {
 public:
  static constexpr Caps none() { return Caps(0); }
  static constexpr Caps all() { return Caps(0xf); }
  constexpr bool has(Cap c) const { return (bits_ >> static_cast<unsigned>(c) & 1) != 0; }
  // Whether what a capability opens is open: sys_admin stands for each of the others.
  constexpr bool allows(Cap c) const { return has(c) || has(Cap::sys_admin); }
  constexpr Caps with(Cap c) const { return Caps(static_cast<uint8_t>(bits_ | 1U << static_cast<unsigned>(c))); }
  constexpr bool operator==(const Caps&) const = default;
  std::string text() const;  // "all", "none" or "bpf,net_admin"

 private:
  explicit constexpr Caps(uint8_t bits) : bits_(bits) {}
  uint8_t bits_;
};

}  // namespace skep::facts
