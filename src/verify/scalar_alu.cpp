// SPDX-License-Identifier: Apache-2.0
// What arithmetic makes of what is known. An operation of 32 bits is computed on the low halves and zero-extended.
#include "isa/semantics.hpp"
#include "verify/scalar_sync.hpp"

namespace skep::verify {
namespace {

using isa::Alu;
using Whole = Range<uint64_t>;
using Low = Range<uint32_t>;

// A low half, the upper half being 0. The signed reading of the half is the whole's if its sign is known to be 0.
Scalar zero_extended_low(Tnum bits, const Low& h) {
  Whole w{0, std::numeric_limits<uint32_t>::max(), h.umin, h.umax};
  if (h.smin >= 0) w.smin = h.smin, w.smax = h.smax;
  return settled(bits.low(), w, h).scalar;
}

// 64-bit: both ranges are computed; Linux does so for all but the right shifts, whose low half depends on the upper.
Scalar left_shifted(const Scalar& a, unsigned amount) {
  Whole w = lsh(a.whole(), amount);
  // << 32 then s>> 32 is how compilers extend a half, so what it does to the sign is kept.
  if (amount == 32) w.smin = int64_t{a.s32_min} << 32, w.smax = int64_t{a.s32_max} << 32;
  return settled(a.bits << amount, w, amount < 32 ? lsh(a.low(), amount) : Low::all()).scalar;
}

template <Alu op, class U>
Range<U> shifted_range(const Range<U>& a, unsigned amount) {
  if constexpr (op == Alu::lsh) return lsh(a, amount);
  if constexpr (op == Alu::rsh) return rsh(a, amount);
  if constexpr (op == Alu::arsh) return arsh(a, amount);
}
template <Alu op>
Tnum shifted_bits(Tnum a, unsigned amount, unsigned width) {
  if constexpr (op == Alu::lsh) return a << amount;
  if constexpr (op == Alu::rsh) return a >> amount;
  if constexpr (op == Alu::arsh) return arsh(a, amount, width);
}

template <Alu op>
Scalar shifted_low(const Scalar& a, unsigned amount) {
  const Tnum bits = shifted_bits<op>(a.bits.low(), amount, 32).low();
  Low h = shifted_range<op>(a.low(), amount);
  h.keep_bits(static_cast<uint32_t>(bits.value), static_cast<uint32_t>(bits.mask));
  return zero_extended_low(bits, h);
}

// The amount must be one number below the width, as 64-bit number even where the operation has 32 bits.
bool is_amount(const Scalar& s, unsigned width) {
  const bool known =
      width == 64 ? s.is_constant() && s.whole().is_constant() : s.is_low_constant() && s.low().is_constant();
  return known && s.umax < width;
}

template <Alu op>
Scalar shifted(unsigned width, const Scalar& a, const Scalar& by) {
  if (!is_amount(by, width)) return Scalar::unknown();
  const auto amount = static_cast<unsigned>(by.umin);
  if (width == 32) return shifted_low<op>(a, amount);
  if constexpr (op == Alu::lsh) return left_shifted(a, amount);
  return settled(shifted_bits<op>(a.bits, amount, 64), shifted_range<op>(a.whole(), amount), Low::all()).scalar;
}

template <Alu op, class U>
Range<U> ranged(const Range<U>& a, const Range<U>& b, Tnum result) {
  const auto least = static_cast<U>(result.least()), greatest = static_cast<U>(result.greatest());
  if constexpr (op == Alu::add) return add(a, b);
  if constexpr (op == Alu::sub) return sub(a, b);
  if constexpr (op == Alu::mul) return mul(a, b);
  if constexpr (op == Alu::and_) return and_(a, b, least);
  if constexpr (op == Alu::or_) return or_(a, b, greatest);
  if constexpr (op == Alu::xor_) return Range<U>::of_unsigned(least, greatest);
}

template <Alu op>
Tnum combined(Tnum a, Tnum b) {
  if constexpr (op == Alu::add) return a + b;
  if constexpr (op == Alu::sub) return a - b;
  if constexpr (op == Alu::mul) return a * b;
  if constexpr (op == Alu::and_) return a & b;
  if constexpr (op == Alu::or_) return a | b;
  if constexpr (op == Alu::xor_) return a ^ b;
}

template <Alu op>
Scalar computed(unsigned width, const Scalar& a, const Scalar& b) {
  if (width == 64) {
    if (a.is_constant() && b.is_constant()) return Scalar::constant(isa::alu<op>(a.value(), b.value()));
    const Tnum bits = combined<op>(a.bits, b.bits);
    return settled(bits, ranged<op>(a.whole(), b.whole(), bits), ranged<op>(a.low(), b.low(), bits)).scalar;
  }
  if (a.is_low_constant() && b.is_low_constant())
    return Scalar::constant(isa::alu<op>(static_cast<uint32_t>(a.value()), static_cast<uint32_t>(b.value())));
  // Of a product the upper halves do not matter either; where they are unknown, it is found sooner.
  Tnum first = a.bits.low();
  if constexpr (op == Alu::mul) first.mask |= Tnum::unknown().high().mask;
  const Tnum bits = combined<op>(first, b.bits.low()).low();
  return zero_extended_low(bits, ranged<op>(a.low(), b.low(), bits));
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

// The bits move along with their bytes; of the ranges nothing is left. (Unknown in Linux 6.18.15.)
Scalar swapped(const Scalar& s, unsigned bytes) {
  const Tnum all{__builtin_bswap64(s.bits.value), __builtin_bswap64(s.bits.mask)};
  return settled(all >> (64 - 8 * bytes), Whole::all(), Low::all()).scalar;
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

std::optional<Fork> fork(const isa::Row& row, const Scalar& dst, const Scalar& src) {
  const Alu op = isa::alu_of(row);
  if (row.unary || (op != Alu::and_ && op != Alu::or_) || !src.is_constant()) return std::nullopt;
  if (dst.smin == -1 && dst.smax == 0) return Fork{Scalar::constant(~uint64_t{0}), Scalar::constant(0)};
  if (dst.s32_min != -1 || dst.s32_max != 0) return std::nullopt;
  const auto low_is = [&](uint32_t v) {
    return Scalar::of(dst.bits.with_low(Tnum::constant(v)), dst.whole(), Low::constant(v));
  };
  return Fork{low_is(~uint32_t{0}), low_is(0)};
}

Scalar alu(const isa::Row& row, const Scalar& dst, const Scalar& src) {
  const unsigned width = row.bits;
  switch (isa::alu_of(row)) {
    case Alu::add: return computed<Alu::add>(width, dst, src);
    case Alu::sub: return computed<Alu::sub>(width, dst, src);
    case Alu::mul: return computed<Alu::mul>(width, dst, src);
    case Alu::and_: return computed<Alu::and_>(width, dst, src);
    case Alu::or_: return computed<Alu::or_>(width, dst, src);
    case Alu::xor_: return computed<Alu::xor_>(width, dst, src);
    case Alu::neg64:
    case Alu::neg32: return computed<Alu::sub>(width, Scalar::constant(0), dst);
    case Alu::lsh: return shifted<Alu::lsh>(width, dst, src);
    case Alu::rsh: return shifted<Alu::rsh>(width, dst, src);
    case Alu::arsh: return shifted<Alu::arsh>(width, dst, src);
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
    case Alu::smod: return Scalar::unknown();
    case Alu::be16:
    case Alu::bswap16: return swapped(dst, 2);
    case Alu::be32:
    case Alu::bswap32: return swapped(dst, 4);
    case Alu::be64:
    case Alu::bswap64: return swapped(dst, 8);
    case Alu::le16: return zero_extended(dst, 2);
    case Alu::le32: return zero_extended(dst, 4);
    case Alu::le64: return dst;
  }
  std::unreachable();
}

}  // namespace skep::verify
