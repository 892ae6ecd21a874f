// SPDX-License-Identifier: Apache-2.0
// What a word of one width lies between, read as signed and as unsigned. verify::Scalar has two, of the whole register
// and of its low half; they are templates over the width so that the tests can try all words of eight bits.
//
// The operations give what Linux 6.18 keeps of each: the two readings are computed apart, and a reading that may wrap
// is given up (Scalar::sync then restores from the other readings what it can).
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace skep::verify {

template <class U>
struct Range {
  using S = std::make_signed_t<U>;
  static constexpr unsigned bits = std::numeric_limits<U>::digits;

  S smin, smax;
  U umin, umax;

  static constexpr Range all() {
    return {std::numeric_limits<S>::min(), std::numeric_limits<S>::max(), 0, std::numeric_limits<U>::max()};
  }
  static constexpr Range constant(U v) { return {static_cast<S>(v), static_cast<S>(v), v, v}; }
  // The signed reading follows from the unsigned one unless that contains the step from greatest to least.
  static constexpr Range of_unsigned(U lo, U hi) {
    Range r = all();
    r.umin = lo;
    r.umax = hi;
    if (static_cast<S>(lo) <= static_cast<S>(hi)) {
      r.smin = static_cast<S>(lo);
      r.smax = static_cast<S>(hi);
    }
    return r;
  }

  constexpr bool contains(U x) const {
    return umin <= x && x <= umax && smin <= static_cast<S>(x) && static_cast<S>(x) <= smax;
  }
  constexpr bool includes(const Range& inner) const {
    return umin <= inner.umin && inner.umax <= umax && smin <= inner.smin && inner.smax <= smax;
  }
  constexpr bool is_possible() const { return umin <= umax && smin <= smax; }
  constexpr bool is_constant() const { return umin == umax && smin == smax; }

  constexpr void keep_signed(S lo, S hi) {
    smin = std::max(smin, lo);
    smax = std::min(smax, hi);
  }
  constexpr void keep_unsigned(U lo, U hi) {
    umin = std::max(umin, lo);
    umax = std::min(umax, hi);
  }
  constexpr void keep(const Range& r) {
    keep_signed(r.smin, r.smax);
    keep_unsigned(r.umin, r.umax);
  }
  // What the bits of a tnum say: the sign bit counts against a signed number, the others for it.
  constexpr void keep_bits(U value, U mask) {
    constexpr U sign = U(1) << (bits - 1);
    const auto rest = static_cast<U>(~sign);
    keep_signed(static_cast<S>(value | (mask & sign)), static_cast<S>(value | (mask & rest)));
    keep_unsigned(value, static_cast<U>(value | mask));
  }

  friend constexpr bool operator==(const Range&, const Range&) = default;
};

// Unsigned sums wrap together or not at all where they are kept: then the ends are still in order.
template <class U>
constexpr Range<U> add(const Range<U>& a, const Range<U>& b) {
  Range<U> r = Range<U>::all();
  typename Range<U>::S slo, shi;
  const bool lo_wraps = __builtin_add_overflow(a.smin, b.smin, &slo);
  const bool hi_wraps = __builtin_add_overflow(a.smax, b.smax, &shi);
  if (!lo_wraps && !hi_wraps) r.smin = slo, r.smax = shi;
  U lo, hi;
  const bool least_wraps = __builtin_add_overflow(a.umin, b.umin, &lo);
  const bool greatest_wraps = __builtin_add_overflow(a.umax, b.umax, &hi);
  if (least_wraps == greatest_wraps) r.umin = lo, r.umax = hi;
  return r;
}

template <class U>
constexpr Range<U> sub(const Range<U>& a, const Range<U>& b) {
  Range<U> r = Range<U>::all();
  typename Range<U>::S slo, shi;
  const bool lo_wraps = __builtin_sub_overflow(a.smin, b.smax, &slo);
  const bool hi_wraps = __builtin_sub_overflow(a.smax, b.smin, &shi);
  if (!lo_wraps && !hi_wraps) r.smin = slo, r.smax = shi;
  U lo, hi;
  const bool least_wraps = __builtin_sub_overflow(a.umin, b.umax, &lo);
  const bool greatest_wraps = __builtin_sub_overflow(a.umax, b.umin, &hi);
  if (least_wraps == greatest_wraps) r.umin = lo, r.umax = hi;
  return r;
}

// A product of signed ranges has its ends among the products of their ends.
template <class U>
constexpr Range<U> mul(const Range<U>& a, const Range<U>& b) {
  Range<U> r = Range<U>::all();
  U lo, hi;
  const bool wraps = __builtin_mul_overflow(a.umin, b.umin, &lo);
  if (!__builtin_mul_overflow(a.umax, b.umax, &hi) && !wraps) r.umin = lo, r.umax = hi;
  typename Range<U>::S p, q, s, t;
  const bool p_wraps = __builtin_mul_overflow(a.smin, b.smin, &p), q_wraps = __builtin_mul_overflow(a.smin, b.smax, &q),
             s_wraps = __builtin_mul_overflow(a.smax, b.smin, &s), t_wraps = __builtin_mul_overflow(a.smax, b.smax, &t);
  if (!p_wraps && !q_wraps && !s_wraps && !t_wraps) {
    r.smin = std::min(std::min(p, q), std::min(s, t));
    r.smax = std::max(std::max(p, q), std::max(s, t));
  }
  return r;
}

// Bitwise results are as the bits of the result (least, greatest) say, but x & y <= x and x | y >= x.
template <class U>
constexpr Range<U> and_(const Range<U>& a, const Range<U>& b, U least) {
  return Range<U>::of_unsigned(least, std::min(a.umax, b.umax));
}
template <class U>
constexpr Range<U> or_(const Range<U>& a, const Range<U>& b, U greatest) {
  return Range<U>::of_unsigned(std::max(a.umin, b.umin), greatest);
}

// The shifts are by a known amount < bits. A left shift is kept where no set bit can leave the word.
template <class U>
constexpr Range<U> lsh(const Range<U>& a, unsigned amount) {
  Range<U> r = Range<U>::all();
  if (a.umax <= U(1) << (Range<U>::bits - 1 - amount)) {
    r.umin = static_cast<U>(a.umin << amount);
    r.umax = static_cast<U>(a.umax << amount);
  }
  return r;
}
template <class U>
constexpr Range<U> rsh(const Range<U>& a, unsigned amount) {
  Range<U> r = Range<U>::all();
  r.umin = static_cast<U>(a.umin >> amount);
  r.umax = static_cast<U>(a.umax >> amount);
  return r;
}
template <class U>
constexpr Range<U> arsh(const Range<U>& a, unsigned amount) {
  Range<U> r = Range<U>::all();
  r.smin = static_cast<typename Range<U>::S>(a.smin >> amount);
  r.smax = static_cast<typename Range<U>::S>(a.smax >> amount);
  return r;
}

}  // namespace skep::verify
