// SPDX-License-Identifier: Apache-2.0
// The state of interrupts, which a function saves in a variable on the stack before it switches them off, and another
// one restores. What was saved last is restored first.
//
// The slot keeps in `ref` which of the states that are held it is, and in `object` who saved it: a state that was saved
// with a lock is restored with it.
#include <algorithm>

#include "verify/own_object_errors.hpp"
#include "verify/walk.hpp"

namespace skep::verify {
namespace {

using facts::KfuncRule;

std::string_view kind_of(uint32_t object) { return object == 0 ? "native" : "lock"; }

}  // namespace

Result<void> Walk::irq_flag_argument(unsigned regno, const KfuncCall& call) {
  const KfuncRule rule = call.function.rule();
  const Reg& r = reg(regno);
  if (!r.is(RegKind::stack)) return fail(NoIrqFlag{.arg = regno - 1, .kind = kernel_text(r.type())});
  const auto slot = iterator_slots(r, 1);
  const uint32_t saver = rule == KfuncRule::irq_save || rule == KfuncRule::irq_restore ? 0 : 1;
  if (rule == KfuncRule::irq_save || rule == KfuncRule::res_lock_irqsave) return save_irq(regno, slot, saver);
  return restore_irq(regno, slot, saver);
}

Result<void> Walk::save_irq(unsigned regno, std::optional<IterSlots> at, uint32_t saver) {
  Frame& f = *cur_->frames[reg(regno).object];
  const bool taken = !at || (at->last < f.stack.size() && std::ranges::find(f.stack[at->last].bytes, Byte::irq_flag) !=
                                                              f.stack[at->last].bytes.end());
  if (taken) return fail(IrqFlagTaken{.arg = regno - 1});
  TRY_VOID(access({.reg = regno, .size = slot_bytes, .what = Do::write}));
  Slot& slot = f.stack[at->last];
  slot.bytes.fill(Byte::irq_flag);
  slot.spilled = Reg::pointer(RegKind::stack);
  slot.spilled.object = saver;
  slot.spilled.ref = cur_->irq_id = acquire(Held::irq_state);
  slot_written(f, at->last);
  return {};
}

Result<void> Walk::restore_irq(unsigned regno, std::optional<IterSlots> at, uint32_t saver) {
  Frame& f = *cur_->frames[reg(regno).object];
  const bool saved = at && at->last < f.stack.size() &&
                     std::ranges::all_of(f.stack[at->last].bytes, [](Byte b) { return b == Byte::irq_flag; });
  if (!saved) return fail(IrqFlagEmpty{.arg = regno - 1});
  Slot& slot = f.stack[at->last];
  slot_read(f, at->last);
  if (slot.spilled.object != saver)
    return fail(
        IrqFlagOther{.saved = std::string(kind_of(slot.spilled.object)), .restored = std::string(kind_of(saver))});
  const uint32_t id = slot.spilled.ref;
  if (id != cur_->irq_id) {
    const auto newest = std::ranges::find(cur_->held, cur_->irq_id, &Reference::id);
    return fail(IrqOrder{.newest = cur_->irq_id, .insn = newest->insn});
  }
  std::erase_if(cur_->held, [&](const Reference& h) { return h.kind == Held::irq_state && h.id == id; });
  cur_->irq_id = 0;
  for (const Reference& h : cur_->held)
    if (h.kind == Held::irq_state) cur_->irq_id = h.id;
  slot = Slot{};
  slot_written(f, at->last);
  return {};
}

}  // namespace skep::verify
