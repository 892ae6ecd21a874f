// SPDX-License-Identifier: Apache-2.0
// What a conditional jump comes to, and what taking it or not says about both operands.
//
// Every comparison is one of four, its operands swapped or its answer turned round:
//     a < b is b > a      a >= b is not (b > a)      a <= b is not (a > b)      a != b is not (a == b)
#include <bit>
#include <utility>

#include "verify/scalar_sync.hpp"

namespace skep::verify {
namespace {

using isa::Cmp;
using Whole = Range<uint64_t>;
using Low = Range<uint32_t>;

constexpr Taken opposite(Taken t) {
  return t == Taken::always ? Taken::never : t == Taken::never ? Taken::always : Taken::unknown;
}

template <class T>
Taken greater(T a_least, T a_greatest, T b_least, T b_greatest) {
  if (a_least > b_greatest) return Taken::always;
  if (a_greatest <= b_least) return Taken::never;
  return Taken::unknown;
}
template <class U>
Taken greater_unsigned(const Range<U>& a, const Range<U>& b) {
  return greater(a.umin, a.umax, b.umin, b.umax);
}
template <class U>
Taken greater_signed(const Range<U>& a, const Range<U>& b) {
  return greater(a.smin, a.smax, b.smin, b.smax);
}

template <class U>
bool apart(const Range<U>& a, const Range<U>& b) {
  return a.umin > b.umax || a.umax < b.umin || a.smin > b.smax || a.smax < b.smin;
}

template <class U>
Taken equal(const Scalar& a, const Scalar& b, Tnum a_bits, Tnum b_bits, const Range<U>& ra, const Range<U>& rb) {
  if (a_bits.is_constant() && b_bits.is_constant()) return a_bits.value == b_bits.value ? Taken::always : Taken::never;
  if (!overlap(a_bits, b_bits) || apart(ra, rb)) return Taken::never;
  if constexpr (Range<U>::bits == 64) {
    if (apart(a.low(), b.low())) return Taken::never;
  }
  return Taken::unknown;
}

// One of the operands must be known.
Taken shares_bits(Tnum a, Tnum b) {
  if (!b.is_constant()) std::swap(a, b);
  if (!b.is_constant()) return Taken::unknown;
  if ((a.value & b.value) != 0) return Taken::always;
  if ((a.greatest() & b.value) == 0) return Taken::never;
  return Taken::unknown;
}

template <class U>
Taken decided(Cmp op, const Scalar& a, const Scalar& b, Tnum a_bits, Tnum b_bits, const Range<U>& ra,
              const Range<U>& rb) {
  switch (op) {
    case Cmp::jeq: return equal(a, b, a_bits, b_bits, ra, rb);
    case Cmp::jne: return opposite(equal(a, b, a_bits, b_bits, ra, rb));
    case Cmp::jset: return shares_bits(a_bits, b_bits);
    case Cmp::jgt: return greater_unsigned(ra, rb);
    case Cmp::jlt: return greater_unsigned(rb, ra);
    case Cmp::jge: return opposite(greater_unsigned(rb, ra));
    case Cmp::jle: return opposite(greater_unsigned(ra, rb));
    case Cmp::jsgt: return greater_signed(ra, rb);
    case Cmp::jslt: return greater_signed(rb, ra);
    case Cmp::jsge: return opposite(greater_signed(rb, ra));
    case Cmp::jsle: return opposite(greater_signed(ra, rb));
  }
  std::unreachable();
}

// What the refinements see of an operand: its bits and range in the width of the comparison.
template <class U>
struct Side {
  Tnum bits;
  Range<U> range;
};

Side<uint64_t> whole_of(const Scalar& s) { return {s.bits, s.whole()}; }
Side<uint32_t> low_of(const Scalar& s) { return {s.bits.low(), s.low()}; }

template <class U>
void is_greater_unsigned(Side<U>& a, Side<U>& b) {
  b.range.umax = std::min(b.range.umax, static_cast<U>(a.range.umax - 1));
  a.range.umin = std::max(static_cast<U>(b.range.umin + 1), a.range.umin);
}
template <class U>
void is_at_most_unsigned(Side<U>& a, Side<U>& b) {
  a.range.umax = std::min(a.range.umax, b.range.umax);
  b.range.umin = std::max(a.range.umin, b.range.umin);
}
// In the width's arithmetic: a range that ends at the least number is never greater, so such an edge was decided.
template <class U>
void is_greater_signed(Side<U>& a, Side<U>& b) {
  using S = typename Range<U>::S;
  b.range.smax = std::min(b.range.smax, static_cast<S>(static_cast<U>(a.range.smax) - 1));
  a.range.smin = std::max(static_cast<S>(static_cast<U>(b.range.smin) + 1), a.range.smin);
}
template <class U>
void is_at_most_signed(Side<U>& a, Side<U>& b) {
  a.range.smax = std::min(a.range.smax, b.range.smax);
  b.range.smin = std::max(a.range.smin, b.range.smin);
}

template <class U>
void is_equal(Side<U>& a, Side<U>& b) {
  a.range.keep(b.range);
  b.range = a.range;
  a.bits = b.bits = intersect(a.bits, b.bits);
}

// Says something only where one is known and is an end of the other.
template <class U>
void is_unequal(Side<U>& a, Side<U>& b) {
  using S = typename Range<U>::S;
  Side<U>& other = b.bits.is_constant() ? a : b;
  const Side<U>& known = b.bits.is_constant() ? b : a;
  if (!known.bits.is_constant()) return;
  const auto v = static_cast<U>(known.bits.value);
  const auto sv = static_cast<S>(v);
  Range<U>& r = other.range;
  if (r.umin == v) ++r.umin;
  if (r.umax == v) --r.umax;
  if (r.smin == sv) r.smin = static_cast<S>(v + 1);
  if (r.smax == sv) r.smax = static_cast<S>(v - 1);
}

template <class U>
void narrow(Cmp op, bool holds, Side<U>& a, Side<U>& b) {
  switch (op) {
    case Cmp::jeq: return holds ? is_equal(a, b) : is_unequal(a, b);
    case Cmp::jne: return holds ? is_unequal(a, b) : is_equal(a, b);
    case Cmp::jset: return;  // share_bits
    case Cmp::jgt: return holds ? is_greater_unsigned(a, b) : is_at_most_unsigned(a, b);
    case Cmp::jlt: return holds ? is_greater_unsigned(b, a) : is_at_most_unsigned(b, a);
    case Cmp::jge: return holds ? is_at_most_unsigned(b, a) : is_greater_unsigned(b, a);
    case Cmp::jle: return holds ? is_at_most_unsigned(a, b) : is_greater_unsigned(a, b);
    case Cmp::jsgt: return holds ? is_greater_signed(a, b) : is_at_most_signed(a, b);
    case Cmp::jslt: return holds ? is_greater_signed(b, a) : is_at_most_signed(b, a);
    case Cmp::jsge: return holds ? is_at_most_signed(b, a) : is_greater_signed(b, a);
    case Cmp::jsle: return holds ? is_at_most_signed(a, b) : is_greater_signed(a, b);
  }
}

// A constant has nothing to learn.
SKEP_INLINE Settled learned(const Scalar& before, Tnum bits, const Whole& w, const Low& h) {
  if (before.is_constant() && bits == before.bits && w == before.whole() && h == before.low()) return {before};
  return settled(bits, w, h);
}

SKEP_INLINE Settled settled(const Scalar& s) { return learned(s, s.bits, s.whole(), s.low()); }

Refined refined(const Settled& a, const Settled& b) { return {a.scalar, b.scalar, a.possible && b.possible}; }

// Of a known mask: one common bit must be its only bit; no common bit clears them all. What was known of the range is
// forgotten then, as it could contradict the bits where the edge is never taken.
Refined share_bits(unsigned bits, bool some, const Scalar& a, const Scalar& b) {
  const auto known = [&](const Scalar& s) { return bits == 64 ? s.is_constant() : s.is_low_constant(); };
  const bool b_known = known(b);
  if (!b_known && !known(a)) return refined(settled(a), settled(b));
  const Scalar &holder = b_known ? b : a, &other = b_known ? a : b;
  const uint64_t mask = bits == 64 ? holder.value() : static_cast<uint32_t>(holder.value());
  Settled learns;
  if (!some)
    learns = settled(other.bits & Tnum::constant(~mask), Whole::all(), Low::all());
  else if (std::has_single_bit(mask))
    learns = settled(other.bits | Tnum::constant(mask), other.whole(), other.low());
  else
    learns = settled(other);
  return b_known ? refined(learns, settled(holder)) : refined(settled(holder), learns);
}

}  // namespace

Taken decide(Cmp op, unsigned bits, const Scalar& a, const Scalar& b) {
  if (bits == 64) return decided(op, a, b, a.bits, b.bits, a.whole(), b.whole());
  return decided(op, a, b, a.bits.low(), b.bits.low(), a.low(), b.low());
}

Refined refine(Cmp op, unsigned bits, Edge edge, const Scalar& a, const Scalar& b) {
  const bool holds = edge == Edge::taken;
  if (op == Cmp::jset) return share_bits(bits, holds, a, b);
  if (bits == 32) {
    auto la = low_of(a), lb = low_of(b);
    narrow(op, holds, la, lb);
    return refined(learned(a, a.bits.with_low(la.bits), a.whole(), la.range),
                   learned(b, b.bits.with_low(lb.bits), b.whole(), lb.range));
  }
  auto wa = whole_of(a), wb = whole_of(b);
  narrow(op, holds, wa, wb);
  return refined(learned(a, wa.bits, wa.range, a.low()), learned(b, wb.bits, wb.range, b.low()));
}

Refined refine(Cmp op, unsigned bits, Edge edge, const Scalar& both) {
  Scalar s = both;
  if (bits == 32) {
    auto low = low_of(s);
    narrow(op, edge == Edge::taken, low, low);
    s = Scalar::of(s.bits.with_low(low.bits), s.whole(), low.range);
  } else {
    auto whole = whole_of(s);
    narrow(op, edge == Edge::taken, whole, whole);
    s = Scalar::of(whole.bits, whole.range, s.low());
  }
  s.sync();
  s.sync();  // as each of two operands
  if (s.is_possible()) return {s, s};
  s = Scalar::of(s.bits, Whole::all(), Low::all());
  return {s, s, false};
}

}  // namespace skep::verify
