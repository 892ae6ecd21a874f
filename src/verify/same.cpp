// SPDX-License-Identifier: Apache-2.0
#include "verify/same.hpp"

#include <algorithm>
#include <bit>

namespace skep::verify {

bool IdPairs::same(uint32_t old_id, uint32_t id) {
  if ((old_id == 0) != (id == 0)) return false;
  if (old_id == 0) return true;
  for (std::size_t i = 0; i < count_; ++i) {
    if (pairs_[i].old_id == old_id) return pairs_[i].id == id;
    if (pairs_[i].id == id) return false;
  }
  if (count_ == pairs_.size()) return false;
  pairs_[count_++] = {old_id, id};
  return true;
}

bool IdPairs::same_number(uint32_t old_id, uint32_t id) {
  const uint32_t a = old_id != 0 ? old_id : ++fresh_;
  return same(a, id != 0 ? id : ++fresh_);
}

bool Comparer::exactly(const Reg& old, const Reg& r) {
  return same_knowledge(old, r) && pairs.same(old.id, r.id) && pairs.same(old.ref, r.ref);
}

bool Comparer::same_relation(const Reg& old, const Reg& r) {
  if (old.id == 0 && unrelated_numbers) return true;
  if ((old.id & id_adds) != (r.id & id_adds)) return false;
  if ((old.id & id_adds) != 0 && old.off != r.off) return false;
  return pairs.same_number(old.id, r.id);
}

bool Comparer::regs(const Reg& old, const Reg& r, Compare how) {
  if (how == Compare::exactly) return exactly(old, r);
  if (old.kind == RegKind::not_init && (how == Compare::covered || r.kind == RegKind::not_init)) return true;
  if (old.type() != r.type()) return false;
  switch (old.kind) {
    case RegKind::scalar:
      if (numbers_alike) return same_knowledge(old, r) && same_relation(old, r);
      if (!old.precise && how == Compare::covered) return true;
      return same_relation(old, r) && old.var.includes(r.var);
    case RegKind::map_key:
    case RegKind::map_value:
    case RegKind::mem:
    case RegKind::buf:
    case RegKind::tp_buffer:
      return same_pointee(old, r) && old.var.includes(r.var) && pairs.same(old.id, r.id) && pairs.same(old.ref, r.ref);
    case RegKind::packet_meta:
    case RegKind::packet:
      // Negative ranges say that the pointer is at the packet's end, or behind it.
      if (old.extra < 0 || r.extra < 0 ? old.extra != r.extra : old.extra > r.extra) return false;
      return old.off == r.off && pairs.same(old.id, r.id) && old.var.includes(r.var);
    case RegKind::arena: return true;
    case RegKind::not_init:
    case RegKind::ctx:
    case RegKind::map:
    case RegKind::stack:
    case RegKind::packet_end:
    case RegKind::flow_keys:
    case RegKind::socket:
    case RegKind::sock_common:
    case RegKind::tcp_sock:
    case RegKind::xdp_sock:
    case RegKind::btf:
    case RegKind::func:
    case RegKind::dynptr: return exactly(old, r);
  }
  return false;
}

// A spilled number of eight bytes, or eight bytes of data, which read as any number; null for everything else.
const Reg* Comparer::number_in(const Slot& s) const {
  if (s.bytes[0] == Byte::spill && s.holds_spilled_scalar()) return &s.spilled;
  const bool data = std::ranges::all_of(
      s.bytes, [&](Byte b) { return b == Byte::misc || (b == Byte::invalid && uninit_stack_readable); });
  return data ? &unknown : nullptr;
}

bool Comparer::slots(const Slot& old, const Slot& s, Compare how) {
  // Most slots are all of one kind, and of the same.
  const auto as_word = [](const Slot& slot) { return std::bit_cast<uint64_t>(slot.bytes); };
  constexpr auto all = [](Byte b) { return uint64_t{0x0101010101010101} * static_cast<uint64_t>(b); };
  const uint64_t word = as_word(old);
  if (how == Compare::covered && word == all(Byte::invalid)) return true;
  if (word == as_word(s)) {
    if (word == all(Byte::spill)) return regs(old.spilled, s.spilled, how);
    if (word == all(Byte::misc) || word == all(Byte::zero) || word == all(Byte::invalid)) return true;
  }
  auto unread = [&](Byte b) { return b == Byte::invalid || (b == Byte::misc && uninit_stack_readable); };
  if (how == Compare::covered && std::ranges::all_of(old.bytes, unread)) return true;
  for (unsigned i = 0; i < slot_bytes; ++i) {
    if (how != Compare::covered && old.bytes[i] != s.bytes[i]) return false;
    if (unread(old.bytes[i])) continue;
    if (const Reg* a = number_in(old))
      if (const Reg* b = number_in(s)) return regs(*a, *b, how);
    if (old.bytes[i] == Byte::misc && s.bytes[i] == Byte::zero) continue;
    if (old.bytes[i] != s.bytes[i]) return false;
  }
  switch (old.bytes[slot_bytes - 1]) {
    case Byte::spill: return regs(old.spilled, s.spilled, how);
    case Byte::dynptr:
    case Byte::irq_flag:
      return old.spilled.object == s.spilled.object && old.spilled.extra == s.spilled.extra &&
             pairs.same(old.spilled.ref, s.spilled.ref);
    case Byte::iterator:
      // How often it went round is not compared: that would keep a loop from ever converging.
      return old.spilled.object == s.spilled.object && iter_state(old.spilled) == iter_state(s.spilled) &&
             pairs.same(old.spilled.ref, s.spilled.ref);
    case Byte::invalid:
    case Byte::misc:
    case Byte::zero: return true;
  }
  return false;
}

bool Comparer::stacks(const Frame& old, const Frame& f, Compare how) {
  for (std::size_t i = 0; i < old.stack.size(); ++i) {
    if (i < f.stack.size()) {
      if (!slots(old.stack[i], f.stack[i], how)) return false;
      continue;
    }
    if (how != Compare::covered) return false;
    for (const Byte b : old.stack[i].bytes)
      if (b != Byte::invalid && !(b == Byte::misc && uninit_stack_readable)) return false;
  }
  return true;
}

bool Comparer::frames(const Frame& old, const Frame& f, uint32_t insn, Compare how) {
  if (old.callback_depth > f.callback_depth) return false;
  for (unsigned live = flow.at[insn].live; live != 0; live &= live - 1) {
    const auto r = static_cast<unsigned>(std::countr_zero(live));
    if (!regs(old.regs[r], f.regs[r], how)) return false;
  }
  return stacks(old, f, how);
}

bool Comparer::held(const State& old, const State& s) {
  if (old.held.size() != s.held.size() || old.locks != s.locks || old.preempt_locks != s.preempt_locks ||
      old.rcu_locks != s.rcu_locks || old.active_lock_object != s.active_lock_object)
    return false;
  if (!pairs.same(old.irq_id, s.irq_id) || !pairs.same(old.active_lock_id, s.active_lock_id)) return false;
  for (std::size_t i = 0; i < old.held.size(); ++i) {
    const Reference &a = old.held[i], &b = s.held[i];
    if (a.kind != b.kind || a.object != b.object || !pairs.same(a.id, b.id)) return false;
  }
  return true;
}

bool Comparer::states(const State& old, const State& s, Compare how, uint32_t newest_id) {
  if (old.top != s.top || old.in_sleepable != s.in_sleepable || (old.guessed && !s.guessed)) return false;
  pairs.clear(newest_id);
  if (!held(old, s)) return false;
  for (unsigned i = 0; i <= old.top; ++i) {
    if (old.frames[i]->callsite != s.frames[i]->callsite) return false;
    if (!frames(*old.frames[i], *s.frames[i], old.insn_of(i), how)) return false;
  }
  return true;
}

}  // namespace skep::verify
