// SPDX-License-Identifier: Apache-2.0
// Seen before? At prune points the current state is compared with the checkpoints that older paths left there.
//
// A checkpoint whose paths have all ended is proof: what it covers is safe. One with paths left is an ancestor of this
// path: an equal state means a loop that never ends, except where a loop may end by itself (iterators, may_goto,
// callbacks), and there it means that another round brings nothing new. What the ancestor needs to be precise is not
// known then; such back edges wait until every path from the loop's entry has ended, and are then brought to a fixed
// point.
//
// The thresholds are Linux's: they decide how often states are kept, and with that what is too complex.
#include <algorithm>
#include <ranges>

#include "verify/walk.hpp"

namespace skep::verify {
namespace {

constexpr uint64_t jumps_between = 2, insns_between = 8;  // checkpoints
constexpr uint64_t jumps_between_in_loop = 20, insns_between_in_loop = 100;
constexpr std::size_t longest_history = 40;
constexpr uint32_t misses_allowed = 3, misses_allowed_where_loops_end = 64;
constexpr unsigned most_rounds = 65;  // of precision along back edges

bool same_callsites(const State& a, const State& b) {
  if (a.top != b.top) return false;
  for (unsigned i = 0; i <= a.top; ++i)
    if (a.frames[i]->callsite != b.frames[i]->callsite) return false;
  return true;
}

// Whether the path may go in circles: Linux does not even ask where a register has another id than before, as each
// round of a loop gives to what it copies.
bool may_go_in_circles(const State& old, const State& s) {
  const Frame &a = old.frame(), &b = s.frame();
  if (old.top != s.top) return false;
  for (unsigned r = 0; r < a.regs.size(); ++r)
    if (!same_knowledge(a.regs[r], b.regs[r]) || a.regs[r].id != b.regs[r].id || a.regs[r].ref != b.regs[r].ref)
      return false;
  return true;
}

bool iterators_went_on(const State& old, const State& s) {
  for (unsigned f = 0; f <= old.top; ++f) {
    const auto &a = old.frames[f]->stack, &b = s.frames[f]->stack;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
      if (a[i].bytes[0] == Byte::iterator && iter_state(a[i].spilled) == IterState::active &&
          iter_depth(a[i].spilled) != iter_depth(b[i].spilled))
        return true;
  }
  return false;
}

}  // namespace

std::optional<Walk::LoopKey> Walk::loop_of(const State& s) const {
  LoopKey key;
  for (unsigned f = 0; f <= s.top; ++f) {
    const uint32_t insn = s.insn_of(f);
    if ((key.loop = flow_.at[insn].loop) != 0) return key;
    key.callsites[f] = insn;
  }
  return std::nullopt;
}

Walk::Loop* Walk::visited(const State& s) {
  if (loops_.empty()) return nullptr;
  const auto key = loop_of(s);
  if (!key) return nullptr;
  auto found = loops_.find(*key);
  return found == loops_.end() ? nullptr : &found->second;
}

void Walk::enter_loop(State& s) {
  if (const auto key = loop_of(s))
    if (Loop& loop = loops_[*key]; loop.entry == nullptr) {
      loop.entry = &s;
      s.enters_loop = true;
    }
}

// Every path from the loop's entry has ended: precision flows along the back edges until nothing changes.
Result<void> Walk::leave_loop(State& s) {
  if (!s.enters_loop) return {};
  Loop* loop = visited(s);
  if (loop == nullptr || loop->entry != &s) return {};
  loop->entry = nullptr;
  auto edges = std::move(loop->back_edges);
  loop->back_edges.clear();
  back_edges_ -= edges.size();
  unsigned rounds = 0;
  for (bool changed = true; changed && rounds < most_rounds; ++rounds) {
    changed = false;
    for (const BackEdge& e : std::views::reverse(edges))
      changed |= TRY(precision_.propagate(*e.covered_by, *e.from)) == Marked::something;
    if (changed && rounds + 1 == most_rounds)
      for (const BackEdge& each : edges) Precision::mark_all(*each.from);
  }
  for (const BackEdge& e : edges) pool_.release(e.from);
  return {};
}

bool Walk::has_back_edges(const State& s) {
  if (back_edges_ == 0) return false;
  const Loop* loop = visited(s);
  return loop != nullptr && !loop->back_edges.empty();
}

// An evicted state goes when it has no paths left, unless back edges still need its loop; then it stays for good, and
// Linux counts it among the kept ones.
void Walk::bury(State& s) {
  if (has_back_edges(s)) return;
  --evicted_states_;
  pool_.release(&s);
}

// A path is over: from its end up, whatever has no path left is done.
Result<void> Walk::path_ended() {
  for (State* s = cur_; s != nullptr;) {
    if (--s->branches != 0) break;
    TRY_VOID(leave_loop(*s));
    State* parent = s->parent;
    if (s->evicted) bury(*s);
    s = parent;
  }
  return {};
}

// Registers and stack slots that nobody reads any more need not be equal.
void Walk::clean(State& s) {
  if (s.cleaned) return;
  s.cleaned = true;
  const auto read = live_.alive(chain_of(s), s.insn);
  for (unsigned f = 0; f <= s.top; ++f) {
    Frame& frame = *s.frames[f];
    const uint16_t live = flow_.at[s.insn_of(f)].live;
    for (unsigned r = 0; r < frame.regs.size(); ++r)
      if ((live >> r & 1) == 0) frame.regs[r] = Reg{};
    for (unsigned i = 0; i < frame.stack.size(); ++i)
      if ((read[f] >> i & 1) == 0) frame.stack[i] = Slot{};
  }
}

State* Walk::previous_round(uint32_t insn, const State* but) {
  for (State* s = bucket(insn); s != nullptr; s = s->next)
    if (s != but && s->insn == insn && s->branches != 0 && same_callsites(*s, *cur_)) return s;
  return nullptr;
}

void Walk::widen(const State& old, State& s) {
  comparer_.pairs.clear(ids_);
  auto loosen = [&](const Reg& a, Reg& b) {
    if (!a.is_scalar() || !b.is_scalar() || a.precise || b.precise || comparer_.regs(a, b, Compare::exactly)) return;
    b = Reg::any_number();
    b.precise = numbers_start_precise();
  };
  for (unsigned f = 0; f <= old.top; ++f) {
    const Frame& a = *old.frames[f];
    Frame& b = *s.frames[f];
    for (unsigned r = 0; r < a.regs.size(); ++r) loosen(a.regs[r], b.regs[r]);
    for (std::size_t i = 0; i < std::min(a.stack.size(), b.stack.size()); ++i)
      if (a.stack[i].holds_spill() && b.stack[i].holds_spill()) loosen(a.stack[i].spilled, b.stack[i].spilled);
  }
}

State*& Walk::bucket(uint32_t insn) { return explored_[(insn ^ cur_->frame().callsite) % explored_.size()]; }

// The old state covers this one: what it needed to know precisely, this path has to know, too.
Result<void> Walk::covered_by(State& old, Rounds rounds) {
  ++old.hits;
  if (flow_.at[at_].is(Mark::jump)) note_step();
  TRY_VOID(precision_.propagate(old, *cur_));
  if (rounds == Rounds::over) return {};
  Loop* loop = visited(old);
  if (loop == nullptr) return fail(InternalFault{.what = "a back edge outside of any loop", .at = {at_}});
  loop->back_edges.push_back({pool_.copy(*cur_), &old});
  ++back_edges_;
  effort.peak_states = std::max(effort.peak_states, kept_states_ + evicted_states_ + back_edges_);
  return {};
}

// With an ancestor: whether another round brings nothing new, goes on, or never ends.
Result<Walk::Match> Walk::compare_with_ancestor(State& old, bool force, bool& add) {
  const Frame& frame = old.frame();
  const bool other_entry = frame.kind == FrameKind::async_callback && frame.async_entry != cur_->frame().async_entry;
  const At& here = flow_.at[at_];
  auto covered = [&] { return comparer_.states(old, *cur_, Compare::within, ids_); };
  if (!other_entry) {
    if (iterates(at_)) {
      if (covered() && iterator_is_active()) return Match::another_round;
    } else if (here.is(Mark::calls_back)) {
      // No back edge: Linux has none for calls of callbacks, unless it happened upon one just before (seen_before).
      if (covered()) return Match::safe;
    } else {
      if (flow_.ops[at_] == isa::Op::may_goto && old.may_goto_depth != cur_->may_goto_depth && covered())
        return Match::another_round;
      if (may_go_in_circles(old, *cur_) && comparer_.states(old, *cur_, Compare::exactly, ids_) &&
          !iterators_went_on(old, *cur_) && old.may_goto_depth == cur_->may_goto_depth &&
          old.callback_unrolls == cur_->callback_unrolls)
        return fail(EndlessLoop{.insn = at_});
    }
  }
  // Rounds of a loop differ from each other; keeping each of them helps nobody.
  if (!force && jumps_ - jumps_at_checkpoint_ < jumps_between_in_loop &&
      effort.processed - processed_at_checkpoint_ < insns_between_in_loop)
    add = false;
  return Match::none;
}

Result<bool> Walk::seen_before() {
  const At& here = flow_.at[at_];
  const bool checkpoint = here.is(Mark::checkpoint);
  const bool force = q_.options.keep_every_state || checkpoint || cur_->history.size() > longest_history;
  bool add = force || (jumps_ - jumps_at_checkpoint_ >= jumps_between &&
                       effort.processed - processed_at_checkpoint_ >= insns_between);

  State** link = &bucket(at_);
  for (State* s = *link; s != nullptr; s = s->next)
    if (s->branches == 0 && s->insn == at_ && !s->cleaned && same_callsites(*s, *cur_) && !has_back_edges(*s))
      clean(*s);

  uint32_t here_before = 0;
  bool open = false;  // the ended state looked at last waits for its loop: Linux does not forget that in between
  for (State* old; (old = *link) != nullptr;) {
    ++here_before;
    if (old->insn != at_) {
      link = &old->next;
      continue;
    }
    Match match = Match::none;
    if (old->branches != 0) {
      match = TRY(compare_with_ancestor(*old, force, add));
      if (match == Match::safe && open) match = Match::another_round;
    } else {
      open = has_back_edges(*old);
      if (comparer_.states(*old, *cur_, open ? Compare::within : Compare::covered, ids_))
        match = open ? Match::another_round : Match::safe;
    }
    if (match != Match::none) {
      TRY_VOID(covered_by(*old, match == Match::another_round ? Rounds::go_on : Rounds::over));
      return true;
    }
    if (add) ++old->misses;
    const uint32_t allowed = checkpoint && old->branches > 0 ? misses_allowed_where_loops_end : misses_allowed;
    if (old->misses > old->hits * allowed + allowed) {
      *link = old->next;
      --kept_states_;
      ++evicted_states_;
      old->evicted = true;
      if (old->branches == 0) bury(*old);
    } else {
      link = &old->next;
    }
  }
  effort.max_states_per_insn = std::max(effort.max_states_per_insn, here_before);
  if (!sw_.bpf_capable && here_before > target_.limits().states_per_insn) return false;
  if (add) add_checkpoint();
  return false;
}

void Walk::add_checkpoint() {
  ++effort.states;
  ++kept_states_;
  effort.peak_states = std::max(effort.peak_states, kept_states_ + evicted_states_ + back_edges_);
  jumps_at_checkpoint_ = jumps_;
  processed_at_checkpoint_ = effort.processed;
  if (sw_.bpf_capable) Precision::forget_all(*cur_);
  State* kept = pool_.keep(*cur_);
  kept->insn = at_;
  enter_loop(*kept);
  State*& head = bucket(at_);
  kept->next = head;
  head = kept;
  cur_->parent = kept;
  cur_->first_insn = at_;
}

}  // namespace skep::verify
