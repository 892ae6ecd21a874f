// SPDX-License-Identifier: Apache-2.0
// The short ways to a synced scalar, for the files of this domain: what is small, known or unknown is done in
// registers where it is computed; everything else goes to deduced() (scalar.cpp, which has the account of it).
#pragma once

#include "verify/scalar.hpp"

// Passed by reference without this, the parts would be written to memory and read back at every step.
#define SKEP_INLINE [[gnu::always_inline]] inline

namespace skep::verify {

// Between the bits and the whole, one number may be left that both allow. Where the bits' greatest number is the first
// that is not too small, Linux takes it without asking whether it is too great.
SKEP_INLINE bool is_single(Tnum bits, const Range<uint64_t>& w, uint64_t first) {
  const bool last = first == bits.greatest();
  if (first == w.umin) return (last ? first : bits.next_member(first)) > w.umax;
  return last || (first <= w.umax && bits.next_member(first) > w.umax);
}

SKEP_INLINE void learn_from_bits(Tnum& bits, Range<uint64_t>& w, Range<uint32_t>& h) {
  w.keep_bits(bits.value, bits.mask);
  h.keep_bits(static_cast<uint32_t>(bits.value), static_cast<uint32_t>(bits.mask));
  const uint64_t first = bits.member_from(w.umin);
  if (!is_single(bits, w, first) || !scalar_rules.single_members) return;
  bits = Tnum::constant(first);
  w = Range<uint64_t>::constant(first);
  h = Range<uint32_t>::constant(static_cast<uint32_t>(first));
}

// Most numbers of a program are small and not negative: every reading then says the same, the narrowest of what any
// says. (A signed end below the others' would have to be seen from the low half, too, so it must fit there.)
struct Ends {
  int64_t lo, hi;
};
SKEP_INLINE Ends common_ends(const Range<uint64_t>& w, const Range<uint32_t>& h) {
  return {std::max(std::max(static_cast<int64_t>(w.umin), w.smin), std::max(int64_t{h.umin}, int64_t{h.smin})),
          std::min(std::min(static_cast<int64_t>(w.umax), w.smax), std::min(int64_t{h.umax}, int64_t{h.smax}))};
}
SKEP_INLINE bool is_small(const Range<uint64_t>& w, const Range<uint32_t>& h) {
  constexpr auto least = std::numeric_limits<int32_t>::min(), greatest = std::numeric_limits<int32_t>::max();
  const bool told = (w.smin >= least) & (w.smax <= greatest);
  const bool tells_nothing = (w.smin <= static_cast<int64_t>(w.umin)) & (w.smax >= static_cast<int64_t>(w.umax));
  const Ends ends = common_ends(w, h);
  return (w.umax <= greatest) & (told | tells_nothing) & (ends.lo <= ends.hi);
}

SKEP_INLINE Scalar small(Tnum bits, const Range<uint64_t>& w, const Range<uint32_t>& h) {
  const Ends ends = common_ends(w, h);
  bits = intersect(bits, Tnum::range(static_cast<uint64_t>(ends.lo), static_cast<uint64_t>(ends.hi)));
  const auto lo = std::max(static_cast<uint64_t>(ends.lo), bits.least());
  const auto hi = std::min(static_cast<uint64_t>(ends.hi), bits.greatest());
  const uint64_t first = bits.member_from(lo);
  if (is_single(bits, {0, 0, lo, hi}, first) && scalar_rules.single_members) return Scalar::constant(first);
  const auto slo = static_cast<int64_t>(lo), shi = static_cast<int64_t>(hi);
  return Scalar::of(
      bits, {slo, shi, lo, hi},
      {static_cast<int32_t>(lo), static_cast<int32_t>(hi), static_cast<uint32_t>(lo), static_cast<uint32_t>(hi)});
}

// What every reading learns from the others, after the bits have told theirs; may be impossible.
Scalar deduced(Tnum bits, const Range<uint64_t>& w, const Range<uint32_t>& h);

struct Settled {
  Scalar scalar;
  bool possible = true;
};
// An impossible scalar is given up: it keeps its bits and loses its ranges.
SKEP_INLINE Settled settled(Tnum bits, Range<uint64_t> w, Range<uint32_t> h) {
  learn_from_bits(bits, w, h);
  if (is_small(w, h)) return {small(bits, w, h)};
  if (bits.is_unknown() && w == Range<uint64_t>::all() && h == Range<uint32_t>::all()) return {};
  const Scalar s = deduced(bits, w, h);
  if (s.is_possible()) return {s};
  return {Scalar::of(s.bits, Range<uint64_t>::all(), Range<uint32_t>::all()), false};
}

}  // namespace skep::verify
