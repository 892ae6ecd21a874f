// SPDX-License-Identifier: Apache-2.0
// Arithmetic. Numbers go to the scalar domain; a pointer may be moved by += and -=, and by nothing else.
#include <bit>
#include <limits>

#include "verify/walk.hpp"

namespace skep::verify {
namespace {

unsigned width(const Reg& r) { return r.var.umax == 0 ? 0 : static_cast<unsigned>(std::bit_width(r.var.umax)); }

// As Linux's log writes the operation.
std::string_view sign(isa::Alu op) {
  using enum isa::Alu;
  static constexpr std::pair<isa::Alu, std::string_view> signs[] = {
      {add, "+="},  {sub, "-="},  {mul, "*="}, {div, "/="},  {sdiv, "/="}, {or_, "|="},   {and_, "&="},
      {lsh, "<<="}, {rsh, ">>="}, {mod, "%="}, {smod, "%="}, {xor_, "^="}, {arsh, "s>>="}};
  for (const auto& [each, text] : signs)
    if (each == op) return text;
  return "=";
}

// Unlike numbers, pointers lose an unsigned range of which any end wraps.
Scalar moved_up(const Scalar& p, const Scalar& n) {
  Range<uint64_t> w = add(p.whole(), n.whole());
  if (p.umax + n.umax < p.umax) w.umin = 0, w.umax = std::numeric_limits<uint64_t>::max();
  return Scalar::of(p.bits + n.bits, w, Range<uint32_t>::all());
}
Scalar moved_down(const Scalar& p, const Scalar& n) {
  Range<uint64_t> w = sub(p.whole(), n.whole());
  if (p.umin < n.umax) w.umin = 0, w.umax = std::numeric_limits<uint64_t>::max();
  return Scalar::of(p.bits - n.bits, w, Range<uint32_t>::all());
}

std::string named(const Reg& r) { return kernel_text(r.type()); }

}  // namespace

Result<void> Walk::alu(const isa::Insn& i, const isa::Row& row) {
  const isa::Alu op = isa::alu_of(row);
  if (row.source == isa::Source::reg) TRY_VOID(need(i.src()));
  if (row.dst.use == isa::Use::wr) {
    TRY_VOID(need_writable(i.dst()));
    return move(i, row);
  }
  TRY_VOID(need(i.dst()));
  if (row.unary) {
    TRY_VOID(need_writable(i.dst()));
    if (leaks(reg(i.dst()))) return fail(PointerArithmetic{.r = to_reg(i.dst())});
    Reg& dst = reg(i.dst());
    if (!dst.is_scalar()) {
      set_unknown(i.dst());
      return {};
    }
    const bool swaps = op != isa::Alu::neg64 && op != isa::Alu::neg32;
    if (swaps && !has_.swapped_bits) {
      set_unknown(i.dst());
      return {};
    }
    dst.var = verify::alu(row, dst.var, dst.var);
    if (op != isa::Alu::le64) dst.id = 0;
    return {};
  }
  if (row.source == isa::Source::imm) {
    const bool divides = op == isa::Alu::div || op == isa::Alu::sdiv || op == isa::Alu::mod || op == isa::Alu::smod;
    if (divides && i.imm == 0) return fail(DividesByZero{.r = to_reg(i.dst())});
    const bool shifts = op == isa::Alu::lsh || op == isa::Alu::rsh || op == isa::Alu::arsh;
    if (shifts && (i.imm < 0 || i.imm >= row.bits)) return fail(ShiftsTooFar{.amount = i.imm, .most = row.bits - 1});
  }
  TRY_VOID(need_writable(i.dst()));
  return arithmetic(i, row);
}

// Copies keep the relation to what they are a copy of, if nothing was cut off.
Result<void> Walk::move(const isa::Insn& i, const isa::Row& row) {
  Reg& dst = reg(i.dst());
  if (row.source == isa::Source::imm) {
    set_number(i.dst(), row.bits == 64 ? static_cast<uint64_t>(int64_t{i.imm}) : static_cast<uint32_t>(i.imm));
    return {};
  }
  Reg& src = reg(i.src());
  const isa::Op what = flow_.ops[at_];
  if (what == isa::Op::cast_user || what == isa::Op::cast_kernel) return cast_address_space(i);
  if (what == isa::Op::mov64_reg) {
    give_id(src);
    dst = src;
    return {};
  }
  if (!src.is_scalar()) {
    const bool extends = row.bits == 64;
    if (leaks(src))
      return fail(PartOfPointer{.r = to_reg(i.src()), .how = extends ? "sign-extension part" : "partial copy"});
    set_unknown(i.dst());
    if (row.bits == 32) reg(i.dst()).var = zero_extended(Scalar::unknown(), 4);
    return {};
  }
  const bool plain = what == isa::Op::mov32_reg;
  const bool unchanged = plain ? width(src) <= 32 : src.var.umax < uint64_t{1} << (i.off - 1);
  if (unchanged) give_id(src);
  const Scalar before = src.var;
  dst = src;
  if (!unchanged) dst.id = 0;
  dst.var = verify::alu(row, before, before);
  return {};
}

Result<void> Walk::arithmetic(const isa::Insn& i, const isa::Row& row) {
  Reg& dst = reg(i.dst());
  const isa::Alu op = isa::alu_of(row);
  if (dst.is(RegKind::arena)) return {};
  const bool by_register = row.source == isa::Source::reg;
  Reg amount = by_register ? reg(i.src()) : Reg::number(static_cast<uint64_t>(int64_t{i.imm}));
  if (by_register && !amount.is_scalar()) {
    if (!dst.is_scalar()) {
      if (op == isa::Alu::sub && sw_.allow_ptr_leaks) {
        set_unknown(i.dst());
        return {};
      }
      return fail(PointerWithPointer{.r = to_reg(i.dst()), .op = std::string(sign(op))});
    }
    TRY_VOID(precision_.mark(*cur_, i.dst()));
    const Reg number = dst;
    return move_pointer(i, row, amount, number);
  }
  if (!dst.is_scalar()) {
    if (by_register) TRY_VOID(precision_.mark(*cur_, i.src()));
    const Reg pointer = dst;
    return move_pointer(i, row, pointer, amount);
  }
  if (by_register && dst.precise) TRY_VOID(precision_.mark(*cur_, i.src()));
  TRY_VOID(mask_number(i, row));
  const bool narrow = width(dst) <= 32;
  if (const auto both = has_.forked_and_or ? fork(row, dst.var, amount.var) : std::nullopt) {
    State& later = *TRY(put_aside(at_, at_));
    later.reg(i.dst()).var = both->later;
    dst.var = both->now;
  }
  dst.var = verify::alu(row, dst.var, amount.var);
  keep_relation(dst, row, amount, narrow);
  return {};
}

// x += constant, x -= constant: the relation to the copies of the old x is kept, once.
void Walk::keep_relation(Reg& dst, const isa::Row& row, const Reg& amount, bool was_narrow) const {
  const isa::Alu op = isa::alu_of(row);
  const bool moves = op == isa::Alu::add || op == isa::Alu::sub;
  if (sw_.bpf_capable && moves && dst.id != 0 && (dst.id & id_adds) == 0 && (row.bits == 64 || was_narrow) &&
      (row.bits == 64 ? amount.var.is_constant() : amount.var.is_low_constant())) {
    const auto by = row.bits == 64 ? static_cast<int64_t>(amount.constant()) : static_cast<int32_t>(amount.constant());
    constexpr int64_t lowest = std::numeric_limits<int32_t>::min(), highest = std::numeric_limits<int32_t>::max();
    const bool any = by >= lowest && by <= highest && !(op == isa::Alu::sub && by == lowest);
    const bool upward = row.bits == 64 && op == isa::Alu::add && by >= 0 && by <= highest;
    if (has_.linked_scalars_any ? any : upward) {
      dst.id |= row.bits == 64 ? id_adds_whole : id_adds_low;
      dst.off = static_cast<int32_t>(op == isa::Alu::sub ? -by : by);
      return;
    }
  }
  dst.id = 0;
  dst.off = 0;
}

Result<void> Walk::sane_offset(const Reg& r, const Reg& pointer) const {
  const auto value = static_cast<int64_t>(r.var.bits.value);
  const int64_t most_offset = target_.limits().variable_offset;
  auto outside = [&](int64_t v) { return v >= most_offset || v <= -most_offset; };
  if (r.var.is_constant() && outside(value)) return fail(MovedTooFar{.pointer = named(pointer), .by = value});
  if (outside(r.off)) return fail(OffsetTooLarge{.pointer = named(pointer), .off = r.off});
  if (r.var.smin == std::numeric_limits<int64_t>::min()) return fail(UnboundedBelow{.pointer = named(pointer)});
  if (outside(r.var.smin)) return fail(MovedOutside{.pointer = named(pointer), .by = r.var.smin});
  return {};
}

Result<void> Walk::movable(const Reg& pointer, const Reg& amount, unsigned dst, isa::Alu op) const {
  auto refuse = [&] { return fail(CannotMove{.r = to_reg(dst), .pointer = named(pointer)}); };
  if (pointer.maybe_null()) return fail(MovesMaybeNull{.r = to_reg(dst), .pointer = named(pointer)});
  const bool known = amount.var.is_constant();
  switch (pointer.kind) {
    case RegKind::ctx:
    case RegKind::map_value:
    case RegKind::map_key:
    case RegKind::stack:
    case RegKind::packet_meta:
    case RegKind::packet:
    case RegKind::tp_buffer:
    case RegKind::btf:
    case RegKind::mem:
    case RegKind::buf:
    case RegKind::func:
    case RegKind::dynptr: return {};
    case RegKind::flow_keys:
      if (known) return {};
      return refuse();
    case RegKind::map:
      if (known && amount.constant() == 0 && op == isa::Alu::add) return {};
      return refuse();
    case RegKind::not_init:
    case RegKind::scalar:
    case RegKind::packet_end:
    case RegKind::socket:
    case RegKind::sock_common:
    case RegKind::tcp_sock:
    case RegKind::xdp_sock:
    case RegKind::arena: return refuse();
  }
  return refuse();
}

// pointer += amount, amount += pointer, pointer -= amount. A known amount goes into the fixed offset; another makes a
// variable one, and with it a new packet pointer about whose distance to the end nothing is known.
Result<void> Walk::move_pointer(const isa::Insn& i, const isa::Row& row, const Reg& pointer, const Reg& amount) {
  Reg& dst = reg(i.dst());
  const isa::Alu op = isa::alu_of(row);
  const bool number_first = dst.is_scalar();
  if (!amount.var.is_possible()) {
    set_unknown(i.dst());
    return {};
  }
  if (row.bits != 64) {
    if (op == isa::Alu::sub && sw_.allow_ptr_leaks) {
      set_unknown(i.dst());
      return {};
    }
    return fail(HalfOfPointer{.r = to_reg(i.dst())});
  }
  if (pointer.is(RegKind::mem) && pointer.flags.has(RegFlag::untrusted) && !pointer.maybe_null()) {
    return {};
  }
  TRY_VOID(movable(pointer, amount, i.dst(), op));
  TRY_VOID(sane_offset(amount, pointer));
  TRY_VOID(sane_offset(pointer, pointer));
  const bool masked = masks(row);
  const Mask mask = masked ? TRY(guess_move(i, op, pointer, amount)) : Mask{};
  if (op != isa::Alu::add && op != isa::Alu::sub) {
    const bool bitwise = op == isa::Alu::and_ || op == isa::Alu::or_ || op == isa::Alu::xor_;
    if (bitwise) return fail(BitsOfPointer{.r = to_reg(i.dst()), .op = std::string(sign(op))});
    return fail(PointerOperator{.r = to_reg(i.dst()), .op = std::string(sign(op))});
  }
  if (op == isa::Alu::sub && number_first) return fail(SubtractsPointer{.r = to_reg(i.dst())});
  if (op == isa::Alu::sub && pointer.is(RegKind::stack)) return fail(SubtractsFromStack{.r = to_reg(i.dst())});
  const uint32_t ref = number_first ? 0 : dst.ref;
  dst = pointer;
  dst.ref = ref;
  dst.precise = false;
  const int64_t by = amount.var.smin;
  const int64_t off = op == isa::Alu::add ? pointer.off + by : pointer.off - by;
  if (amount.var.is_constant() && off == static_cast<int32_t>(off)) {
    dst.off = static_cast<int32_t>(off);
    dst.var = Scalar::of(pointer.var.bits, pointer.var.whole(), Range<uint32_t>::all());
  } else {
    dst.var = op == isa::Alu::add ? moved_up(pointer.var, amount.var) : moved_down(pointer.var, amount.var);
    if (pointer.is_packet()) {
      dst.id = new_id();
      if (op == isa::Alu::add || by < 0) dst.extra = 0;
    }
  }
  TRY_VOID(sane_offset(dst, pointer));
  dst.var.sync();
  if (sw_.bypass_spec_v1) return {};
  TRY_VOID(stays_inside(i.dst()));
  return masked ? keep_mask(i, op, mask) : Result<void>{};
}

// A processor that guesses may use a pointer before it is compared: where that must not show anything, pointers stay
// where their memory is, used or not.
Result<void> Walk::stays_inside(unsigned regno) {
  const Reg& r = reg(regno);
  if (r.is(RegKind::stack)) {
    const int64_t off = r.off + static_cast<int64_t>(r.var.bits.value);
    if (!r.var.is_constant())
      return fail(StackMovesVariably{.r = to_reg(regno), .var = kernel_tnum(r.var.bits), .off = off});
    if (off >= 0 || off < -int64_t{target_.limits().stack_bytes})
      return fail(StackMovesOutside{.r = to_reg(regno), .off = off});
  }
  if (r.is(RegKind::map_value) && !within_region(regno, r.off, 1, maps_[r.object].def->value_size, Zero::refused))
    return fail(ValueMovesOutside{.r = to_reg(regno), .size = maps_[r.object].def->value_size});
  return {};
}

}  // namespace skep::verify
