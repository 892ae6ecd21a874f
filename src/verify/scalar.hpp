// SPDX-License-Identifier: Apache-2.0
// verify::Scalar is what is known of a number in a register: its bits, and what it lies between, read as signed and as
// unsigned, whole and as its low half. One cache line; ids and precision live in the register.
//
// The yardstick is Linux 6.18, to the bit: the verifier's verdicts, and when states are considered equal, depend on
// these ranges (scalar_kernel_test.cpp compares them with the running kernel's, scalar_test.cpp shows them sound by
// brute force). Where Linux gives up on a result, this does, too: division is unknown even of constants.
//
// Patch levels differ. 6.18.44 is what is computed; a guest with 6.18.15 knows less: a byte swap (le, be, bswap) leaves
// nothing known, &= and |= never fork, and what ScalarRules says.
//
// Every function returns a synced scalar: each reading has learned what the others imply (Scalar::sync). A result that
// no number satisfies, which Linux calls a violation of a register's invariants, keeps its bits and loses its ranges.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "isa/op.hpp"
#include "verify/range.hpp"
#include "verify/tnum.hpp"

namespace skep::verify {

// What of this domain differs between targets. It is asked deep in every operation and changes only between programs,
// so it is the thread's, for as long as a ScalarRulesScope lives.
struct ScalarRules {
  bool low_pieces = true;      // signed and unsigned low half are cut to the one piece they share
  bool single_members = true;  // the one number that bits and range leave is found
};
inline constinit thread_local ScalarRules scalar_rules = {};

class ScalarRulesScope {
 public:
  explicit ScalarRulesScope(ScalarRules rules) : before_(std::exchange(scalar_rules, rules)) {}
  ~ScalarRulesScope() { scalar_rules = before_; }
  ScalarRulesScope(const ScalarRulesScope&) = delete;
  ScalarRulesScope& operator=(const ScalarRulesScope&) = delete;

 private:
  ScalarRules before_;
};

struct Scalar {
  Tnum bits = Tnum::unknown();
  int64_t smin = std::numeric_limits<int64_t>::min(), smax = std::numeric_limits<int64_t>::max();
  uint64_t umin = 0, umax = std::numeric_limits<uint64_t>::max();
  int32_t s32_min = std::numeric_limits<int32_t>::min(), s32_max = std::numeric_limits<int32_t>::max();
  uint32_t u32_min = 0, u32_max = std::numeric_limits<uint32_t>::max();

  static constexpr Scalar unknown() { return {}; }
  static constexpr Scalar constant(uint64_t v) {
    return of(Tnum::constant(v), Range<uint64_t>::constant(v), Range<uint32_t>::constant(static_cast<uint32_t>(v)));
  }
  // Exactly these; sync() is the caller's.
  static constexpr Scalar of(Tnum bits, const Range<uint64_t>& w, const Range<uint32_t>& h) {
    return {bits, w.smin, w.smax, w.umin, w.umax, h.smin, h.smax, h.umin, h.umax};
  }

  constexpr Range<uint64_t> whole() const { return {smin, smax, umin, umax}; }
  constexpr Range<uint32_t> low() const { return {s32_min, s32_max, u32_min, u32_max}; }

  constexpr bool is_constant() const { return bits.is_constant(); }
  constexpr bool is_low_constant() const { return bits.is_low_constant(); }
  constexpr uint64_t value() const { return bits.value; }  // where it is constant
  constexpr bool contains(uint64_t x) const {
    return bits.contains(x) && whole().contains(x) && low().contains(static_cast<uint32_t>(x));
  }
  // Pruning: whether all that `inner` may be was walked with this.
  constexpr bool includes(const Scalar& inner) const {
    return whole().includes(inner.whole()) && low().includes(inner.low()) && bits.includes(inner.bits);
  }
  // No reading contradicts itself, and where the bits are known, the ranges say the same.
  bool is_possible() const;

  // Lets every reading learn from the others, as often as Linux 6.18 does: not until nothing changes.
  void sync();

  friend constexpr bool operator==(const Scalar&, const Scalar&) = default;
};
static_assert(sizeof(Scalar) == 64);

// The operation of an alu row. Operations of one operand take src where they read a register of it (mov, movsx), else
// dst (neg, byte swaps).
Scalar alu(const isa::Row& row, const Scalar& dst, const Scalar& src);

// Linux 6.18.44 walks `dst &= constant` and `dst |= constant` twice where dst, or its low half, is 0 or -1 (what an
// arithmetic shift to the end leaves): it goes on with -1, and keeps for later the same instruction with 0.
struct Fork {
  Scalar now, later;  // dst before the operation
};
std::optional<Fork> fork(const isa::Row& row, const Scalar& dst, const Scalar& src);

// The low bytes of a number, the upper ones being 0 or copies of the sign: what a load of 1, 2 or 4 bytes makes of it.
Scalar zero_extended(const Scalar& s, unsigned bytes);
Scalar sign_extended(const Scalar& s, unsigned bytes);

// What a comparison of 32 or 64 bits comes to. An immediate operand is a Scalar::constant (sign-extended).
enum class Taken : uint8_t { never, always, unknown };
Taken decide(isa::Cmp op, unsigned bits, const Scalar& a, const Scalar& b);

// Both operands where the jump is taken, and where it is not. `possible` is false where one of them was given up
// (above).
enum class Edge : uint8_t { not_taken, taken };
struct Refined {
  Scalar a, b;
  bool possible = true;
};
Refined refine(isa::Cmp op, unsigned bits, Edge edge, const Scalar& a, const Scalar& b);
// A register compared with itself: Linux 6.18 walks both edges, and both operands' lessons end in the one register.
Refined refine(isa::Cmp op, unsigned bits, Edge edge, const Scalar& both);

// As the kernel's log has it: "5", "scalar()", "scalar(smin=0,smax=umax=255,var_off=(0x0; 0xff))"; and what is between
// the brackets, "" for unknown, which pointers with a variable offset have, too.
std::string kernel_text(const Scalar& s);
std::string kernel_ranges(const Scalar& s);

}  // namespace skep::verify
