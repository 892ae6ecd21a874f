// SPDX-License-Identifier: Apache-2.0
// Dynptrs: two slots of the stack that a helper function filled, and that only helper functions read.
//
// The slot with the higher index is the first. It keeps what the dynptr is: `object` its kind, `extra` 1, `id` its name
// in the pointers that were made of it, `ref` the record it owns; the second one the same with `extra` 0.
#include <algorithm>

#include "verify/object_errors.hpp"
#include "verify/own_object_errors.hpp"
#include "verify/walk.hpp"

namespace skep::verify {
namespace {

bool is_first(const Slot& s) { return s.spilled.extra != 0; }
bool holds_dynptr(const Slot& s) { return s.bytes[0] == Byte::dynptr; }
DynptrKind kind_of(const Reg& r) { return static_cast<DynptrKind>(r.object); }
bool owns(DynptrKind k) { return k == DynptrKind::ringbuf || k == DynptrKind::file; }

}  // namespace

// A dynptr as an argument is on the stack, whole and aligned. Linux says where it is not, and then what was asked for.
Result<unsigned> Walk::dynptr_slot(unsigned regno, std::string_view asked) const {
  const Reg& r = cur_->reg(regno);
  if (!r.var.is_constant())
    return fail(DynptrSomewhere{.r = to_reg(regno), .what = "dynptr", .asked = std::string(asked)});
  const int64_t off = r.off + static_cast<int64_t>(r.constant());
  if (off % 8 != 0 || off > -16)
    return fail(DynptrOffset{.r = to_reg(regno), .what = "dynptr", .off = off, .asked = std::string(asked)});
  return static_cast<unsigned>(-off / 8 - 1);
}

Reg* Walk::dynptr_behind(unsigned regno) {
  Reg& r = reg(regno);
  if (r.is(RegKind::dynptr)) return &r;
  const auto slot = dynptr_slot(regno);
  if (!slot) return nullptr;
  Frame& f = *cur_->frames[r.object];
  if (*slot >= f.stack.size() || !holds_dynptr(f.stack[*slot]) || !holds_dynptr(f.stack[*slot - 1]) ||
      !is_first(f.stack[*slot]))
    return nullptr;
  return &f.stack[*slot].spilled;
}

Result<void> Walk::dynptr_argument(unsigned regno, const facts::Arg& arg, Call& call) {
  if (arg.use == facts::Use::fills)
    return fill_dynptr(regno, arg.dynptr == facts::Dynptr::ringbuf ? DynptrKind::ringbuf : DynptrKind::local, 0);
  if (arg.release) {
    if (!reg(regno).is(RegKind::stack)) return fail(DynptrConstReleased{.r = to_reg(regno)});
    const Reg* d = dynptr_behind(regno);
    // One with a reference is of a ring buffer, which is what those who release take.
    if (d == nullptr || d->ref == 0) return fail(DynptrUnowned{.r = to_reg(regno), .number = regno});
  }
  const Reg d = TRY(given_dynptr(regno));
  const DynptrKind kind = kind_of(d);
  if (call.id == facts::helper_id::dynptr_data) {
    call.dynptr = d.id;
    call.ref = d.ref;
  }
  if (call.id == facts::helper_id::dynptr_write && (kind == DynptrKind::skb || kind == DynptrKind::skb_meta))
    call.moves_packet = true;
  return {};
}

// The dynptr that an argument is, which is read.
Result<Reg> Walk::given_dynptr(unsigned regno) {
  const bool on_stack = reg(regno).is(RegKind::stack);
  const Reg* d = dynptr_behind(regno);
  if (d == nullptr) {
    if (on_stack) TRY_VOID(dynptr_slot(regno, "Expected an initialized dynptr as arg #" + std::to_string(regno - 1)));
    return fail(DynptrMissing{.r = to_reg(regno), .number = regno});
  }
  if (on_stack) {
    const Frame& f = *cur_->frames[reg(regno).object];
    const unsigned slot = TRY(dynptr_slot(regno));
    slot_read(f, slot);
    slot_read(f, slot - 1);
  }
  return *d;
}

// One that a kernel function takes, or makes: of a packet, or of the one that is cloned.
Result<void> Walk::kfunc_dynptr(unsigned regno, const KfuncParam& p, KfuncCall& call) {
  using facts::KfuncRule;
  const Reg& r = reg(regno);
  if (!r.is(RegKind::stack) && !r.is(RegKind::dynptr))
    return fail(DynptrNowhere{.arg = regno - 1, .kind = kernel_text(r.type())});
  if (!p.fills) {
    call.dynptr = TRY(given_dynptr(regno));
    return {};
  }
  if (r.is(RegKind::dynptr)) return fail(DynptrInTheWay{.r = to_reg(regno)});
  DynptrKind kind = DynptrKind::local;
  const KfuncRule rule = call.function.rule();
  if (rule == KfuncRule::dynptr_from_skb) kind = DynptrKind::skb;
  if (rule == KfuncRule::dynptr_from_xdp) kind = DynptrKind::xdp;
  if (rule == KfuncRule::dynptr_from_skb_meta) kind = DynptrKind::skb_meta;
  if (rule == KfuncRule::dynptr_clone) kind = kind_of(call.dynptr);
  return fill_dynptr(regno, kind, call.dynptr.ref);
}

// Over what is on the stack there.
Result<void> Walk::fill_dynptr(unsigned regno, DynptrKind kind, uint32_t cloned_ref) {
  TRY_VOID(dynptr_slot(regno, "Dynptr has to be an uninitialized dynptr"));
  for (int32_t b = 0; b < 16; b += 8) TRY_VOID(access({.reg = regno, .off = b, .size = 8, .what = Do::write}));
  return make_dynptr(regno, kind, cloned_ref);
}

Result<void> Walk::make_dynptr(unsigned regno, DynptrKind kind, uint32_t cloned_ref) {
  const unsigned slot = TRY(dynptr_slot(regno));
  Frame& f = *cur_->frames[reg(regno).object];
  TRY_VOID(overwrite_dynptr(f, slot));
  TRY_VOID(overwrite_dynptr(f, slot - 1));
  Reg d;
  d.kind = RegKind::dynptr;
  d.object = static_cast<uint32_t>(kind);
  d.id = new_id();
  if (owns(kind)) d.ref = cloned_ref != 0 ? cloned_ref : acquire(Held::reference);
  for (const unsigned s : {slot, slot - 1}) {
    f.stack[s].bytes.fill(Byte::dynptr);
    f.stack[s].spilled = d;
    f.stack[s].spilled.extra = s == slot ? 1 : 0;
    slot_written(f, s);
  }
  return {};
}

// Both slots are nothing any more.
void Walk::drop_dynptr(Frame& f, unsigned slot) {
  for (const unsigned s : {slot, slot - 1}) {
    f.stack[s].bytes.fill(Byte::invalid);
    f.stack[s].spilled = Reg{};
    slot_written(f, s);
  }
}

// Memory that was made of a dynptr goes with it.
Result<void> Walk::overwrite_dynptr(Frame& f, unsigned slot) {
  if (slot >= f.stack.size() || !holds_dynptr(f.stack[slot])) return {};
  if (!is_first(f.stack[slot])) ++slot;
  const Reg d = f.stack[slot].spilled;
  if (owns(kind_of(d))) return fail(DynptrOverwritten{.off = -8 * (int64_t{slot} + 1)});
  drop_dynptr(f, slot);
  each_reg(*cur_, [&](Reg& r) {
    const bool slice = r.is(RegKind::mem) && r.flags.without(RegFlag::maybe_null) == RegFlags{};
    if (slice && r.extra != 0 && r.extra == static_cast<int32_t>(d.id)) spoil(r);
  });
  return {};
}

Result<void> Walk::release_dynptr(Call& call) {
  const unsigned slot = TRY(dynptr_slot(call.release));
  Frame& f = *cur_->frames[reg(call.release).object];
  const Reg d = f.stack[slot].spilled;
  if (!owns(kind_of(d))) {
    drop_dynptr(f, slot);
    return {};
  }
  TRY_VOID(release(d.ref));
  for (unsigned s = 1; s < f.stack.size(); ++s)  // it and its clones
    if (holds_dynptr(f.stack[s]) && f.stack[s].spilled.ref == d.ref && is_first(f.stack[s])) drop_dynptr(f, s);
  return {};
}

// What is asked of the helpers themselves, once their arguments are fine.
Result<void> Walk::dynptr_helper(Call& call) {
  if (call.id == facts::helper_id::dynptr_from_mem && !reg(1).is_plain(RegKind::map_value))
    return fail(DynptrMemory{.type = kernel_text(reg(1).type())});
  return {};
}

}  // namespace skep::verify
