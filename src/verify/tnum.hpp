// SPDX-License-Identifier: Apache-2.0
// Tristate numbers: 64 bits of which each is 0, 1 or unknown.
//
//     value  the bits known to be 1          mask  the bits that are unknown          value & mask == 0
//
// A tnum stands for every x with (x & ~mask) == value. Each operation gives a tnum that holds op(x, y) for all x and y
// the operands stand for; add, sub and the bitwise ones give the smallest such (Vishwanathan, Shachnai, Narayana and
// Nagarakatte, "Sound, Precise, and Fast Abstract Interpretation with Tristate Numbers", CGO 2022). What Linux 6.18
// computes is computed, not merely something sound: verdicts and pruning depend on the very bits.
// There is no empty tnum: intersect() of two that share nothing gives one of the wrong candidates, as Linux has it.
#pragma once

#include <bit>
#include <cstdint>

namespace skep::verify {

struct Tnum {
  uint64_t value = 0;
  uint64_t mask = 0;

  static constexpr Tnum constant(uint64_t v) { return {v, 0}; }
  static constexpr Tnum unknown() { return {0, ~uint64_t{0}}; }
  // Every number from lo to hi has the bits above the highest in which the two differ.
  static constexpr Tnum range(uint64_t lo, uint64_t hi) {
    const auto differ = static_cast<unsigned>(std::bit_width(lo ^ hi));
    const uint64_t below = differ == 64 ? ~uint64_t{0} : (uint64_t{1} << differ) - 1;
    return {lo & ~below, below};
  }

  constexpr bool is_constant() const { return mask == 0; }
  constexpr bool is_unknown() const { return ~mask == 0; }
  constexpr bool contains(uint64_t x) const { return (x & ~mask) == value; }
  // Whether every number `inner` stands for is one of ours.
  constexpr bool includes(Tnum inner) const { return (inner.mask & ~mask) == 0 && (inner.value & ~mask) == value; }
  // The smallest member >= x; the greatest where there is none. Where x is none itself, the highest bit in which it
  // cannot be decides: it must become 1, or a 0 above it does; below that, everything is at its least.
  constexpr uint64_t member_from(uint64_t x) const {
    const uint64_t wrong = (x ^ value) & ~mask;
    if (wrong == 0) return x;
    const uint64_t top = std::bit_floor(wrong);
    if ((value & top) != 0) return with_least_below(x, top);
    const uint64_t raise = mask & ~x & ~(top - 1);
    if (raise == 0) return greatest();
    const uint64_t bit = raise & (uint64_t{0} - raise);
    return with_least_below(x | bit, bit);
  }
  // The next member after the member x; the least after the greatest.
  constexpr uint64_t next_member(uint64_t x) const { return value | (((x | ~mask) + 1) & mask); }
  constexpr uint64_t least() const { return value; }
  constexpr uint64_t greatest() const { return value | mask; }

  // The lower 32 bits, the upper ones being 0; and the upper, the lower ones being 0.
  constexpr Tnum low() const { return {uint32_t(value), uint32_t(mask)}; }
  constexpr Tnum high() const { return {value >> 32 << 32, mask >> 32 << 32}; }
  constexpr Tnum with_low(Tnum half) const {
    return {high().value | uint32_t(half.value), high().mask | uint32_t(half.mask)};
  }
  constexpr bool is_low_constant() const { return uint32_t(mask) == 0; }
  constexpr Tnum truncated_to(unsigned bytes) const {
    const uint64_t kept = bytes == 8 ? ~uint64_t{0} : (uint64_t{1} << (8 * bytes)) - 1;
    return {value & kept, mask & kept};
  }

  friend constexpr bool operator==(const Tnum&, const Tnum&) = default;

 private:
  constexpr uint64_t with_least_below(uint64_t x, uint64_t bit) const {
    const uint64_t above = ~(bit - 1) << 1;
    return (x & above) | ((x | value) & bit) | (value & (bit - 1));
  }
};

// Some number is in both.
constexpr bool overlap(Tnum a, Tnum b) { return ((a.value ^ b.value) & ~a.mask & ~b.mask) == 0; }

constexpr Tnum intersect(Tnum a, Tnum b) {
  const uint64_t mask = a.mask & b.mask;
  return {(a.value | b.value) & ~mask, mask};
}
// The smallest tnum that holds what either holds.
constexpr Tnum unite(Tnum a, Tnum b) {
  const uint64_t mask = a.mask | b.mask | (a.value ^ b.value);
  return {a.value & b.value & ~mask, mask};
}

constexpr Tnum operator&(Tnum a, Tnum b) {
  const uint64_t value = a.value & b.value;
  return {value, a.greatest() & b.greatest() & ~value};
}
constexpr Tnum operator|(Tnum a, Tnum b) {
  const uint64_t value = a.value | b.value;
  return {value, (a.mask | b.mask) & ~value};
}
constexpr Tnum operator^(Tnum a, Tnum b) {
  const uint64_t mask = a.mask | b.mask;
  return {(a.value ^ b.value) & ~mask, mask};
}

// A bit of a sum is known where both operands' bits are and the carry into it is: the carries of the least and of the
// greatest sum agree there.
constexpr Tnum operator+(Tnum a, Tnum b) {
  const uint64_t least = a.value + b.value, greatest = a.greatest() + b.greatest();
  const uint64_t mask = (least ^ greatest) | a.mask | b.mask;
  return {least & ~mask, mask};
}
constexpr Tnum operator-(Tnum a, Tnum b) {
  const uint64_t greatest = a.greatest() - b.value, least = a.value - b.greatest();
  const uint64_t mask = (least ^ greatest) | a.mask | b.mask;
  return {(a.value - b.value) & ~mask, mask};
}
constexpr Tnum operator-(Tnum a) { return Tnum::constant(0) - a; }
Tnum operator*(Tnum a, Tnum b);

// amount < 64; < bits for arsh, which shifts in the sign of a 32-bit or a 64-bit word.
constexpr Tnum operator<<(Tnum a, unsigned amount) { return {a.value << amount, a.mask << amount}; }
constexpr Tnum operator>>(Tnum a, unsigned amount) { return {a.value >> amount, a.mask >> amount}; }
constexpr Tnum arsh(Tnum a, unsigned amount, unsigned bits) {
  if (bits == 32) return {uint32_t(int32_t(a.value) >> amount), uint32_t(int32_t(a.mask) >> amount)};
  return {uint64_t(int64_t(a.value) >> amount), uint64_t(int64_t(a.mask) >> amount)};
}

}  // namespace skep::verify
