// SPDX-License-Identifier: Apache-2.0
// What operations mean, executable, from the same rows as everything else (RFC 9669 sections 4 and 5.3).
//
// Called by both interpreters, the verifier's constant folding, the brute-force judge of the scalar domain and the
// JIT's tests. U is uint32_t or uint64_t: the width of the operation. Pure, no cost beyond the operation itself.
#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include "isa/op.hpp"

namespace skep::isa {

template <class U>
inline constexpr unsigned bits_of = std::numeric_limits<U>::digits;

// a = dst, b = src or imm; unary operations look at b only.
template <Alu op, class U>
constexpr U alu(U a, U b) {
  using S [[maybe_unused]] = std::make_signed_t<U>;
  (void)a;
#define ALU(name, code, off, text, group, value) \
  if constexpr (op == Alu::name) return static_cast<U>(value);
#define UNA(name, code, width, dst, src, off, imm, text, group, value) \
  if constexpr (op == Alu::name) return static_cast<U>(value);
#include "isa/ops.def"
}

template <Cmp op, class U>
constexpr bool compare(U a, U b) {
  using S [[maybe_unused]] = std::make_signed_t<U>;
#define CMP(name, code, text, group, taken) \
  if constexpr (op == Cmp::name) return taken;
#include "isa/ops.def"
}

// What memory becomes: a = what it holds, b = src.
template <Atomic op, class U>
constexpr U atomic(U a, U b, U r0) {
  (void)a, (void)r0;
#define ATOMIC(name, imm, fetches, text, value) \
  if constexpr (op == Atomic::name) return static_cast<U>(value);
#include "isa/ops.def"
}

// The same with the operation as a value.
template <class U>
constexpr U eval(Alu op, U a, U b) {
  switch (op) {
#define ALU(name, ...) \
  case Alu::name: return alu<Alu::name>(a, b);
#define UNA(name, ...) \
  case Alu::name: return alu<Alu::name>(a, b);
#include "isa/ops.def"
  }
  std::unreachable();
}
template <class U>
constexpr bool eval(Cmp op, U a, U b) {
  switch (op) {
#define CMP(name, ...) \
  case Cmp::name: return compare<Cmp::name>(a, b);
#include "isa/ops.def"
  }
  std::unreachable();
}

static_assert(alu<Alu::lsh>(uint32_t{1}, uint32_t{33}) == 2);
static_assert(alu<Alu::div>(uint64_t{7}, uint64_t{0}) == 0 && alu<Alu::mod>(uint64_t{7}, uint64_t{0}) == 7);
static_assert(alu<Alu::sdiv>(uint32_t{1} << 31, uint32_t(-1)) == uint32_t{1} << 31);
static_assert(alu<Alu::smod>(uint64_t(-13), uint64_t{3}) == uint64_t(-1));
static_assert(alu<Alu::arsh>(uint32_t{0x80000000}, uint32_t{4}) == 0xf8000000);
static_assert(alu<Alu::movsx32_8>(uint32_t{0}, uint32_t{0x80}) == 0xffffff80);
static_assert(alu<Alu::le16>(uint64_t{0}, uint64_t{0x123456}) == 0x3456);
static_assert(alu<Alu::be32>(uint64_t{0}, uint64_t{0x1122334455667788}) == 0x88776655);

}  // namespace skep::isa
