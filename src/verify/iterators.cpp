// SPDX-License-Identifier: Apache-2.0
// Iterators that a program asks for one element after the other. One lives in slots of the stack from `new` to
// `destroy`, and is active until it is drained. `next` forks: the path on which there is one more element is put
// aside, with what rounds before it learned of numbers forgotten, and the path on which there is none goes on. A loop
// is done when a round comes to `next` with nothing new (seen.cpp).
#include "verify/call_errors.hpp"
#include "verify/walk.hpp"

namespace skep::verify {
namespace {

using facts::KfuncFlag;

constexpr int32_t one_deeper = 1 << 8;

int32_t in_state(const Reg& r, IterState s) { return (r.extra & ~0xff) | static_cast<int32_t>(s); }

bool all(const Slot& s, Byte what) {
  for (const Byte b : s.bytes)
    if (b != what) return false;
  return true;
}

// Linux calls struct bpf_iter_num so.
std::string iterator_name(const btf::Btf& types, btf::TypeId type) {
  const std::string_view name = types.type(type).name, prefix = "bpf_";
  return std::string(name.starts_with(prefix) ? name.substr(prefix.size()) : name);
}

}  // namespace

bool Walk::iterates(uint32_t insn) const {
  const isa::Insn& i = prog_.insns[insn];
  if (i.code != 0x85 || i.src() != 2) return false;
  const KernelFunction* f = kfuncs_.at(insn);
  return f != nullptr && f->is(KfuncFlag::iter_next);
}

// The slot of this offset, which is not positive. r10 itself is taken for its first slot.
static uint64_t slot_of(int64_t off) { return static_cast<uint64_t>(off == 0 ? 0 : -off - 1) / slot_bytes; }

bool Walk::iterator_is_active() const {
  const Reg& r = cur_->reg(1);
  const uint64_t slot = slot_of(r.off + static_cast<int64_t>(r.constant()));
  return iter_state(cur_->frames[r.object]->stack[slot].spilled) == IterState::active;
}

// The slots [first, last] that an iterator of so many bytes takes, the lowest address last.
std::optional<IterSlots> Walk::iterator_slots(const Reg& r, uint32_t slots) const {
  const int64_t off = r.off + static_cast<int64_t>(r.constant());
  if (!r.var.is_constant() || off % 8 != 0 || off > 0) return std::nullopt;
  const uint64_t last = slot_of(off);
  if (last + 1 < slots) return std::nullopt;
  return IterSlots{
      .frame = r.object, .first = static_cast<uint32_t>(last) + 1 - slots, .last = static_cast<uint32_t>(last)};
}

Result<void> Walk::iterator_argument(unsigned regno, const KfuncParam& p, KfuncCall& call) {
  const Reg r = reg(regno);
  const unsigned arg = regno - 1;
  const btf::Btf& types = *q_.kernel_types;
  const std::string name = iterator_name(types, p.type);
  if (!r.is(RegKind::stack)) return fail(NotOnStack{.arg = arg, .kind = kernel_text(r.type())});
  const uint32_t slots = types.size_of(p.type).value_or(0) / slot_bytes;
  const auto at = iterator_slots(r, slots);
  if (call.function.is(KfuncFlag::iter_new)) return make_iterator(regno, at, p.type, call);
  Frame& f = *cur_->frames[r.object];
  auto not_made = [&] { return fail(IteratorNotMade{.arg = arg, .iterator = name}); };
  if (!at || at->last >= f.stack.size()) return not_made();
  for (uint32_t s = at->first; s <= at->last; ++s) {
    const Slot& slot = f.stack[s];
    if (all(slot, Byte::iterator) && slot.spilled.flags.has(RegFlag::untrusted))
      return fail(IteratorNeedsRcu{.function = call.function.name});
    if (!all(slot, Byte::iterator) || slot.spilled.object != p.type || (slot.spilled.ref != 0) != (s == at->last))
      return not_made();
    slot_read(f, s);
  }
  call.iterator = *at;
  call.ref = f.stack[at->last].spilled.ref;
  if (!call.function.is(KfuncFlag::iter_destroy)) return {};
  TRY_VOID(release(call.ref));
  for (uint32_t s = at->first; s <= at->last; ++s) {
    f.stack[s] = Slot{};
    slot_written(f, s);
  }
  return {};
}

Result<void> Walk::make_iterator(unsigned regno, std::optional<IterSlots> at, btf::TypeId type, const KfuncCall& call) {
  const Reg r = reg(regno);
  Frame& f = *cur_->frames[r.object];
  const btf::Btf& types = *q_.kernel_types;
  bool busy = !at;
  for (uint32_t s = at ? at->first : 0; at && s <= at->last && at->last < f.stack.size(); ++s)
    for (const Byte b : f.stack[s].bytes) busy |= b == Byte::iterator;
  if (busy) return fail(IteratorBusy{.arg = regno - 1, .iterator = iterator_name(types, type)});
  for (uint32_t s = at->first; s <= at->last; ++s)
    TRY_VOID(access({.reg = regno,
                     .off = static_cast<int32_t>((s - at->first) * slot_bytes),
                     .size = slot_bytes,
                     .what = Do::write}));
  const uint32_t id = acquire(Held::reference);
  for (uint32_t s = at->first; s <= at->last; ++s) {
    Slot& slot = f.stack[s];
    slot.bytes.fill(Byte::iterator);
    slot.spilled = Reg::pointer(RegKind::stack);
    if (call.function.is(KfuncFlag::rcu_protected))
      slot.spilled.flags = in_rcu_section() ? RegFlag::rcu : RegFlag::untrusted;
    slot.spilled.object = type;
    slot.spilled.extra = in_state(slot.spilled, IterState::active);
    slot.spilled.ref = s == at->last ? id : 0;
    slot_written(f, s);
  }
  return {};
}

Result<void> Walk::next_element(const IterSlots& at) {
  auto iterator = [&](State& s) -> Reg& { return s.frames[at.frame]->stack[at.last].spilled; };
  if (iter_state(iterator(*cur_)) == IterState::active) {
    State& one_more = *TRY(put_aside(at_ + 1, at_, Waits::round));
    iterator(one_more).extra += one_deeper;
    if (State* before = previous_round(at_, cur_->parent)) widen(*before, one_more);
    not_null(one_more.reg(0));
  }
  Reg& drained = iterator(*cur_);
  drained.extra = in_state(drained, IterState::drained);
  set_number(0, 0);
  return {};
}

}  // namespace skep::verify
