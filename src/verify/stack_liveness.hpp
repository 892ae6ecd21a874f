// SPDX-License-Identifier: Apache-2.0
// Which stack slots may still be read: the rest of the stack is forgotten before states are compared.
//
// What an instruction reads of the stack is only known while it is walked, and depends on who called its function, so
// every chain of calls has tables of its own (an Instance). For each frame of the chain and each instruction of its
// newest function there are four sets of slots (a bit each; slot 0 is the 8 bytes below r10):
//
//     may_read    some visit of the instruction read it
//     must_write  every visit of the instruction wrote all of it
//     live        may be read from here on before it is written:    live    = (live after - must_write) + may_read
//     written     is written on every way from here to the end:     written = (written on all ways after) + must_write
//
// While an instruction is walked, begin, read, write and commit note what it does. When a path or a function ends,
// update() brings live and written up to date; what they say of the callers' frames where the function begins is then
// noted as what the call does. alive() answers of a state what the rest of the program may read.
//
// Linux updates at the same moments and in the same order, and half-way answers decide what is pruned, so this follows
// it to the letter, with one difference: an instruction is computed again only where something it depends on changed.
// Surprises: an instruction that nobody visited yet writes nothing. A call's writes are what the first update said,
// less what later ones left out: they never grow. A set that became live through an instruction that turned out to
// write may keep itself alive in a loop.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "verify/flow.hpp"

namespace skep::verify {

using SlotSet = uint64_t;

// The functions that run, the entry first. Of what nobody called, `callsite` does not matter.
struct CallChain {
  static constexpr unsigned most = 8;
  struct Call {
    uint32_t callsite = 0, subprog = 0;
    bool operator==(const Call&) const = default;
  };
  std::array<Call, most> calls = {};
  unsigned top = 0;
};

class StackLiveness {
 public:
  StackLiveness(std::span<const isa::Insn> insns, const Flow& flow) : insns_(insns), flow_(flow) {}

  // Where the walk is. It leaves whenever a frame is entered or left or another state is taken up; what the instruction
  // noted until then and did not commit is dropped.
  bool stands() const { return current_ != nullptr; }
  void stand(const CallChain& chain) { current_ = instances(chain)[chain.top]; }
  void leave() { current_ = nullptr; }

  // One instruction of the function on top.
  void begin(uint32_t insn) {
    insn_ = insn;
    if (any_write_) forget_writes();
  }
  void read(unsigned frame, SlotSet slots) { note_read(*current_, frame, insn_, slots); }
  void write(unsigned frame, SlotSet slots) {
    writes_[frame] |= slots;
    any_write_ = true;
  }
  void commit() {
    if (current_ == nullptr) return;
    if (!any_write_ && current_->visited[insn_ - current_->first] == Visit::wrote_nothing) return;
    note_writes(*current_);
  }

  // When a path has ended and when a function is about to return. The walk no longer stands anywhere.
  void update(const CallChain& chain);

  // By frame, which slots are read after the state stands before `insn` of the function on top.
  std::array<SlotSet, CallChain::most> alive(const CallChain& chain, uint32_t insn);

  struct Masks {
    SlotSet may_read = 0, must_write = 0, live = 0, written = 0;
  };
  std::size_t bytes() const;  // of its tables
  // For tests and for pictures.
  Masks masks(const CallChain& chain, unsigned frame, uint32_t insn);

 private:
  enum class Visit : uint8_t { never, wrote_nothing, wrote };
  struct FrameTable {
    std::vector<Masks> at;                            // by instruction, from the function's first
    std::vector<uint64_t> stale;                      // a bit by place in the order: has to be computed
    std::size_t stale_from = SIZE_MAX, stale_to = 0;  // the words that may have bits
  };
  struct Instance {
    Instance* caller = nullptr;
    uint32_t callsite = 0;
    uint32_t subprog = 0, first = 0, count = 0;  // its function
    unsigned frame = 0;
    bool updated = false;  // something changed since the last update
    bool dropped = false;  // some must_write became smaller
    std::array<std::unique_ptr<FrameTable>, CallChain::most> frames;
    std::vector<Visit> visited;
  };
  struct Key {
    const Instance* caller;
    uint32_t callsite, subprog;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& k) const {
      const auto mixed = (reinterpret_cast<uintptr_t>(k.caller) >> 4 ^ uint64_t{k.callsite} << 20 ^ k.subprog);
      return static_cast<std::size_t>(mixed * 0x9e3779b97f4a7c15);
    }
  };

  const std::array<Instance*, CallChain::most>& instances(const CallChain& chain);
  Instance* instance(Instance* caller, CallChain::Call call);
  FrameTable& table(Instance& in, unsigned frame);
  const Masks* find(const Instance& in, unsigned frame, uint32_t insn) const;

  void forget_writes();
  void note_read(Instance& in, unsigned frame, uint32_t insn, SlotSet slots);
  void note_writes(Instance& in);
  void settle(Instance& in);
  void settle(const Instance& in, FrameTable& t) const;
  bool compute(const Instance& in, FrameTable& t, uint32_t insn) const;
  void tell_caller(const Instance& in);

  void know_edges();
  void know_order();
  void set_stale(FrameTable& t, uint32_t insn) const;
  void set_before_stale(const Instance& in, FrameTable& t, uint32_t insn) const;
  void set_all_stale(const Instance& in, FrameTable& t) const;

  std::span<const isa::Insn> insns_;
  const Flow& flow_;
  std::unordered_map<Key, std::unique_ptr<Instance>, Hash> all_;
  CallChain last_chain_;  // of the last search; its first known_ instances are in last_
  std::array<Instance*, CallChain::most> last_ = {};
  unsigned known_ = 0;

  Instance* current_ = nullptr;
  uint32_t insn_ = 0;
  std::array<SlotSet, CallChain::most> writes_ = {};
  bool any_write_ = false;

  // Edges backwards: the jumps that lead to instruction i are jumps_[jumps_begin_[i]] to jumps_[jumps_begin_[i + 1]].
  std::vector<uint32_t> jumps_begin_, jumps_;
  std::vector<uint32_t> order_, order_begin_;  // instructions, subprogram by subprogram
  std::vector<uint32_t> place_;                // of each instruction in its subprogram's part
};

}  // namespace skep::verify
