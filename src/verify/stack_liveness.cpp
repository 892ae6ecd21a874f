// SPDX-License-Identifier: Apache-2.0
#include "verify/stack_liveness.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "verify/edges.hpp"

namespace skep::verify {

const std::array<StackLiveness::Instance*, CallChain::most>& StackLiveness::instances(const CallChain& chain) {
  unsigned same = 0;
  while (same < known_ && same <= chain.top && last_chain_.calls[same] == chain.calls[same]) ++same;
  for (unsigned f = same; f <= chain.top; ++f) last_[f] = instance(f == 0 ? nullptr : last_[f - 1], chain.calls[f]);
  last_chain_ = chain;
  known_ = std::max(same, chain.top + 1);
  return last_;
}

StackLiveness::Instance* StackLiveness::instance(Instance* caller, CallChain::Call call) {
  const uint32_t callsite = caller == nullptr ? 0 : call.callsite;
  auto& slot = all_[{caller, callsite, call.subprog}];
  if (slot) return slot.get();
  const Subprogram& s = flow_.subprogs[call.subprog];
  slot = std::make_unique<Instance>();
  slot->caller = caller;
  slot->callsite = callsite;
  slot->subprog = call.subprog;
  slot->first = s.first;
  slot->count = s.end - s.first;
  slot->frame = caller == nullptr ? 0 : caller->frame + 1;
  slot->visited.resize(slot->count);
  return slot.get();
}

StackLiveness::FrameTable& StackLiveness::table(Instance& in, unsigned frame) {
  auto& t = in.frames[frame];
  if (!t) {
    know_edges();
    t = std::make_unique<FrameTable>();
    t->at.resize(in.count);
    t->stale.resize((in.count + 63) / 64);
  }
  return *t;
}

const StackLiveness::Masks* StackLiveness::find(const Instance& in, unsigned frame, uint32_t insn) const {
  const auto& t = in.frames[frame];
  return t ? &t->at[insn - in.first] : nullptr;
}

void StackLiveness::forget_writes() {
  writes_ = {};
  any_write_ = false;
}

void StackLiveness::note_read(Instance& in, unsigned frame, uint32_t insn, SlotSet slots) {
  FrameTable& t = table(in, frame);
  Masks& m = t.at[insn - in.first];
  const SlotSet news = slots & ~m.may_read;
  if (news == 0) return;
  m.may_read |= slots;
  set_stale(t, insn);
  in.updated |= (m.may_read & ~m.live) != 0;
}

void StackLiveness::note_writes(Instance& in) {
  Visit& visit = in.visited[insn_ - in.first];
  bool wrote = false;
  for (unsigned f = 0; f <= in.frame; ++f) {
    SlotSet now = writes_[f];
    if (now == 0 && (visit != Visit::wrote || !in.frames[f])) continue;
    FrameTable& t = table(in, f);
    Masks& m = t.at[insn_ - in.first];
    if (visit != Visit::never) now &= m.must_write;
    in.dropped |= (m.must_write & ~now) != 0;
    wrote |= now != 0;
    if (m.must_write == now) continue;
    m.must_write = now;
    in.updated = true;
    set_stale(t, insn_);
  }
  visit = wrote ? Visit::wrote : Visit::wrote_nothing;
}

void StackLiveness::update(const CallChain& chain) {
  leave();
  const auto& all = instances(chain);
  for (unsigned f = chain.top + 1; f-- > 0;)
    if (all[f]->updated) settle(*all[f]);
}

void StackLiveness::settle(Instance& in) {
  for (unsigned f = 0; f <= in.frame; ++f) {
    if (!in.frames[f]) continue;
    FrameTable& t = *in.frames[f];
    if (in.dropped) {
      for (Masks& m : t.at) m.written = 0;
      set_all_stale(in, t);
    }
    settle(in, t);
  }
  if (in.caller != nullptr) tell_caller(in);
  in.updated = in.dropped = false;
}

// Sweeps in postorder until nothing is stale. What becomes stale ahead is computed in the same sweep, what lies behind
// in the next one.
void StackLiveness::settle(const Instance& in, FrameTable& t) const {
  const uint32_t* order = order_.data() + order_begin_[in.subprog];
  while (t.stale_from < t.stale_to) {
    std::size_t word = std::exchange(t.stale_from, SIZE_MAX);
    for (; word < t.stale_to; ++word) {
      for (unsigned passed = 0; passed < 64;) {
        const uint64_t ahead = t.stale[word] >> passed << passed;
        if (ahead == 0) break;
        const auto bit = static_cast<unsigned>(std::countr_zero(ahead));
        t.stale[word] ^= uint64_t{1} << bit;
        passed = bit + 1;
        const uint32_t insn = order[word * 64 + bit];
        if (compute(in, t, insn)) set_before_stale(in, t, insn);
      }
    }
  }
  t.stale_to = 0;
}

bool StackLiveness::compute(const Instance& in, FrameTable& t, uint32_t insn) const {
  const Successors next = successors(insns_[insn], insn);
  if (next.count == 0) return false;
  SlotSet live = 0, written = ~SlotSet{0};
  for (uint32_t to : next) {
    live |= t.at[to - in.first].live;
    written &= t.at[to - in.first].written;
  }
  Masks& m = t.at[insn - in.first];
  live = (live & ~m.must_write) | m.may_read;
  written |= m.must_write;
  if (live == m.live && written == m.written) return false;
  m.live = live;
  m.written = written;
  return true;
}

// What the function does to its callers' frames is what the call does.
void StackLiveness::tell_caller(const Instance& in) {
  Instance& caller = *in.caller;
  forget_writes();
  insn_ = in.callsite;
  for (unsigned f = 0; f < in.frame; ++f) {
    const Masks* m = find(in, f, in.first);
    if (m == nullptr) continue;
    writes_[f] = m->written;
    note_read(caller, f, in.callsite, m->live);
  }
  note_writes(caller);
  forget_writes();
}

std::array<SlotSet, CallChain::most> StackLiveness::alive(const CallChain& chain, uint32_t insn) {
  const auto& all = instances(chain);
  std::array<SlotSet, CallChain::most> out = {};
  const auto add = [&](unsigned frame, const Instance& in, uint32_t at) {
    if (const Masks* m = find(in, frame, at)) out[frame] |= m->live;
  };
  for (unsigned f = 0; f <= chain.top; ++f) {
    add(f, *all[chain.top], insn);
    for (unsigned i = f; i < chain.top; ++i) {
      const uint32_t call = chain.calls[i + 1].callsite;
      add(f, *all[i], flow_.at[call].is(Mark::calls_back) ? call : call + 1);  // a callback may be called again
    }
  }
  return out;
}

StackLiveness::Masks StackLiveness::masks(const CallChain& chain, unsigned frame, uint32_t insn) {
  const Masks* m = find(*instances(chain)[chain.top], frame, insn);
  return m == nullptr ? Masks{} : *m;
}

std::size_t StackLiveness::bytes() const {
  std::size_t all = (jumps_begin_.size() + jumps_.size() + order_.size() + place_.size()) * sizeof(uint32_t);
  for (const auto& [key, in] : all_) {
    all += sizeof(Instance) + in->visited.size() * sizeof(Visit);
    for (const auto& t : in->frames)
      if (t) all += sizeof(FrameTable) + t->at.size() * sizeof(Masks) + t->stale.size() * sizeof(uint64_t);
  }
  return all;
}

// Linux's order, because what is half way known can depend on it: the successors of an instruction are put aside
// together, and the last is followed first.
void StackLiveness::know_order() {
  constexpr uint32_t not_met = UINT32_MAX, put_aside = UINT32_MAX - 1, entered = UINT32_MAX - 2;  // no place yet
  std::vector<uint32_t> aside;
  aside.reserve(std::min<std::size_t>(insns_.size(), 64));
  order_.reserve(insns_.size());
  place_.assign(insns_.size(), not_met);
  for (const Subprogram& s : flow_.subprogs) {
    const auto begin = static_cast<uint32_t>(order_.size());
    order_begin_.push_back(begin);
    aside.push_back(s.first);
    while (!aside.empty()) {
      const uint32_t at = aside.back();
      if (place_[at] == entered) {
        place_[at] = static_cast<uint32_t>(order_.size()) - begin;
        order_.push_back(at);
        aside.pop_back();
        continue;
      }
      place_[at] = entered;
      for (uint32_t to : successors(insns_[at], at)) {
        if (place_[to] != not_met) continue;
        place_[to] = put_aside;
        aside.push_back(to);
      }
    }
  }
}

void StackLiveness::know_edges() {
  if (!place_.empty()) return;
  know_order();
  const auto count = static_cast<uint32_t>(insns_.size());
  jumps_begin_.assign(count + 2, 0);
  const auto each_jump = [&](auto f) {
    for (uint32_t i = 0; i < count; ++i)
      if (moves_on(insns_[i]) && flow_.ops[i] != isa::Op::ld_imm64_high)
        f(i, static_cast<uint32_t>(jump_target(insns_[i], i)));
  };
  each_jump([&](uint32_t, uint32_t to) { ++jumps_begin_[to + 2]; });
  for (uint32_t i = 0; i < count; ++i) jumps_begin_[i + 2] += jumps_begin_[i + 1];
  jumps_.resize(jumps_begin_.back());
  each_jump([&](uint32_t from, uint32_t to) { jumps_[jumps_begin_[to + 1]++] = from; });  // ends where the next begins
}

void StackLiveness::set_stale(FrameTable& t, uint32_t insn) const {
  const std::size_t word = place_[insn] / 64;
  t.stale[word] |= uint64_t{1} << place_[insn] % 64;
  t.stale_from = std::min(t.stale_from, word);
  t.stale_to = std::max(t.stale_to, word + 1);
}

void StackLiveness::set_before_stale(const Instance& in, FrameTable& t, uint32_t insn) const {
  if (insn > in.first) {
    const uint32_t above = insn - (flow_.ops[insn - 1] == isa::Op::ld_imm64_high ? 2 : 1);
    if (!is_exit(insns_[above]) && !is_goto(insns_[above])) set_stale(t, above);
  }
  for (uint32_t j = jumps_begin_[insn]; j < jumps_begin_[insn + 1]; ++j) set_stale(t, jumps_[j]);
}

void StackLiveness::set_all_stale(const Instance& in, FrameTable& t) const {
  for (uint32_t i = in.first; i < in.first + in.count; ++i)
    if (flow_.ops[i] != isa::Op::ld_imm64_high) set_stale(t, i);
}

}  // namespace skep::verify
