// SPDX-License-Identifier: Apache-2.0
#include "api/context_fields.hpp"

#include <fmt/format.h>

#include "facts/contexts.hpp"
#include "isa/op.hpp"
#include "isa/print.hpp"

namespace skep::api {
namespace {

using Registers = uint16_t;  // those that hold the context, one bit each
constexpr Registers unvisited = 0xffff, caller_saved = 0x003f;

constexpr Registers bit(unsigned r) { return static_cast<Registers>(1U << r); }

Registers after(const isa::Insn& insn, Registers before) {
  const isa::Op op = isa::decode(insn);
  const isa::Row& row = isa::row(op);
  if (op == isa::Op::mov64_reg && (before & bit(insn.src())) != 0) return before | bit(insn.dst());
  Registers lost = 0;
  if (row.dst.use == isa::Use::wr || row.dst.use == isa::Use::rw) lost |= bit(insn.dst());
  if (row.fetch == isa::Fetch::into_src) lost |= bit(insn.src());
  if (row.fetch == isa::Fetch::into_r0) lost |= bit(0);
  if (row.shape == isa::Shape::call || row.shape == isa::Shape::packet) lost |= caller_saved;
  return static_cast<Registers>(before & ~lost);
}

// Where execution may go from `pc`; slots outside the program are left out by the caller.
struct Next {
  int64_t fall = -1, jump = -1;
};
Next next_of(std::span<const isa::Insn> insns, std::size_t pc) {
  const isa::Row& row = isa::row(isa::decode(insns[pc]));
  const auto here = static_cast<int64_t>(pc);
  Next next{.fall = here + static_cast<int64_t>(isa::slots_at(insns, pc))};
  if (row.off.use == isa::Use::jmp) next.jump = here + 1 + insns[pc].off;
  if (row.imm.use == isa::Use::jmp) next.jump = here + 1 + insns[pc].imm;
  const isa::Op op = isa::decode(insns[pc]);
  if (row.shape == isa::Shape::exit || op == isa::Op::ja || op == isa::Op::ja32) next.fall = -1;
  return next;
}

// What holds before each slot: what holds on all paths there. Each slot is visited at most as often as its set can
// shrink, 11 times.
std::vector<Registers> holders(std::span<const isa::Insn> insns) {
  std::vector<Registers> known(insns.size(), unvisited);
  std::vector<std::size_t> todo;
  auto flow = [&](int64_t to, Registers in) {
    if (to < 0 || to >= static_cast<int64_t>(insns.size())) return;
    const auto at = static_cast<std::size_t>(to);
    const auto met = static_cast<Registers>(known[at] & in);
    if (met == known[at]) return;
    known[at] = met;
    todo.push_back(at);
  };
  flow(0, bit(1));
  while (!todo.empty()) {
    const std::size_t pc = todo.back();
    todo.pop_back();
    const Registers out = after(insns[pc], known[pc]);
    const Next next = next_of(insns, pc);
    flow(next.fall, out);
    flow(next.jump, out);
  }
  return known;
}

std::string field_name(const module::ProgDef& program, const isa::Insn& insn, Registers holds) {
  const isa::Row& row = isa::row(isa::decode(insn));
  const bool load = row.shape == isa::Shape::load, store = row.shape == isa::Shape::store;
  if (!load && !store) return {};
  if ((holds & bit(load ? insn.src() : insn.dst())) == 0) return {};
  const auto how =
      store ? facts::Access::write : (row.sign_extends ? facts::Access::read_sign_extended : facts::Access::read);
  const auto access = facts::access_field(program.type, insn.off, row.bits / 8U, how);
  if (!access || access->field->shape == facts::Shape::buffer) return {};  // bytes have no name
  if (access->field->count == 1) return fmt::format("ctx->{}", access->field->name);
  return fmt::format("ctx->{}[{}]", access->field->name, access->element + access->first / access->field->size);
}

}  // namespace

std::vector<std::string> context_fields(const module::ProgDef& program) {
  std::vector<std::string> names(program.insns.size());
  if (program.insns.empty() || facts::fields(facts::row(program.type).context).empty()) return names;
  const std::vector<Registers> holds = holders(program.insns);
  for (std::size_t pc = 0; pc < names.size(); pc += isa::slots_at(program.insns, pc))
    if (holds[pc] != unvisited) names[pc] = field_name(program, program.insns[pc], holds[pc]);
  return names;
}

}  // namespace skep::api
