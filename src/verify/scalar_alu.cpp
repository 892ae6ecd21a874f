// SPDX-License-Identifier: Apache-2.0
// What arithmetic makes of what is known. An operation of 32 bits is computed on the low halves and zero-extended.
#include "isa/semantics.hpp"
#include "verify/scalar.hpp"

namespace skep::verify {
namespace {

using isa::Alu;
using Whole = Range<uint64_t>;
using Low = Range<uint32_t>;

Scalar settled(Scalar s) {
  s.sync();
  if (!s.is_possible()) return Scalar::of(s.bits, Whole::all(), Low::all());
  return s;
}

// A low half, the upper half being 0. The signed reading of the half is the whole's if its sign is known to be 0.
Scalar zero_extended_low(Tnum bits, const Low& h) {
  Whole w{0, std::numeric_limits<uint32_t>::max(), h.umin, h.umax};
  if (h.smin >= 0) w.smin = h.smin, w.smax = h.smax;
  return settled(Scalar::of(bits.low(), w, h));
}

// 64-bit: both ranges are computed; Linux does so for all but the right shifts, whose low half depends on the upper.
Scalar left_shifted(const Scalar& a, unsigned amount) {
  Whole w = lsh(a.whole(), amount);
  // << 32 then >> 32 is how compilers extend a half, so what it does to the sign is kept.
  if (amount == 32) {
    w.smin = a.s32_min >= 0 ? int64_t{a.s32_min} << 32 : Whole::all().smin;
    w.smax = a.s32_max >= 0 ? int64_t{a.s32_max} << 32 : Whole::all().smax;
  }
  return settled(Scalar::of(a.bits << amount, w, amount < 32 ? lsh(a.low(), amount) : Low::all()));
}

Scalar shifted(Alu op, unsigned width, const Scalar& a, unsigned amount) {
  if (width == 64) {
    switch (op) {
      case Alu::lsh: return left_shifted(a, amount);
      case Alu::rsh: return settled(Scalar::of(a.bits >> amount, rsh(a.whole(), amount), Low::all()));
      default: return settled(Scalar::of(arsh(a.bits, amount, 64), arsh(a.whole(), amount), Low::all()));
    }
  }
  const Tnum low = a.bits.low();
  const bool left = op == Alu::lsh, logical = op == Alu::rsh;
  const Tnum bits = left ? (low << amount).low() : logical ? low >> amount : arsh(low, amount, 32);
  Low h = left ? lsh(a.low(), amount) : logical ? rsh(a.low(), amount) : arsh(a.low(), amount);
  h.keep_bits(static_cast<uint32_t>(bits.value), static_cast<uint32_t>(bits.mask));
  return zero_extended_low(bits, h);
}

// The amount must be one number below the width, as 64-bit number even where the operation has 32 bits.
bool is_amount(const Scalar& s, unsigned width) {
  const bool known =
      width == 64 ? s.is_constant() && s.whole().is_constant() : s.is_low_constant() && s.low().is_constant();
  return known && s.umax < width;
}

template <class U>
Range<U> ranged(Alu op, const Range<U>& a, const Range<U>& b, Tnum result) {
  const auto least = static_cast<U>(result.least()), greatest = static_cast<U>(result.greatest());
  switch (op) {
    case Alu::add: return add(a, b);
    case Alu::sub: return sub(a, b);
    case Alu::mul: return mul(a, b);
    case Alu::and_: return and_(a, b, least);
    case Alu::or_: return or_(a, b, greatest);
    default: return Range<U>::of_unsigned(least, greatest);
  }
}

Tnum combined(Alu op, Tnum a, Tnum b) {
  switch (op) {
    case Alu::add: return a + b;
    case Alu::sub: return a - b;
    case Alu::mul: return a * b;
    case Alu::and_: return a & b;
    case Alu::or_: return a | b;
    default: return a ^ b;
  }
}

Scalar computed(Alu op, unsigned width, const Scalar& a, const Scalar& b) {
  if (width == 64) {
    if (a.is_constant() && b.is_constant()) return Scalar::constant(isa::eval<uint64_t>(op, a.value(), b.value()));
    const Tnum bits = combined(op, a.bits, b.bits);
    return settled(Scalar::of(bits, ranged(op, a.whole(), b.whole(), bits), ranged(op, a.low(), b.low(), bits)));
  }
  if (a.is_low_constant() && b.is_low_constant())
    return Scalar::constant(
        isa::eval<uint32_t>(op, static_cast<uint32_t>(a.value()), static_cast<uint32_t>(b.value())));
  const Tnum bits = combined(op, a.bits.low(), b.bits.low()).low();
  return zero_extended_low(bits, ranged(op, a.low(), b.low(), bits));
}

// Where the bits above agree at both ends, the ends are extended. Else what the narrow word can be is known, but not
// which bits: Linux then says so of the signed reading alone.
template <class U>
struct Extended {
  Tnum bits;
  Range<U> range;
};
template <class U>
Extended<U> extended(const Range<U>& a, unsigned width) {
  using S = typename Range<U>::S;
  const auto extend = [&](S x) {
    const unsigned away = Range<U>::bits - width;
    return static_cast<S>(static_cast<S>(static_cast<U>(x) << away) >> away);
  };
  if (a.smin >> width == a.smax >> width) {
    const S lo = std::min(extend(a.smin), extend(a.smax)), hi = std::max(extend(a.smin), extend(a.smax));
    if ((lo < 0) == (hi < 0))
      return {Tnum::range(static_cast<U>(lo), static_cast<U>(hi)), {lo, hi, static_cast<U>(lo), static_cast<U>(hi)}};
  }
  const S least = static_cast<S>(Range<U>::all().smin >> (Range<U>::bits - width));
  Range<U> r = Range<U>::all();
  r.smin = least;
  r.smax = static_cast<S>(~least);
  return {{0, Range<U>::all().umax}, r};
}

Scalar low_sign_extended(const Scalar& s, unsigned bytes) {
  const unsigned width = 8 * bytes;
  if (s.is_low_constant()) {
    const auto x = static_cast<uint32_t>(s.value()) << (32 - width);
    return Scalar::constant(static_cast<uint32_t>(static_cast<int32_t>(x) >> (32 - width)));
  }
  const auto e = extended(s.low(), width);
  return zero_extended_low(e.bits, e.range);
}

}  // namespace

Scalar sign_extended(const Scalar& s, unsigned bytes) {
  if (bytes == 8) return s;
  const unsigned width = 8 * bytes;
  if (s.is_constant()) {
    const auto x = static_cast<int64_t>(s.value() << (64 - width));
    return Scalar::constant(static_cast<uint64_t>(x >> (64 - width)));
  }
  const auto e = extended(s.whole(), width);
  Low h = Low::all();
  if (e.range.umin != 0 || e.range.umax != Whole::all().umax)
    h = {static_cast<int32_t>(e.range.smin), static_cast<int32_t>(e.range.smax), static_cast<uint32_t>(e.range.umin),
         static_cast<uint32_t>(e.range.umax)};
  else
    h.keep_signed(static_cast<int32_t>(e.range.smin), static_cast<int32_t>(e.range.smax));
  return Scalar::of(e.bits, e.range, h);
}

Scalar alu(const isa::Row& row, const Scalar& dst, const Scalar& src) {
  const unsigned width = row.bits;
  const Alu op = isa::alu_of(row);
  switch (op) {
    case Alu::add:
    case Alu::sub:
    case Alu::mul:
    case Alu::and_:
    case Alu::or_:
    case Alu::xor_: return computed(op, width, dst, src);
    case Alu::neg64:
    case Alu::neg32: return computed(Alu::sub, width, Scalar::constant(0), dst);
    case Alu::lsh:
    case Alu::rsh:
    case Alu::arsh:
      if (!is_amount(src, width)) return Scalar::unknown();
      return shifted(op, width, dst, static_cast<unsigned>(src.umin));
    case Alu::mov: return width == 64 ? src : zero_extended_low(src.bits, src.low());
    case Alu::movsx64_8: return sign_extended(src, 1);
    case Alu::movsx64_16: return sign_extended(src, 2);
    case Alu::movsx64_32: return sign_extended(src, 4);
    case Alu::movsx32_8: return low_sign_extended(src, 1);
    case Alu::movsx32_16: return low_sign_extended(src, 2);
    case Alu::cast_user:
    case Alu::cast_kernel: return src;
    case Alu::div:
    case Alu::sdiv:
    case Alu::mod:
    case Alu::smod:
    case Alu::le16:
    case Alu::le32:
    case Alu::le64:
    case Alu::be16:
    case Alu::be32:
    case Alu::be64:
    case Alu::bswap16:
    case Alu::bswap32:
    case Alu::bswap64: return Scalar::unknown();
  }
  std::unreachable();
}

}  // namespace skep::verify
