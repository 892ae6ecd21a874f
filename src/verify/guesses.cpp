// SPDX-License-Identifier: Apache-2.0
// What a processor does before it knows better. Where a loader may not go without guards against that (Spectre, no
// CAP_PERFMON), Linux walks ways that no program goes but that a processor may guess: the other way of a comparison
// whose outcome is known, its registers unknown; and on behind a pointer moved by a register, as if that were 0.
//
// What is wrong on such a way refuses no program: a fence is put in front of the instruction, and no guess gets past
// it. But loops must end there, too, and the ways count. A pointer that a register moves is masked at run time by how
// far it may go, so every way to that instruction must agree about that. tests/verify/privileges/guesses.case
#include <cerrno>
#include <cstdlib>

#include "verify/walk.hpp"

namespace skep::verify {
namespace {

enum How : uint8_t { by_negative = 1, by_constant = 2, pointer_first = 4, number_first = 8, no_pointer = 16 };

bool may_be_fenced(const Error& e) {
  const int err = e.row().err;
  return err == EPERM || err == EACCES || err == EINVAL;
}

std::string_view verb(isa::Alu op) { return op == isa::Alu::add ? "add" : "sub"; }

}  // namespace

Result<void> Walk::step_guarded() {
  if (!cur_->guessed) {
    flow_.at[at_].set(Mark::walked);
    return step();
  }
  if (fences_[at_] == Fence::before) {
    ended_ = true;
    return {};
  }
  auto done = step();
  if (!done && may_be_fenced(done.error())) {
    fences_[at_] = Fence::before;
    masks_[at_] = {};
    ended_ = true;
    return {};
  }
  if (fences_[at_] == Fence::behind) ended_ = true;
  return done;
}

// The way that is not taken, with what decided it unknown.
Result<void> Walk::guess_branch(const isa::Insn& i, bool by_register, uint32_t insn) {
  if (sw_.bypass_spec_v1) return {};
  State* s = TRY(put_aside(insn, at_));
  s->guessed = true;
  auto forget = [&](unsigned r) {
    s->reg(r) = Reg::any_number();
    s->reg(r).precise = numbers_start_precise();
  };
  forget(i.dst());
  if (by_register) forget(i.src());
  return {};
}

bool Walk::masks(const isa::Row& row) const {
  const isa::Alu op = isa::alu_of(row);
  return !sw_.bypass_spec_v1 && row.source == isa::Source::reg && (op == isa::Alu::add || op == isa::Alu::sub) &&
         fences_[at_] != Fence::before;
}

Result<void> Walk::set_mask(const isa::Insn& i, isa::Alu op, Mask m) {
  Mask& known = masks_[at_];
  if (known.how != 0 && known != m) return fail(MasksDiffer{.r = to_reg(i.dst()), .verb = std::string(verb(op))});
  known = m;
  return {};
}

Result<void> Walk::mask_number(const isa::Insn& i, const isa::Row& row) {
  return masks(row) ? set_mask(i, isa::alu_of(row), {.how = no_pointer}) : Result<void>{};
}

// How far it is to the end of the memory the pointer is in.
Result<uint32_t> Walk::room(const isa::Insn& i, isa::Alu op, const Reg& p, bool leftwards) {
  uint32_t most = 0, is = 0;
  if (p.is_plain(RegKind::stack)) {
    most = target_.limits().stack_bytes + (leftwards ? 1 : 0);
    is = static_cast<uint32_t>(-(static_cast<int64_t>(p.var.bits.value) + p.off));
  } else if (p.is_plain(RegKind::map_value)) {
    most = maps_[p.object].def->value_size;
    const auto at = leftwards ? static_cast<uint64_t>(p.var.smin) : p.var.umax;
    is = static_cast<uint32_t>(at + static_cast<uint64_t>(int64_t{p.off}));
  } else {
    const bool pointer_moves = reg(i.dst()).is_pointer();
    return fail(MaskedKind{.r = to_reg(pointer_moves ? i.dst() : i.src())});
  }
  if (is >= most) return fail(MaskedOutside{.r = to_reg(i.dst()), .verb = std::string(verb(op))});
  return is;
}

// Before the pointer moves: how it is masked, and the way on with a number masked to 0.
Result<Walk::Mask> Walk::guess_move(const isa::Insn& i, isa::Alu op, const Reg& pointer, const Reg& amount) {
  const bool known = amount.var.is_constant(), below = amount.var.smin < 0, pointer_moves = reg(i.dst()).is_pointer();
  Mask m;
  if (!cur_->guessed) {
    if (!known && below != (amount.var.smax < 0))
      return fail(MaskedSign{.r = to_reg(pointer_moves ? i.src() : i.dst())});
    m.leftwards = (op == isa::Alu::add) == below;
    m.limit = TRY(room(i, op, pointer, m.leftwards));
    m.how = static_cast<uint8_t>((below ? by_negative : 0) | (known ? by_constant : 0) |
                                 (pointer_moves ? pointer_first : number_first));
    // From here on no state covers one with other numbers: other masks might follow from them.
    if (!known) comparer_.numbers_alike = true;
  }
  if (known) return m;
  State* s = TRY(put_aside(at_ + 1, at_, Waits::masked));
  s->guessed = true;
  s->reg(i.dst()) = pointer;
  if (pointer_moves) s->reg(i.dst()).var = Scalar::of(pointer.var.bits, pointer.var.whole(), Range<uint32_t>::all());
  return m;
}

// After it moved: the distance is what it may move by.
Result<void> Walk::keep_mask(const isa::Insn& i, isa::Alu op, Mask m) {
  if (cur_->guessed) return {};
  const uint32_t left = TRY(room(i, op, reg(i.dst()), m.leftwards));
  m.limit = static_cast<uint32_t>(std::abs(static_cast<int32_t>(m.limit - left)));
  return set_mask(i, op, m);
}

// A store over what is not plain data, or of a pointer, may be overtaken by a load that still sees the old.
void Walk::fence_store() {
  if (!sw_.bypass_spec_v4 && fences_[at_] == Fence::none) fences_[at_] = Fence::behind;
}

}  // namespace skep::verify
