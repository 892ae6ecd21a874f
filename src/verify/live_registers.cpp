// SPDX-License-Identifier: Apache-2.0
#include "verify/live_registers.hpp"

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
    case isa::Shape::branch: break;
  }
  const auto reads = [](isa::FieldRule f) { return f.use == isa::Use::rd || f.use == isa::Use::rw; };
  Uses uses;
  if (reads(r.dst)) uses.reads |= bit(i.dst());
  if (reads(r.src)) uses.reads |= bit(i.src());
  if (r.dst.use == isa::Use::wr || r.dst.use == isa::Use::rw) uses.writes = bit(i.dst());
  return uses;
}

void find_live_registers(const Inputs& in, Flow& flow) {
  const auto& insns = in.prog.insns;
  std::vector<Uses> uses(insns.size());
  for (uint32_t i = 0; i < insns.size(); ++i)
    uses[i] = register_uses(insns[i], flow.ops[i], is_call(insns[i]) ? callee(in, flow, i) : std::nullopt);
  for (bool settled = false; !settled;) {
    settled = true;
    for (uint32_t at : flow.postorder) {
      uint16_t live = 0;
      for (uint32_t to : successors(insns[at], at)) live |= flow.at[to].live;
      live = static_cast<uint16_t>((live & ~uses[at].writes) | uses[at].reads);
      settled &= live == flow.at[at].live;
      flow.at[at].live = live;
    }
  }
}

}  // namespace skep::verify
