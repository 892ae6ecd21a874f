// SPDX-License-Identifier: Apache-2.0
#include "verify/precision.hpp"

#include <algorithm>
#include <bit>
#include <span>
#include <utility>

#include "isa/op.hpp"
#include "verify/edges.hpp"
#include "verify/walk_errors.hpp"

namespace skep::verify {
namespace {

constexpr uint16_t argument_registers = 0b111110;

template <class T, class F>
void each_bit(T mask, F f) {
  for (; mask != 0; mask = static_cast<T>(mask & (mask - 1))) f(static_cast<unsigned>(std::countr_zero(mask)));
}

std::unexpected<Error> lost(uint32_t insn, std::string_view what) {
  return fail(InternalFault{.what = "precision: " + std::string(what), .at = {insn}});
}

// The step that brought the path to `insn`, if `left` steps of the history are still ahead of us.
const Step* step_at(const State& s, std::size_t left, uint32_t insn) {
  return left > 0 && s.history[left - 1].insn == insn ? &s.history[left - 1] : nullptr;
}

// The instruction before `insn` on the way through this state, or none where the state begins.
uint32_t previous(const State& s, uint32_t insn, std::size_t& left) {
  if (insn == s.first_insn && (left == 0 || (left == 1 && s.history[0].insn == insn))) return no_insn;
  if (left > 0 && s.history[left - 1].insn == insn) return s.history[--left].previous;
  return insn - 1;
}

bool is_global_callee(const Flow& flow, const isa::Insn& i, uint32_t at) {
  const Subprogram* callee = flow.begins_at(static_cast<uint32_t>(callee_start(i, at)));
  return callee != nullptr && callee->linkage == btf::Linkage::global;
}

// Numbers that gained a bound together are wanted together.
void spread_over_linked(Wanted& w, const Step* step) {
  if (step == nullptr || step->linked.count == 0) return;
  const auto places = std::span(step->linked.places).first(step->linked.count);
  auto wanted = [&](const LinkedPlace& p) {
    return p.is_register ? (w.registers[p.frame] >> p.index & 1) != 0 : (w.slots[p.frame] >> p.index & 1) != 0;
  };
  if (std::ranges::none_of(places, wanted)) return;
  for (const LinkedPlace& p : places) p.is_register ? w.add_register(p.frame, p.index) : w.add_slot(p.frame, p.index);
}

}  // namespace

bool Wanted::empty() const {
  if (registers[frame] != 0) return false;
  uint64_t any = 0;
  for (const uint16_t r : registers) any |= r;
  for (const uint64_t s : slots) any |= s;
  return any == 0;
}

Result<void> Precision::mark(State& s, unsigned r) {
  if (!enabled_) return {};
  Wanted w{.frame = s.top};
  w.add_register(s.top, r);
  TRY_VOID(chase(s, w));
  return {};
}

Result<void> Precision::mark_slot(State& s, unsigned frame, unsigned slot) {
  if (!enabled_) return {};
  Wanted w{.frame = s.top};
  w.add_slot(frame, slot);
  TRY_VOID(chase(s, w));
  return {};
}

Result<Marked> Precision::propagate(const State& old, State& s) {
  if (!enabled_) return Marked::nothing_new;
  Wanted w{.frame = s.top};
  for (unsigned f = 0; f <= old.top; ++f) {
    const Frame& frame = *old.frames[f];
    for (unsigned r = 0; r < 10; ++r)
      if (frame.regs[r].is_scalar() && frame.regs[r].precise) w.add_register(f, r);
    for (unsigned i = 0; i < frame.stack.size(); ++i)
      if (frame.stack[i].holds_spilled_scalar() && frame.stack[i].spilled.precise) w.add_slot(f, i);
  }
  return chase(s, w);
}

void Precision::mark_all(State& from) {
  for (State* s = from.parent; s != nullptr; s = s->parent)
    each_reg(*s, [](Reg& r) {
      if (r.is_scalar()) r.precise = true;
    });
}

void Precision::forget_all(State& s) {
  each_reg(s, [](Reg& r) {
    if (r.is_scalar()) r.precise = false;
  });
}

// Marks in a checkpoint what is wanted there; what is a pointer, or was marked before, needs no further looking.
static Result<Marked> mark_wanted(State& s, Wanted& w) {
  Marked marked = Marked::nothing_new;
  auto mark = [&](Reg& r) {
    if (!r.is_scalar() || r.precise) return false;
    marked = Marked::something;
    return r.precise = true;
  };
  for (unsigned f = 0; f <= w.frame; ++f) {
    Frame& frame = *s.frames[f];
    each_bit(w.registers[f], [&](unsigned r) {
      if (!mark(frame.regs[r])) w.registers[f] &= static_cast<uint16_t>(~(1U << r));
    });
    bool outside = false;
    each_bit(w.slots[f], [&](unsigned i) {
      if (i >= frame.stack.size()) {
        outside = true;
        return;
      }
      if (!frame.stack[i].holds_spill() || !mark(frame.stack[i].spilled)) w.slots[f] &= ~(uint64_t{1} << i);
    });
    if (outside) return lost(s.insn, "a stack slot that was never there");
  }
  return marked;
}

Precision::Transfer Precision::transfer(uint32_t at) const {
  const isa::Row& row = isa::row(flow_.ops[at]);
  const auto bit = [](unsigned r) { return static_cast<uint16_t>(1U << r); };
  const uint16_t dst = bit(prog_.insns[at].dst()), src = bit(prog_.insns[at].src());
  const bool by_register = row.source == isa::Source::reg;
  switch (row.shape) {
    case isa::Shape::alu: {
      const bool moves = row.dst.use == isa::Use::wr;  // everything else needs dst before, too
      const bool added = by_register && src != bit(10);
      return {.touched = dst, .removed = moves ? dst : uint16_t{0}, .added = added ? src : uint16_t{0}};
    }
    case isa::Shape::load:
    case isa::Shape::constant: return {.touched = dst, .removed = dst};
    case isa::Shape::branch: {
      const auto both = static_cast<uint16_t>(dst | src);
      return by_register ? Transfer{.touched = both, .added = both} : Transfer{};
    }
    case isa::Shape::store:
    case isa::Shape::atomic: return {.touched = dst, .asks = true};
    case isa::Shape::packet: return {.touched = bit(0), .asks = true};
    case isa::Shape::call:
    case isa::Shape::exit: return {.touched = in_any_case, .asks = true};
    case isa::Shape::jump:
    case isa::Shape::none: return {};
  }
  std::unreachable();
}

void Precision::know_transfers() {
  transfers_.reserve(flow_.ops.size());
  for (uint32_t at = 0; at < flow_.ops.size(); ++at) transfers_.push_back(transfer(at));
}

Result<Marked> Precision::chase(State& start, Wanted w) {
  Marked marked = Marked::nothing_new;
  if (w.empty()) return marked;
  if (transfers_.empty()) know_transfers();
  State* s = &start;
  uint32_t insn = start.insn, next = no_insn;
  bool skip = true;  // the instruction that asked is not stepped over
  for (;;) {
    std::size_t left = s->history.size();
    if (insn == no_insn) {
      // The beginning of a global function: its arguments are what they are.
      if (s->top == 0 && s->frames[0]->subprog > 0 && w.slots[0] == 0 && (w.registers[0] & ~argument_registers) == 0) {
        each_bit(w.registers[0], [&](unsigned r) {
          if (Reg& reg = s->frames[0]->regs[r]; reg.is_scalar()) {
            reg.precise = true;
            marked = Marked::something;
          }
        });
        return marked;
      }
      return lost(s->first_insn, "the entry is reached with something still wanted");
    }
    while (insn != no_insn) {
      const Step* step = step_at(*s, left, insn);
      const Transfer& t = transfers_[insn];
      uint16_t& registers = w.registers[w.frame];
      const bool touched = ((registers | in_any_case) & t.touched) != 0;
      if (!skip && (touched || (step != nullptr && !step->is_plain()))) {
        if (!t.asks && (step == nullptr || step->is_plain())) {
          registers = static_cast<uint16_t>((registers & ~t.removed) | t.added);
        } else if (TRY(step_back(w, insn, next, step)) == Back::cannot) {
          mark_all(start);
          return marked;
        }
        if (w.empty()) return marked;
      }
      skip = false;
      next = insn;
      insn = previous(*s, insn, left);
    }
    if (s->parent == nullptr) break;
    next = s->first_insn;
    s = s->parent;
    insn = s->last_insn;
    if (TRY(mark_wanted(*s, w)) == Marked::something) marked = Marked::something;
    if (w.empty()) return marked;
  }
  // Something came from where nobody saw it, as through a pointer into the stack.
  mark_all(start);
  return marked;
}

Result<Precision::Back> Precision::step_back(Wanted& w, uint32_t insn, uint32_t next, const Step* step) const {
  spread_over_linked(w, step);
  const Back back = TRY(step_back_over(w, insn, next, step));
  if (back == Back::went) spread_over_linked(w, step);
  return back;
}

Result<Precision::Back> Precision::step_back_over(Wanted& w, uint32_t at, uint32_t next, const Step* step) const {
  const isa::Insn& i = prog_.insns[at];
  const isa::Row& row = isa::row(flow_.ops[at]);
  const unsigned dst = i.dst(), src = i.src();
  const bool stack_access = step != nullptr && step->access == Step::Access::stack;
  switch (row.shape) {
    case isa::Shape::alu:
    case isa::Shape::load:
    case isa::Shape::constant: {
      const Transfer& t = transfers_[at];
      if (!w.has_register(dst)) return Back::went;
      w.registers[w.frame] = static_cast<uint16_t>((w.registers[w.frame] & ~t.removed) | t.added);
      if (row.shape == isa::Shape::load && stack_access) w.add_slot(step->frame, step->slot);
      return Back::went;
    }
    case isa::Shape::store:
    case isa::Shape::atomic:
      if (w.has_register(dst)) return Back::cannot;  // the address is no number, but for differences of pointers
      if (!stack_access || !w.has_slot(step->frame, step->slot)) return Back::went;
      w.remove_slot(step->frame, step->slot);
      if (row.source == isa::Source::reg) w.add_register(w.frame, src);
      return Back::went;
    case isa::Shape::branch:
      if (row.source != isa::Source::reg || (!w.has_register(dst) && !w.has_register(src))) return Back::went;
      if (step == nullptr || !step->src_is_stack) w.add_register(w.frame, src);
      if (step == nullptr || !step->dst_is_stack) w.add_register(w.frame, dst);
      return Back::went;
    case isa::Shape::call: return over_call(w, at, next);
    case isa::Shape::exit: return over_exit(w, at, next);
    case isa::Shape::packet: return w.has_register(0) ? Back::cannot : Back::went;
    case isa::Shape::jump:
    case isa::Shape::none: return Back::went;
  }
  return lost(at, "a shape that is none");
}

// A kernel function may be there by its name only, before it has a number.
static bool is_named(const module::ProgDef& prog, uint32_t at) {
  return std::ranges::any_of(
      prog.externs, [at](const module::Extern& e) { return e.insn == at && e.resolved != module::Resolved::absent; });
}

Result<Precision::Back> Precision::over_call(Wanted& w, uint32_t at, uint32_t next) const {
  const isa::Insn& i = prog_.insns[at];
  const bool left_callback = flow_.at[at].is(Mark::calls_back) && next != at + 1;
  const bool local = flow_.ops[at] == isa::Op::call_local;
  if (local || left_callback) {
    if (local && is_global_callee(flow_, i, at)) {
      w.remove_register(0);
      if ((w.registers[w.frame] & argument_registers) != 0) return lost(at, "an argument behind a global function");
      return Back::went;
    }
    // Backwards out of the function that was called here. A callback's arguments come from the helper.
    const uint16_t regs = w.registers[w.frame];
    if ((regs & ~argument_registers) != 0 || w.slots[w.frame] != 0 || w.frame == 0)
      return lost(at, "more than arguments at the beginning of a function");
    w.registers[w.frame] = 0;
    --w.frame;
    if (!left_callback) w.registers[w.frame] |= regs;
    return Back::went;
  }
  if (i.src() == 2 && i.imm == 0 && !is_named(prog_, at)) return Back::cannot;
  w.remove_register(0);
  if ((w.registers[w.frame] & argument_registers) != 0) return lost(at, "an argument behind a call");
  return Back::went;
}

// Backwards into the function that ended here; `next` is the instruction behind its call.
Result<Precision::Back> Precision::over_exit(Wanted& w, uint32_t at, uint32_t next) const {
  const bool into_callback = next != no_insn && flow_.at[next].is(Mark::calls_back);
  if (into_callback) w.registers[w.frame] &= static_cast<uint16_t>(~argument_registers);
  if ((w.registers[w.frame] & argument_registers) != 0) return lost(at, "an argument behind a call");
  const bool called = next != no_insn && next > 0 && flow_.ops[next - 1] == isa::Op::call_local;
  const bool answer = called && w.has_register(0);
  w.remove_register(0);
  if (w.frame + 1 >= most_frames) return lost(at, "more frames than there can be");
  ++w.frame;
  if (answer) w.add_register(w.frame, 0);
  return Back::went;
}

}  // namespace skep::verify
