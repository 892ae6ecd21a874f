// SPDX-License-Identifier: Apache-2.0
// Conditional jumps: the only place that forks. Where the outcome is known one edge is followed, and the numbers that
// decided it become precise; else both, each with what the comparison taught: bounds of numbers and of their copies,
// that a pointer is null or is not, how far a packet reaches.
#include "verify/walk.hpp"

namespace skep::verify {
namespace {

constexpr int at_end = -1, beyond_end = -2;  // Reg::extra of packet pointers: ranges that are none

// a OP b as b OP' a.
isa::Cmp flipped(isa::Cmp op) {
  using enum isa::Cmp;
  switch (op) {
    case jgt: return jlt;
    case jge: return jle;
    case jlt: return jgt;
    case jle: return jge;
    case jsgt: return jslt;
    case jsge: return jsle;
    case jslt: return jsgt;
    case jsle: return jsge;
    case jeq:
    case jne:
    case jset: return op;
  }
  return op;
}

bool surely_not_null(const Reg& r) {
  if (r.maybe_null()) return false;
  using enum RegKind;
  if (r.is(mem)) return !r.flags.has(RegFlag::untrusted);
  if (r.is(btf)) {
    constexpr RegFlags good = RegFlag::trusted | RegFlag::alloc | RegFlag::non_own_ref;
    return r.ref != 0 || (r.flags.any(good) && r.flags.without(good) == RegFlags{});
  }
  return one_of(r.kind, {socket, tcp_sock, sock_common, map_value, map_key, map});
}

bool is_packet_start(const Reg& r) {
  return r.is_plain(RegKind::packet) && r.id == 0 && r.off == 0 && r.var == Scalar::constant(0);
}

Taken decide_packet_end(isa::Cmp op, const Reg& a, const Reg& b) {
  const Reg& packet = b.is(RegKind::packet_end) ? a : b;
  if (!a.is(RegKind::packet_end) && !b.is(RegKind::packet_end)) return Taken::unknown;
  if (a.is(RegKind::packet_end) && !b.is(RegKind::packet_end)) op = flipped(op);
  if (packet.extra >= 0) return Taken::unknown;
  using enum isa::Cmp;
  if (op == jgt || op == jle) {
    if (packet.extra != beyond_end) return Taken::unknown;
    return op == jgt ? Taken::always : Taken::never;
  }
  if (op == jge || op == jlt) return op == jge ? Taken::always : Taken::never;
  return Taken::unknown;
}

}  // namespace

Taken Walk::decide_jump(const isa::Row& row, const Reg& a, const Reg& b) const {
  const isa::Cmp op = isa::cmp_of(row);
  auto of_packet = [](const Reg& r) { return r.flags == RegFlags{} && (r.is_packet() || r.is(RegKind::packet_end)); };
  if (row.bits == 64 && of_packet(a) && of_packet(b)) return decide_packet_end(op, a, b);
  if (a.is_pointer() || b.is_pointer()) {
    const bool swapped = !b.is_scalar() || !(row.bits == 64 ? b.var.is_constant() : b.var.is_low_constant());
    const Reg &pointer = swapped ? b : a, &number = swapped ? a : b;
    const bool known = number.is_scalar() && (row.bits == 64 ? number.var.is_constant() : number.var.is_low_constant());
    if (!known || !surely_not_null(pointer)) return Taken::unknown;
    const uint64_t value = row.bits == 64 ? number.constant() : static_cast<uint32_t>(number.constant());
    if (value != 0) return Taken::unknown;
    if (op == isa::Cmp::jeq) return Taken::never;
    if (op == isa::Cmp::jne) return Taken::always;
    return Taken::unknown;
  }
  return decide(op, row.bits, a.var, b.var);
}

// The places that hold a number of this id and that somebody may read; beyond six a number loses its relation.
static void collect_linked(State& s, const Flow& flow, uint32_t id, Linked& linked) {
  id &= ~id_adds;
  auto add = [&](Reg& r, unsigned frame, unsigned index, bool is_register) {
    if (!r.is_scalar() || (r.id & ~id_adds) != id) return;
    if (linked.count == most_linked) {
      r.id = 0;
      return;
    }
    linked.places[linked.count++] = {static_cast<uint8_t>(frame), static_cast<uint8_t>(index), is_register};
  };
  for (unsigned f = s.top + 1U; f-- > 0;) {
    Frame& frame = *s.frames[f];
    const uint16_t live = flow.at[s.insn_of(f)].live;
    for (unsigned r = 0; r < 10; ++r)
      if ((live >> r & 1) != 0) add(frame.regs[r], f, r, true);
    for (unsigned i = 0; i < frame.stack.size(); ++i)
      if (frame.stack[i].holds_spill()) add(frame.stack[i].spilled, f, i, false);
  }
}

// What is now known of one number holds for its copies, and but for the constant for those that were moved from it.
void Walk::spread(State& s, const Reg& known, const Linked& linked) const {
  for (const LinkedPlace& p : std::span(linked.places).first(linked.count)) {
    Frame& frame = *s.frames[p.frame];
    Reg& r = p.is_register ? frame.regs[p.index] : frame.stack[p.index].spilled;
    if (!r.is_scalar() || &r == &known || (r.id & ~id_adds) != (known.id & ~id_adds)) continue;
    const uint32_t how = (r.id | known.id) & id_adds;
    if (how == id_adds) continue;  // one moved as a whole, the other its low half
    if (how == 0 || r.off == known.off) {
      r = known;
      continue;
    }
    const Reg before = r;
    const Scalar by = Scalar::constant(static_cast<uint64_t>(int64_t{before.off} - int64_t{known.off}));
    r = known;
    r.off = before.off;
    r.id = before.id;
    if (has_.linked_scalars_sync)
      r.var = verify::alu(isa::row(how == id_adds_low ? isa::Op::add32_imm : isa::Op::add64_imm), known.var, by);
    else
      r.var = Scalar::of(known.var.bits + by.bits, add(known.var.whole(), by.whole()), add(known.var.low(), by.low()));
  }
}

Result<void> Walk::branch(const isa::Insn& i, const isa::Row& row) {
  const bool by_register = row.source == isa::Source::reg;
  TRY_VOID(need(i.dst()));
  if (by_register) {
    TRY_VOID(need(i.src()));
    auto of_packet = [](const Reg& r) { return r.is_packet() || r.is(RegKind::packet_end); };
    if (!(of_packet(reg(i.dst())) && of_packet(reg(i.src()))) && leaks(reg(i.src())))
      return fail(ComparesPointer{.r = to_reg(i.src())});
  }
  const bool dst_on_stack = reg(i.dst()).is(RegKind::stack);
  const bool src_on_stack = by_register && reg(i.src()).is(RegKind::stack);
  if (dst_on_stack || src_on_stack) {
    Step& step = note_step();
    step.dst_is_stack |= dst_on_stack;
    step.src_is_stack |= src_on_stack;
  }
  const Reg immediate = Reg::number(static_cast<uint64_t>(int64_t{i.imm}));
  const Taken taken = decide_jump(row, reg(i.dst()), by_register ? reg(i.src()) : immediate);
  if (taken != Taken::unknown) {
    if (reg(i.dst()).is_scalar()) TRY_VOID(precision_.mark(*cur_, i.dst()));
    if (by_register && reg(i.src()).is_scalar()) TRY_VOID(precision_.mark(*cur_, i.src()));
    const auto target = static_cast<uint32_t>(int64_t{at_} + 1 + i.off);
    if (taken == Taken::always) jump(i.off);
    return guess_branch(i, by_register, taken == Taken::always ? at_ + 1 : target);
  }
  Linked linked;
  if (by_register && reg(i.src()).is_scalar() && reg(i.src()).id != 0)
    collect_linked(*cur_, flow_, reg(i.src()).id, linked);
  if (reg(i.dst()).is_scalar() && reg(i.dst()).id != 0) collect_linked(*cur_, flow_, reg(i.dst()).id, linked);
  if (linked.count > 1) note_step().linked = linked;
  State& jumps = *TRY(put_aside(static_cast<uint32_t>(int64_t{at_} + 1 + i.off), at_));
  State& falls = *cur_;
  learn(i, row, falls, Edge::not_taken, immediate);
  learn(i, row, jumps, Edge::taken, immediate);
  for (State* s : {&falls, &jumps}) {
    if (by_register && s->reg(i.src()).is_scalar() && s->reg(i.src()).id != 0) spread(*s, s->reg(i.src()), linked);
    if (s->reg(i.dst()).is_scalar() && s->reg(i.dst()).id != 0) spread(*s, s->reg(i.dst()), linked);
  }
  return learn_of_pointers(i, row, falls, jumps);
}

void Walk::learn(const isa::Insn& i, const isa::Row& row, State& s, Edge edge, const Reg& immediate) {
  Reg& a = s.reg(i.dst());
  Reg constant = immediate;
  Reg& b = row.source == isa::Source::reg ? s.reg(i.src()) : constant;
  if (!a.is_scalar() || !b.is_scalar()) return;
  const isa::Cmp op = isa::cmp_of(row);
  const Refined r = &a == &b ? refine(op, row.bits, edge, a.var) : refine(op, row.bits, edge, a.var, b.var);
  a.var = r.a;
  b.var = r.b;
}

Result<void> Walk::learn_of_pointers(const isa::Insn& i, const isa::Row& row, State& falls, State& jumps) {
  const isa::Cmp op = isa::cmp_of(row);
  const bool equality = row.bits == 64 && (op == isa::Cmp::jeq || op == isa::Cmp::jne);
  const bool by_register = row.source == isa::Source::reg;
  State& equal = op == isa::Cmp::jeq ? jumps : falls;
  if (equality && by_register) {
    const Reg &a = falls.reg(i.dst()), &b = falls.reg(i.src());
    // A pointer that equals one that is not null is not null either; kernel objects may be null without our knowing.
    if (a.is_pointer() && b.is_pointer() && a.maybe_null() != b.maybe_null() && !a.is(RegKind::btf) &&
        !b.is(RegKind::btf))
      not_null(equal.reg(a.maybe_null() ? i.dst() : i.src()));
  }
  const Reg dst = falls.reg(i.dst());
  if (equality && !by_register && i.imm == 0 && dst.maybe_null()) {
    null_tested(falls, i.dst(), op == isa::Cmp::jne);
    null_tested(jumps, i.dst(), op == isa::Cmp::jeq);
    return {};
  }
  if (by_register && row.bits == 64 && packet_compared(i, op, falls, jumps)) return {};
  if (leaks(dst)) return fail(ComparesPointer{.r = to_reg(i.dst())});
  return {};
}

// One test answers for every copy. On the null side they are the number 0, and what was acquired is not.
void Walk::null_tested(State& s, unsigned r, bool is_null) {
  const uint32_t id = s.reg(r).id, ref = s.reg(r).ref;
  if (ref != 0 && ref == id && is_null) forget_reference(s, ref);
  each_reg(s, [&](Reg& copy) {
    if (!copy.maybe_null() || copy.id != id) return;
    if (is_null) {
      copy = Reg::number(0);
      copy.precise = numbers_start_precise();
      return;
    }
    not_null(copy);
    if (!may_hold_lock(copy)) copy.id = 0;
  });
}

void Walk::not_null(Reg& r) const {
  if (!r.is(RegKind::map_value)) {
    r.flags = r.flags.without(RegFlag::maybe_null);
    return;
  }
  const MapView& map = maps_[r.object];
  r.flags = {};
  if (map.inner != 0) {
    r.kind = RegKind::map;
    r.object = map.inner;
    if (map_has_private_objects(map.inner)) r.extra = static_cast<int32_t>(r.id);
  } else if (map.row->id == facts::MapType::xskmap) {
    r.kind = RegKind::xdp_sock;
  } else if (map.row->id == facts::MapType::sockmap || map.row->id == facts::MapType::sockhash) {
    r.kind = RegKind::socket;
  }
}

namespace {

// Whatever shares the variable offset may read as far as was shown.
void reaches(State& s, const Reg& packet, uint32_t most_offset, bool excluding) {
  if (packet.off < 0 || (packet.off == 0 && excluding)) return;
  if (packet.var.umax > most_offset || packet.var.umax + static_cast<uint32_t>(packet.off) > most_offset) return;
  const int32_t range = packet.off + (excluding ? 1 : 0);
  const RegType type = packet.type();
  const uint32_t id = packet.id;
  each_reg(s, [&](Reg& r) {
    if (r.type() == type && r.id == id) r.extra = std::max(r.extra, range);
  });
}

void ends_before(State& s, unsigned r, bool beyond) {
  if (s.reg(r).is_plain(RegKind::packet)) s.reg(r).extra = beyond ? beyond_end : at_end;
}

}  // namespace

// `packet OP end`, or `meta OP packet`: on one side the packet reaches that far, on the other it does not.
bool Walk::packet_compared(const isa::Insn& i, isa::Cmp op, State& falls, State& jumps) {
  using enum isa::Cmp;
  const Reg a = falls.reg(i.dst()), b = falls.reg(i.src());
  auto pair = [](const Reg& p, const Reg& end) {
    return (p.is_plain(RegKind::packet) && end.is(RegKind::packet_end)) ||
           (p.is_plain(RegKind::packet_meta) && is_packet_start(end));
  };
  const bool straight = pair(a, b), reversed = !straight && pair(b, a);
  if ((!straight && !reversed) || (op != jgt && op != jlt && op != jge && op != jle)) return false;
  const isa::Cmp how = straight ? op : flipped(op);
  const unsigned r = straight ? i.dst() : i.src();
  const Reg packet = straight ? a : b;
  // As "packet > end" or "packet >= end" on one of the edges; on the other the packet reaches.
  const bool outside_jumps = how == jgt || how == jge;
  State &inside = outside_jumps ? falls : jumps, &outside = outside_jumps ? jumps : falls;
  const bool strictly_beyond = how == jgt || how == jle;  // outside means packet > end, inside packet <= end
  reaches(inside, packet, target_.limits().packet_offset, !strictly_beyond);
  ends_before(outside, r, strictly_beyond);
  return true;
}

// The loop may end here at any time, so both ways are walked; on another round, numbers that changed are unknown.
Result<void> Walk::may_goto(const isa::Insn& i) {
  if (i.off != 0) counted_.insert(cur_->frame().subprog);
  State* before = cur_->parent == nullptr ? nullptr : previous_round(at_, cur_->parent);
  State* leaves = TRY(put_aside(at_ + 1, at_, Waits::round));
  ++leaves->may_goto_depth;
  if (before != nullptr) widen(*before, *leaves);
  jump(i.off);
  return {};
}

}  // namespace skep::verify
