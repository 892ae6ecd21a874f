// SPDX-License-Identifier: Apache-2.0
#include "verify/live_registers.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "verify/edges.hpp"

namespace skep::verify {
namespace {

constexpr uint16_t all = 0x3ff;  // r0 … r9
constexpr uint16_t caller_saved = 0x3f;
constexpr uint16_t bit(unsigned reg) { return static_cast<uint16_t>(1U << reg & all); }

Uses call_uses(std::optional<Callee> callee) {
  const unsigned args = callee ? callee->args : 5;
  return {.reads = static_cast<uint16_t>(((1U << args) - 1) << 1), .writes = caller_saved};
}

Uses fetch_uses(const isa::Insn& i, isa::Fetch fetch) {
  const auto operands = static_cast<uint16_t>(bit(i.dst()) | bit(i.src()));
  switch (fetch) {
    case isa::Fetch::nothing: return {.reads = operands};
    case isa::Fetch::into_src: return {.reads = operands, .writes = bit(i.src())};
    case isa::Fetch::into_r0: return {.reads = static_cast<uint16_t>(operands | bit(0)), .writes = bit(0)};
  }
  std::unreachable();
}

// What Linux takes an instruction for whose other fields select no operation; it is refused when the walk gets there.
isa::Op by_opcode(const isa::Insn& i) {
  if ((i.code & 0xe7) == 0xc3) {  // an atomic: of an unknown one, or of one byte, only fetching matters
    const isa::Op wide = isa::decode(isa::make_insn(0xdb, 0, 0, 0, i.imm));
    if (wide != isa::Op::reserved) return wide;
    return (i.imm & 1) != 0 ? isa::Op::atomic_fetch_add64 : isa::Op::atomic_add64;
  }
  const isa::Op op = isa::decode(isa::make_insn(i.code, 0, 0, 0, 0));
  return op == isa::Op::reserved ? isa::decode(isa::make_insn(i.code, 0, 0, 0, 16)) : op;
}

// What an operation reads and writes by its row alone; the others are asked one by one.
struct Reads {
  bool dst = false, src = false, writes = false, asked = false;
};
constexpr std::array<Reads, isa::op_count> simple_uses = [] {
  std::array<Reads, isa::op_count> all{};
  const auto reads = [](isa::FieldRule f) { return f.use == isa::Use::rd || f.use == isa::Use::rw; };
  for (std::size_t op = 0; op < all.size(); ++op) {
    const isa::Row& r = isa::rows[op];
    const bool simple = r.shape == isa::Shape::alu || r.shape == isa::Shape::load || r.shape == isa::Shape::store ||
                        r.shape == isa::Shape::branch;
    all[op] = {.dst = reads(r.dst),
               .src = reads(r.src),
               .writes = r.dst.use == isa::Use::wr || r.dst.use == isa::Use::rw,
               .asked = !simple};
  }
  return all;
}();

Uses simple(const isa::Insn& i, Reads u) {
  const auto when = [](bool yes, uint8_t reg) { return yes ? bit(reg) : uint16_t{0}; };
  return {.reads = static_cast<uint16_t>(when(u.dst, i.dst()) | when(u.src, i.src())),
          .writes = when(u.writes, i.dst())};
}

}  // namespace

Uses register_uses(const isa::Insn& i, isa::Op op, std::optional<Callee> callee) {
  if (op == isa::Op::reserved) op = by_opcode(i);
  const isa::Row& r = isa::row(op);
  switch (r.shape) {
    case isa::Shape::call: return call_uses(callee);
    case isa::Shape::exit: return {.reads = bit(0)};
    case isa::Shape::jump: return {};
    case isa::Shape::atomic: return fetch_uses(i, r.fetch);
    case isa::Shape::constant: return {.writes = bit(i.dst())};
    case isa::Shape::packet:
    case isa::Shape::none: return {.reads = all};
    case isa::Shape::alu:
    case isa::Shape::load:
    case isa::Shape::store:
    case isa::Shape::branch: return simple(i, simple_uses[static_cast<std::size_t>(op)]);
  }
  std::unreachable();
}

void find_live_registers(const Inputs& in, Flow& flow) {
  const auto& insns = in.prog.insns;
  const auto uses_of = [&](uint32_t at) {
    const Reads simply = simple_uses[static_cast<std::size_t>(flow.ops[at])];
    if (!simply.asked) return simple(insns[at], simply);
    return register_uses(insns[at], flow.ops[at], is_call(insns[at]) ? callee(in, flow, at) : std::nullopt);
  };
  // Without loops everything behind an instruction is settled before it.
  const bool loops = std::ranges::any_of(flow.subprogs, &Subprogram::loops);
  for (bool settled = false; !settled;) {
    settled = true;
    for (uint32_t at : flow.postorder) {
      uint16_t live = 0;
      for (uint32_t to : successors(insns[at], at)) live |= flow.at[to].live;
      const Uses uses = uses_of(at);
      live = static_cast<uint16_t>((live & ~uses.writes) | uses.reads);
      settled &= live == flow.at[at].live;
      flow.at[at].live = live;
    }
    if (!loops) return;
  }
}

}  // namespace skep::verify
