// SPDX-License-Identifier: Apache-2.0
// What the readings of one number say about each other.
//
//     bits ──► whole, low       least and greatest number with these bits
//     whole ──► low             an interval whose ends share the upper half has their lower halves as ends
//     signed ◄─► unsigned       within one width, where the interval does not step over the seam of the other reading
//     low ──► whole             the ends keep their upper half and take the lower half's ends
//     whole, low ──► bits       the bits above the highest in which the ends differ
//
// Three rounds of deduction are what Linux 6.18 does between learning from the bits and telling them; a fourth could
// find more, and must not.
#include "verify/scalar_sync.hpp"

namespace skep::verify {
namespace {

using Whole = Range<uint64_t>;
using Low = Range<uint32_t>;

constexpr Low any_low = Low::all();
constexpr uint64_t upper_half = ~uint64_t{0} << 32;

// An interval [lo, hi] of 64-bit numbers, in either reading. Where the upper halves are equal, the lower halves go from
// lo's to hi's; where they follow one another, they go up to the greatest and on from the least, which as signed
// numbers is an interval again if the step is from -1 to 0. Of impossible ends (lo > hi) Linux passes on unsigned ones.
SKEP_INLINE void low_from_ends(Low& low, uint64_t lo, uint64_t hi, bool possible) {
  const auto from = static_cast<uint32_t>(lo), to = static_cast<uint32_t>(hi);
  const auto steps = static_cast<uint32_t>(hi >> 32) - static_cast<uint32_t>(lo >> 32);
  const auto sfrom = static_cast<int32_t>(from), sto = static_cast<int32_t>(to);
  const bool same = steps == 0;
  const bool ordered = (same & (sfrom <= sto)) | ((steps == 1) & (sfrom < 0) & (sto >= 0));
  const bool kept = same & possible;
  low.keep_unsigned(kept ? from : any_low.umin, kept ? to : any_low.umax);
  low.keep_signed(ordered ? sfrom : any_low.smin, ordered ? sto : any_low.smax);
}

// A reading that does not step over the other's seam is an interval there, too.
template <class U>
SKEP_INLINE void signs_agree(Range<U>& r) {
  using S = typename Range<U>::S;
  if (static_cast<S>(r.umin) <= static_cast<S>(r.umax)) r.keep_signed(static_cast<S>(r.umin), static_cast<S>(r.umax));
  if (static_cast<U>(r.smin) <= static_cast<U>(r.smax)) r.keep_unsigned(static_cast<U>(r.smin), static_cast<U>(r.smax));
}

// A signed interval over 0 is two pieces of the unsigned line, its start and its end. Where the unsigned interval meets
// one of them only, that one it is.
template <class U>
SKEP_INLINE void piece_of_signed(Range<U>& w) {
  const auto lo = static_cast<U>(w.smin), hi = static_cast<U>(w.smax);
  if (lo <= hi) return;
  if (sizeof(U) == 4 && !scalar_rules.low_pieces) return;
  if (w.umax < lo) {
    w.smin = static_cast<typename Range<U>::S>(w.umin);
    w.umax = std::min(w.umax, hi);
  } else if (hi < w.umin) {
    w.smax = static_cast<typename Range<U>::S>(w.umax);
    w.umin = std::max(w.umin, lo);
  }
}

SKEP_INLINE void whole_from_low(Tnum& bits, Whole& w, const Low& low) {
  w.keep_unsigned((w.umin & upper_half) | low.umin, (w.umax & upper_half) | low.umax);
  w.keep_signed(static_cast<int64_t>((static_cast<uint64_t>(w.smin) & upper_half) | low.umin),
                static_cast<int64_t>((static_cast<uint64_t>(w.smax) & upper_half) | low.umax));
  // A number in the range of int32_t whose low half is not negative has an upper half of zeros.
  if (low.smin >= 0 && w.smin >= std::numeric_limits<int32_t>::min() && w.smax <= std::numeric_limits<int32_t>::max()) {
    const auto lo = static_cast<uint64_t>(low.smin), hi = static_cast<uint64_t>(low.smax);
    w = {low.smin, low.smax, lo, hi};
    bits = intersect(bits, Tnum::range(lo, hi));
  }
}

}  // namespace

Scalar deduced(Tnum bits, const Range<uint64_t>& whole, const Range<uint32_t>& low) {
  Whole w = whole;
  Low h = low;
  for (int round = 0; round < 3; ++round) {
    const Whole w_before = w;
    const Low h_before = h;
    low_from_ends(h, w.umin, w.umax, true);
    low_from_ends(h, static_cast<uint64_t>(w.smin), static_cast<uint64_t>(w.smax), w.smin <= w.smax);
    signs_agree(h);
    piece_of_signed(h);
    signs_agree(w);
    piece_of_signed(w);
    whole_from_low(bits, w, h);
    if (w == w_before && h == h_before) break;
  }
  const Tnum seen = intersect(bits, Tnum::range(w.umin, w.umax));
  bits = seen.with_low(intersect(seen.low(), Tnum::range(h.umin, h.umax)));
  learn_from_bits(bits, w, h);
  return Scalar::of(bits, w, h);
}

void Scalar::sync() {
  Tnum known = bits;
  Whole w = whole();
  Low h = low();
  learn_from_bits(known, w, h);
  *this = is_small(w, h) ? small(known, w, h) : deduced(known, w, h);
}

bool Scalar::is_possible() const {
  if (!whole().is_possible() || !low().is_possible()) return false;
  if (bits.is_constant() && whole() != Whole::constant(bits.value)) return false;
  return !bits.is_low_constant() || low() == Low::constant(static_cast<uint32_t>(bits.value));
}

Scalar zero_extended(const Scalar& s, unsigned bytes) {
  if (bytes == 8) return s;
  const uint64_t kept = (uint64_t{1} << (8 * bytes)) - 1;
  const bool same_above = (s.umin & ~kept) == (s.umax & ~kept);
  const uint64_t lo = same_above ? s.umin & kept : 0, hi = same_above ? s.umax & kept : kept;
  Scalar r = Scalar::of(s.bits.truncated_to(bytes), Whole::of_unsigned(lo, hi), bytes < 4 ? Low::all() : s.low());
  r.sync();
  return r;
}

}  // namespace skep::verify
