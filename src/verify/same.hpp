// SPDX-License-Identifier: Apache-2.0
// Whether a state is covered by an older one: whatever may happen from it was looked at already.
//
// `covered`: at least as much is known, of everything that somebody read from the old one. `within`: the same, but
// numbers must lie in the old ranges even where nobody asked yet (the old one is on this very path). `exactly`:
// nothing has changed, which in a loop means that it never ends.
#pragma once

#include "verify/flow.hpp"
#include "verify/state.hpp"

namespace skep::verify {

enum class Compare : uint8_t { covered, within, exactly };

// Ids are only names: they may differ, as long as each stands for one other.
class IdPairs {
 public:
  IdPairs() {}  // pairs_ is written as it is used: five kilobytes would be a tenth of a small walk
  void clear(uint32_t newest_id) {
    count_ = 0;
    fresh_ = newest_id;
  }
  bool same(uint32_t old_id, uint32_t id);
  // Of numbers: one without an id is related to nothing, which is an id of its own.
  bool same_number(uint32_t old_id, uint32_t id);

 private:
  struct Pair {
    uint32_t old_id, id;
  };
  std::array<Pair, (11 + 64) * most_frames> pairs_;
  std::size_t count_ = 0;
  uint32_t fresh_ = 0;
};

struct Comparer {
  const Flow& flow;
  bool uninit_stack_readable;
  IdPairs pairs = {};
  bool numbers_alike = false;     // a number is covered by none but itself
  bool unrelated_numbers = true;  // an old number that is related to nothing covers whatever the new one is related to
  Reg unknown = Reg::any_number();  // what eight bytes of data are, read at once

  bool states(const State& old, const State& s, Compare how, uint32_t newest_id);
  bool regs(const Reg& old, const Reg& r, Compare how);

 private:
  bool held(const State& old, const State& s);
  bool frames(const Frame& old, const Frame& f, uint32_t insn, Compare how);
  bool stacks(const Frame& old, const Frame& f, Compare how);
  bool slots(const Slot& old, const Slot& s, Compare how);
  bool exactly(const Reg& old, const Reg& r);
  bool same_relation(const Reg& old, const Reg& r);
  const Reg* number_in(const Slot& s) const;
};

}  // namespace skep::verify
