// SPDX-License-Identifier: Apache-2.0
// Which numbers matter. A number starts as one that does not: pruning takes any other in its place. When a verdict
// comes to depend on its value, it is marked precise, and so is everything it was computed from: backwards over the
// path since the last checkpoint, then in the checkpoint and from there to its own parent, until every source is found
// or was marked before.
#pragma once

#include <array>
#include <vector>

#include "module/module.hpp"
#include "verify/flow.hpp"
#include "verify/state.hpp"

namespace skep::verify {

// Registers and stack slots of every frame that are still looked for.
struct Wanted {
  std::array<uint16_t, most_frames> registers = {};
  std::array<uint64_t, most_frames> slots = {};
  unsigned frame = 0;  // the one that runs

  void add_register(unsigned f, unsigned r) { registers[f] |= static_cast<uint16_t>(1U << r); }
  void add_slot(unsigned f, unsigned slot) { slots[f] |= uint64_t{1} << slot; }
  bool has_register(unsigned r) const { return (registers[frame] >> r & 1) != 0; }
  bool has_slot(unsigned f, unsigned slot) const { return (slots[f] >> slot & 1) != 0; }
  void remove_register(unsigned r) { registers[frame] &= static_cast<uint16_t>(~(1U << r)); }
  void remove_slot(unsigned f, unsigned slot) { slots[f] &= ~(uint64_t{1} << slot); }
  bool empty() const;
};

enum class Marked : uint8_t { nothing_new, something };

class Precision {
 public:
  Precision(const module::ProgDef& prog, const Flow& flow, bool enabled)
      : prog_(prog), flow_(flow), enabled_(enabled) {}

  // Register r of the state's top frame.
  Result<void> mark(State& s, unsigned r);
  // A number kept in a stack slot.
  Result<void> mark_slot(State& s, unsigned frame, unsigned slot);
  // Whatever is precise in `old`, which the state was found to be covered by.
  Result<Marked> propagate(const State& old, State& s);

  std::size_t bytes() const { return transfers_.capacity() * sizeof(Transfer); }

  static void mark_all(State& s);    // every number of every checkpoint above
  static void forget_all(State& s);  // every number of this state is unmarked

 private:
  enum class Back : uint8_t { went, cannot };
  // What most instructions do, told once: if a touched register is wanted, it is no more, and the added ones are.
  // What is more than that (`asks`) goes to step_back.
  struct Transfer {
    uint16_t touched = 0, removed = 0, added = 0;
    bool asks = false;
  };
  static constexpr uint16_t in_any_case = 1U << 15;  // as if wanted always
  Transfer transfer(uint32_t insn) const;
  void know_transfers();
  Result<Marked> chase(State& s, Wanted wanted);
  Result<Back> step_back(Wanted& w, uint32_t insn, uint32_t next, const Step* step) const;
  Result<Back> step_back_over(Wanted& w, uint32_t insn, uint32_t next, const Step* step) const;
  Result<Back> over_call(Wanted& w, uint32_t insn, uint32_t next) const;
  Result<Back> over_exit(Wanted& w, uint32_t insn, uint32_t next) const;

  const module::ProgDef& prog_;
  const Flow& flow_;
  bool enabled_;
  std::vector<Transfer> transfers_;
};

}  // namespace skep::verify
