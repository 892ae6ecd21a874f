// SPDX-License-Identifier: Apache-2.0
// One instruction as it lies in memory and in files (RFC 9669 section 3), little endian:
//
//     byte 0   byte 1          bytes 2-3   bytes 4-7
//     code     src:4  dst:4    off         imm
//
// A 64-bit immediate takes two of these (section 3.1); counts and jumps are in such 8-byte slots.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.hpp"

namespace skep::isa {

struct Insn {
  uint8_t code = 0;
  uint8_t regs = 0;  // one byte for both: bit-fields fight -Wconversion
  int16_t off = 0;
  int32_t imm = 0;

  constexpr uint8_t dst() const { return regs & 15; }
  constexpr uint8_t src() const { return regs >> 4; }
  constexpr void set_dst(uint8_t r) { regs = static_cast<uint8_t>((regs & 0xf0) | (r & 15)); }
  constexpr void set_src(uint8_t r) { regs = static_cast<uint8_t>((regs & 0x0f) | (r & 15) << 4); }
  constexpr bool operator==(const Insn&) const = default;
};
static_assert(sizeof(Insn) == 8 && alignof(Insn) == 4);

constexpr Insn make_insn(uint8_t code, uint8_t dst, uint8_t src, int16_t off, int32_t imm) {
  return {.code = code, .regs = static_cast<uint8_t>((dst & 15) | (src & 15) << 4), .off = off, .imm = imm};
}

// The 64-bit immediate of an ld_imm64 and the slot after it.
constexpr uint64_t imm64(Insn low, Insn high) {
  return static_cast<uint64_t>(static_cast<uint32_t>(high.imm)) << 32 | static_cast<uint32_t>(low.imm);
}

// Field types of diagnostics: how registers and places in a program are written.
struct Reg {
  uint8_t n;
};
inline Value to_value(Reg r) { return "r" + std::to_string(r.n); }
struct Pc {
  uint32_t at;
};
inline Value to_value(Pc p) { return "insn " + std::to_string(p.at); }

inline constexpr uint8_t register_count = 11;  // r0 … r10 (RFC 9669 section 2)

}  // namespace skep::isa
