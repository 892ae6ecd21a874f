// SPDX-License-Identifier: Apache-2.0
// Decoding is one look-up by opcode byte and a walk over the few rows that share it.
#include <algorithm>

#include "isa/op.hpp"

namespace skep::isa {
namespace {

constexpr bool selects(FieldRule f) { return f.use == Use::selects; }
constexpr bool fits(FieldRule f, int32_t v) { return !selects(f) || f.value == v; }
constexpr bool is_instruction(Op op) { return op < Op::ld_imm64_high; }

// Two rows collide when some bytes fit both.
consteval bool no_bytes_fit_two_rows() {
  auto apart = [](FieldRule a, FieldRule b) { return selects(a) && selects(b) && a.value != b.value; };
  for (std::size_t i = 0; i < op_count; ++i)
    for (std::size_t k = i + 1; k < op_count; ++k) {
      const Row &a = rows[i], &b = rows[k];
      if (!is_instruction(static_cast<Op>(k)) || a.code != b.code) continue;
      if (!apart(a.src, b.src) && !apart(a.off, b.off) && !apart(a.imm, b.imm)) return false;
    }
  return true;
}
static_assert(no_bytes_fit_two_rows());

// The rows ordered by opcode byte, and where each byte's rows start.
struct Index {
  std::array<Op, op_count> ops{};
  std::array<uint8_t, 257> start{};
};
consteval Index make_index() {
  Index x;
  std::size_t n = 0;
  for (std::size_t code = 0; code < 256; ++code) {
    x.start[code] = static_cast<uint8_t>(n);
    for (std::size_t i = 0; i < op_count; ++i)
      if (is_instruction(static_cast<Op>(i)) && rows[i].code == code) x.ops[n++] = static_cast<Op>(i);
  }
  x.start[256] = static_cast<uint8_t>(n);
  return x;
}
constexpr Index by_code = make_index();

}  // namespace

Op decode(const Insn& insn) {
  std::size_t i = by_code.start[insn.code], end = by_code.start[std::size_t{insn.code} + 1];
  if (i == end) return Op::unknown;
  for (; i < end; ++i) {
    const Row& r = row(by_code.ops[i]);
    if (fits(r.src, insn.src()) && fits(r.off, insn.off) && fits(r.imm, insn.imm)) return by_code.ops[i];
  }
  return Op::reserved;
}

}  // namespace skep::isa
