// SPDX-License-Identifier: Apache-2.0
// The stack: 8-byte slots below r10, each byte of which was written or not, and slots that keep what was known of the
// value stored there, so that a fill gives it back.
//
//     *(u64 *)(r10 - 8) = r1      slot 0 keeps all of r1; a copy of a number is related to it
//     *(u32 *)(r10 - 8) = r1      keeps r1, if it is a number; four bytes of the slot remain what they were
//     *(u8 *)(r10 - 3) = r1       slot 0 is data from now on, or zero, byte by byte
#include <algorithm>
#include <bit>

#include "verify/walk.hpp"

namespace skep::verify {
namespace {

unsigned slot_of(int64_t off) { return static_cast<unsigned>((-off - 1) / 8); }
Byte& byte_at(Frame& f, int64_t off) { return f.stack[slot_of(off)].bytes[static_cast<unsigned>(-off - 1) % 8]; }

bool is_plain_data(Frame& f, int64_t off, unsigned size) {
  for (unsigned b = 0; b < size; ++b)
    if (const Byte is = byte_at(f, off + b); is != Byte::misc && is != Byte::zero) return false;
  return true;
}

bool fits(const Reg& r, unsigned size) { return size == 8 || r.var.umax >> (8 * size) == 0; }

void scrub(Slot& s) {
  for (Byte& b : s.bytes)
    if (b != Byte::invalid) b = Byte::misc;
}

}  // namespace

void Walk::grow_stack(Frame& f, int64_t low) {
  const auto slots = static_cast<std::size_t>((-low + 7) / 8);
  if (f.stack.size() < slots) f.stack.resize(slots);
  frames_.grow(f.subprog, static_cast<uint32_t>(slots * 8));
}

Result<void> Walk::stack_bounds(unsigned regno, int64_t off, int64_t size, Do what) {
  const Reg& r = reg(regno);
  Frame& f = *cur_->frames[r.object];
  const auto how = [&] { return std::string(what == Do::read ? "read from" : "write to"); };
  const bool fixed = r.var.is_constant();
  const int64_t most_variable_offset = target_.limits().variable_offset;
  if (!fixed && (r.var.smax >= most_variable_offset || r.var.smin <= -most_variable_offset))
    return fail(StackUnbounded{.r = to_reg(regno), .how = how()});
  const int64_t low = (fixed ? static_cast<int64_t>(r.constant()) : r.var.smin) + off;
  const int64_t high = (fixed ? static_cast<int64_t>(r.constant()) : r.var.smax) + off + size;
  const bool below_written = what == Do::read && !sw_.allow_uninit_stack;
  const int64_t lowest =
      below_written ? -static_cast<int64_t>(f.stack.size() * 8) : -int64_t{target_.limits().stack_bytes};
  if (low < lowest || low > -1 || high > 0) {
    if (!fixed && low >= lowest && low <= -1)
      return fail(StackBoundsVariableAbove{
          .r = to_reg(regno), .how = how(), .var = kernel_tnum(r.var.bits), .off = off, .size = size});
    if (!fixed)
      return fail(StackBoundsVariable{
          .r = to_reg(regno), .how = how(), .var = kernel_tnum(r.var.bits), .off = off, .size = size});
    if (low >= lowest && low <= -1)
      return fail(StackBoundsAbove{.r = to_reg(regno), .how = how(), .off = low, .size = size});
    return fail(StackBounds{.r = to_reg(regno), .how = how(), .off = low, .size = size});
  }
  grow_stack(f, low);
  return {};
}

Result<void> Walk::access_stack(const Access& a, int64_t off) {
  TRY_VOID(stack_bounds(a.reg, off, a.size, a.what));
  const Reg r = reg(a.reg);
  Frame& f = *cur_->frames[r.object];
  if (r.var.is_constant()) {
    off += static_cast<int64_t>(r.constant());
    return a.what == Do::read ? read_stack(f, off, a.size, a.value) : write_stack(f, off, a.size, a.value);
  }
  if (a.what == Do::write) return write_stack_somewhere(f, r, off, a);
  if (a.value < 0) return fail(StackVariableToHelper{.var = kernel_tnum(r.var.bits), .off = off, .size = a.size});
  TRY_VOID(stack_argument(a.reg, off, a.size, Zero::refused, Do::read, nullptr));
  read_bytes(f, r.var.smin + off, r.var.smax + off + a.size, static_cast<unsigned>(a.value));
  touch(f, r.var.smin + off);
  return {};
}

// Keeps all that is known of a register. Bytes of the slot that are not written stay zero or unwritten, if they were.
void Walk::spill(Frame& f, unsigned slot, const Reg& r, unsigned size) {
  Slot& s = f.stack[slot];
  s.spilled = r;
  for (unsigned i = 8; i-- > 0;) {
    if (i >= 8 - size) {
      s.bytes[i] = Byte::spill;
    } else if (s.bytes[i] != Byte::zero && s.bytes[i] != Byte::invalid) {
      s.bytes[i] = Byte::misc;
    }
  }
}

Result<void> Walk::write_stack(Frame& f, int64_t off, unsigned size, int value) {
  const unsigned slot = slot_of(off);
  Slot& s = f.stack[slot];
  const isa::Insn& i = prog_.insns[at_];
  const bool stores_constant = value < 0 && (i.code & 7) == 2;
  Reg* r = value >= 0 ? &reg(static_cast<unsigned>(value)) : nullptr;
  if (!sw_.allow_ptr_leaks && s.holds_spill() && !s.spilled.is_scalar() && size != 8)
    return fail(CorruptsSpill{.off = off, .size = size});
  if ((r != nullptr && r->is_pointer()) || !is_plain_data(f, off, size)) fence_store();
  TRY_VOID(overwrite_dynptr(f, slot));
  touch(f, off);
  const bool at_start = off % 8 == 0;
  if (size == 8) slot_written(f, slot);
  if (r != nullptr && at_start && r->is_scalar() && sw_.bpf_capable) {
    const bool whole = fits(*r, size);
    if (whole) give_id(*r);
    spill(f, slot, *r, size);
    if (!whole) s.spilled.id = 0;
  } else if (stores_constant && at_start && sw_.bpf_capable) {
    spill(f, slot, Reg::number(static_cast<uint64_t>(int64_t{i.imm})), size);
  } else if (r != nullptr && r->is_pointer()) {
    if (size != 8) return fail(SpillSize{.size = size});
    if (&f != &cur_->frame() && r->is(RegKind::stack))
      return fail(SpillsStackToCaller{.r = to_reg(static_cast<unsigned>(value))});
    spill(f, slot, *r, size);
  } else {
    if (s.is_special()) scrub(s);
    s.spilled = Reg{};
    Byte now = Byte::misc;
    if ((r != nullptr && r->is_null()) || (stores_constant && i.imm == 0)) {
      if (r != nullptr) TRY_VOID(precision_.mark(*cur_, static_cast<unsigned>(value)));
      now = Byte::zero;
    }
    for (unsigned b = 0; b < size; ++b) byte_at(f, off + b) = now;
    return {};
  }
  note_stack(f, slot);
  return {};
}

// Where it is written is not known: everything in range may have been, and what was kept there is gone, of slots that
// are reached in part also where they are not.
Result<void> Walk::write_stack_somewhere(Frame& f, const Reg& pointer, int64_t off, const Access& a) {
  const int64_t low = pointer.var.smin + off, high = pointer.var.smax + off + a.size;
  const isa::Insn& i = prog_.insns[at_];
  const bool zero = a.value >= 0 ? reg(static_cast<unsigned>(a.value)).is_null() : (i.code & 7) == 2 && i.imm == 0;
  bool zero_kept = false;
  // 6.18.15 leaves the other bytes of a slot part of a value that is gone; where between that ended is not known.
  const bool whole_slots = target_.patch() > 15;
  for (int64_t o = low; o < high; ++o) TRY_VOID(overwrite_dynptr(f, slot_of(o)));
  touch(f, low);
  for (int64_t o = low; o < high; ++o) {
    Slot& s = f.stack[slot_of(o)];
    Byte& b = byte_at(f, o);
    if (!sw_.allow_ptr_leaks && b != Byte::misc && b != Byte::zero)
      return fail(SpillInVariableWrite{.insn = {at_}, .off = o});
    if (zero && b == Byte::spill && s.holds_spilled_scalar() && s.spilled.is_null()) {
      zero_kept = true;
      continue;
    }
    if (s.is_special() && whole_slots) scrub(s);
    s.spilled = Reg{};
    const bool stays_zero = zero && b == Byte::zero;
    zero_kept |= stays_zero;
    b = stays_zero ? Byte::zero : Byte::misc;
  }
  if (zero_kept && a.value >= 0) TRY_VOID(precision_.mark(*cur_, static_cast<unsigned>(a.value)));
  return {};
}

void Walk::read_bytes(Frame& f, int64_t low, int64_t high, unsigned into) {
  bool zero = true;
  for (int64_t o = low; o < high; ++o) {
    slot_read(f, slot_of(o));
    zero &= byte_at(f, o) == Byte::zero;
  }
  zero ? set_number(into, 0) : set_unknown(into);
}

Result<void> Walk::readable(Frame& f, int64_t off, unsigned size, bool of_number) {
  for (unsigned b = 0; b < size; ++b) {
    const Byte what = byte_at(f, off + b);
    const bool ok = what == Byte::misc || what == Byte::zero || (what == Byte::invalid && sw_.allow_uninit_stack) ||
                    (what == Byte::spill && of_number);
    if (!ok) return fail(ReadsUnwritten{.off = off, .at = b, .size = size});
  }
  return {};
}

Result<void> Walk::read_stack(Frame& f, int64_t off, unsigned size, int into) {
  const unsigned slot = slot_of(off);
  Slot& s = f.stack[slot];
  touch(f, off);
  slot_read(f, slot);
  if (!s.holds_spill()) {
    TRY_VOID(readable(f, off, size, false));
    if (into >= 0) read_bytes(f, off, off + size, static_cast<unsigned>(into));
    return {};
  }
  unsigned kept = 1;  // bytes of the slot that belong to the spilled value
  while (kept < 8 && s.bytes[7 - kept] == Byte::spill) ++kept;
  if (size == 8 && kept == 8) {
    if (into < 0) {
      if (leaks(s.spilled)) return fail(LeaksFromStack{.off = off});
    } else {
      reg(static_cast<unsigned>(into)) = s.spilled;
    }
    note_stack(f, slot);
    return {};
  }
  if (!s.spilled.is_scalar()) return fail(FillSize{.size = size});
  if (into < 0) return {};
  const auto dst = static_cast<unsigned>(into);
  if (off % 8 == 0 && size <= kept) {
    reg(dst) = s.spilled;
    if (!fits(s.spilled, size)) reg(dst).id = 0;
    note_stack(f, slot);
    return {};
  }
  unsigned spilled = 0, zero = 0;
  for (unsigned b = 0; b < size; ++b) {
    spilled += byte_at(f, off + b) == Byte::spill;
    zero += byte_at(f, off + b) == Byte::zero;
  }
  TRY_VOID(readable(f, off, size, true));
  if (spilled == size && s.spilled.is_null()) {
    set_number(dst, 0);
    note_stack(f, slot);
  } else if (zero == size) {
    set_number(dst, 0);
  } else {
    set_unknown(dst);
  }
  return {};
}

// Memory that a helper, or a read at an unknown place, looks at.
Result<void> Walk::stack_argument(unsigned regno, int64_t off, uint64_t size, Zero zero, Do what, Raw* raw) {
  const Reg r = reg(regno);
  Frame& f = *cur_->frames[r.object];
  if (size == 0 && zero == Zero::refused) return fail(ZeroSized{.r = to_reg(regno)});
  TRY_VOID(stack_bounds(regno, off, static_cast<int64_t>(size), what));
  const bool fixed = r.var.is_constant();
  const int64_t low = (fixed ? static_cast<int64_t>(r.constant()) : r.var.smin) + off;
  const int64_t high = (fixed ? low : r.var.smax + off) + static_cast<int64_t>(size);
  if (raw != nullptr && fixed) {
    for (int64_t o = low; o < high; ++o)
      if (slot_of(o) < f.stack.size() && byte_at(f, o) == Byte::dynptr) return fail(WritesDynptr{.off = o});
    *raw = {.reg = static_cast<int>(regno), .size = size};
    return {};
  }
  for (int64_t o = low; o < high; ++o) {
    Slot& s = f.stack[slot_of(o)];
    Byte& b = byte_at(f, o);
    if (b == Byte::zero || (b == Byte::invalid && sw_.allow_uninit_stack)) {
      if (what == Do::write) b = Byte::misc;
    } else if (b != Byte::misc) {
      if (!s.holds_spill() || !(s.spilled.is_scalar() || sw_.allow_ptr_leaks)) {
        if (fixed) return fail(ArgumentUnwritten{.r = to_reg(regno), .off = low, .at = o - low, .size = size});
        return fail(
            ArgumentUnwrittenVariable{.r = to_reg(regno), .var = kernel_tnum(r.var.bits), .at = o - low, .size = size});
      }
      if (what == Do::write) {
        s.spilled = Reg::any_number();
        scrub(s);
      }
    }
    slot_read(f, slot_of(o));
  }
  return {};
}

void Walk::slot_read(const Frame& f, unsigned slot) { live_.read(f.index, SlotSet{1} << slot); }
void Walk::slot_written(const Frame& f, unsigned slot) { live_.write(f.index, SlotSet{1} << slot); }

void Walk::note_stack(const Frame& f, unsigned slot) {
  Step& step = note_step();
  step.access = Step::Access::stack;
  step.frame = f.index;
  step.slot = static_cast<uint8_t>(slot);
}

}  // namespace skep::verify
