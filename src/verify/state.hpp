// SPDX-License-Identifier: Apache-2.0
// What is known at one point of one path: registers and stack of every frame, and what is held.
//
// A State is one of three things over its life: the current one, which the walk changes; one put aside at a branch,
// to be walked later; or a checkpoint, kept at an instruction so that later paths can be compared with it. `parent`
// is the checkpoint a path last passed, `history` the way since then: precision is marked by walking both backwards.
// `branches` counts the paths from a checkpoint that have not ended yet.
//
// States come from a Pool and go back to it; their frames keep the capacity of their stacks, so that in the long run
// nothing is allocated.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "facts/features.hpp"
#include "verify/reg.hpp"

namespace skep::verify {

inline constexpr unsigned slot_bytes = 8;
inline constexpr unsigned most_frames = 8;
inline constexpr uint32_t no_insn = UINT32_MAX;
inline constexpr uint32_t main_call = no_insn;  // the call site of what nobody called

// What a byte of the stack holds.
enum class Byte : uint8_t {
  invalid,  // nobody wrote it
  spill,    // part of a value whose knowledge is kept
  misc,     // some data
  zero,
  dynptr,
  iterator,
  irq_flag,
};

enum class DynptrKind : uint8_t { none, local, ringbuf, skb, xdp, skb_meta, file };
enum class IterState : uint8_t { none, active, drained };

// Eight bytes of stack. bytes[7] is the lowest address, as Linux counts them from the frame's top; a value shorter than
// the slot stands in the highest indices.
struct Slot {
  std::array<Byte, slot_bytes> bytes = {};
  Reg spilled = {};  // of iterators and dynptrs: object, extra, id and ref only

  bool holds_spill() const { return bytes[slot_bytes - 1] == Byte::spill; }
  bool holds_spilled_scalar() const { return holds_spill() && spilled.is_scalar(); }
  bool is_special() const {
    const Byte b = bytes[slot_bytes - 1];
    return b == Byte::spill || b == Byte::dynptr || b == Byte::iterator || b == Byte::irq_flag;
  }
};
static_assert(std::is_trivially_copyable_v<Slot>);

// Iterators on the stack: `extra` of their first slot.
constexpr IterState iter_state(const Reg& r) { return static_cast<IterState>(r.extra & 0xff); }
constexpr int32_t iter_depth(const Reg& r) { return r.extra >> 8; }

// How a frame came to be: decides what its exit means.
enum class FrameKind : uint8_t { function, callback, async_callback, exception_callback };

struct Frame {
  std::array<Reg, 11> regs;
  std::vector<Slot> stack;  // [0] is the 8 bytes below r10
  uint32_t callsite = main_call;
  uint32_t subprog = 0;
  uint32_t async_entry = 0;     // which entry into an async callback this is
  uint32_t callback_depth = 0;  // calls of a callback simulated by the helper below it
  FrameKind kind = FrameKind::function;
  int32_t least_return = 0, most_return = 0;  // what a callback may answer
  uint8_t index = 0;
};

// Something acquired that has to be released.
enum class Held : uint8_t { reference, irq_state, spin_lock, res_lock, res_lock_irq };
struct Reference {
  Held kind;
  uint32_t id;
  uint32_t insn;    // that acquired it
  uint32_t object;  // locks: the map or the allocation the lock lives in
  bool is_lock() const { return kind != Held::reference && kind != Held::irq_state; }
  bool operator==(const Reference&) const = default;
};

// A number known to be another plus a constant, in one of six places at most: they gain a bound together.
struct LinkedPlace {
  uint8_t frame, index;  // register, or stack slot
  bool is_register;
};
inline constexpr std::size_t most_linked = 6;
struct Linked {
  std::array<LinkedPlace, most_linked> places;
  uint8_t count = 0;
};

// One step of a path that cannot be told from the instruction alone.
struct Step {
  uint32_t insn, previous;
  enum class Access : uint8_t { none, stack } access = Access::none;
  uint8_t frame = 0, slot = 0;                      // of a spill or a fill
  bool dst_is_stack = false, src_is_stack = false;  // of a comparison
  Linked linked = {};

  bool is_plain() const { return access == Access::none && linked.count == 0 && !dst_is_stack && !src_is_stack; }
};

// What a path knows.
struct Path {
  std::array<Frame*, most_frames> frames = {};
  uint8_t top = 0;  // index of the frame that runs
  bool in_sleepable = false;
  bool guessed = false;  // no program gets here, but a processor may guess that it does
  uint32_t locks = 0;    // held spin locks
  uint32_t active_lock_id = 0, active_lock_object = 0;
  uint32_t preempt_locks = 0;
  uint32_t irq_id = 0;  // the newest saved interrupt state
  uint32_t rcu_locks = 0;
  uint32_t callback_unrolls = 0, may_goto_depth = 0;
  std::vector<Reference> held;

  struct State* parent = nullptr;
  std::vector<Step> history;
  uint32_t insn = 0;             // next to walk
  uint32_t first_insn = 0;       // where the history begins
  uint32_t last_insn = no_insn;  // the one before insn on this path

  Frame& frame() { return *frames[top]; }
  const Frame& frame() const { return *frames[top]; }
  Reg& reg(unsigned r) { return frames[top]->regs[r]; }
  const Reg& reg(unsigned r) const { return frames[top]->regs[r]; }
  // The instruction a frame stands at: where it called, or, of the top frame, insn.
  uint32_t insn_of(unsigned f) const { return f == top ? insn : frames[f + 1]->callsite; }
};

// What a checkpoint has besides.
struct Checkpoint {
  uint32_t branches = 1;
  uint32_t hits = 0, misses = 0;  // how often comparing with it ended a path
  bool cleaned = false;           // forgot what nobody reads any more
  bool evicted = false;
  bool enters_loop = false;
  struct State* next = nullptr;  // of the same bucket
};

struct State : Path, Checkpoint {};

// Calls f(Reg&) for every register and every spilled value of every frame.
template <class F>
void each_reg(State& s, F f) {
  for (unsigned i = 0; i <= s.top; ++i) {
    Frame& fr = *s.frames[i];
    for (Reg& r : fr.regs) f(r);
    for (Slot& slot : fr.stack)
      if (slot.holds_spill()) f(slot.spilled);
  }
}

// Things that are taken and given back, never freed one by one; what they own they keep for the next taker.
template <class T>
class Store {
 public:
  T* take() {
    if (free_.empty()) grow();
    T* t = free_.back();
    free_.pop_back();
    return t;
  }
  void give_back(T* t) { free_.push_back(t); }
  template <class F>
  void each(F f) const {
    for (const auto& slab : slabs_)
      for (std::size_t i = 0; i < slab.count; ++i) f(slab.of[i]);
  }

 private:
  struct Slab {
    std::unique_ptr<T[]> of;
    std::size_t count;
  };
  void grow() {
    const std::size_t count = slabs_.empty() ? 2 : std::min<std::size_t>(64, slabs_.back().count * 2);
    const Slab& slab = slabs_.emplace_back(Slab{std::make_unique<T[]>(count), count});
    free_.reserve(count);
    for (std::size_t i = count; i-- > 0;) free_.push_back(&slab.of[i]);
  }
  std::vector<Slab> slabs_;
  std::vector<T*> free_;
};

class Pool {
 public:
  Pool() = default;
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  State* make();                   // one frame, nothing known
  State* copy(const State& from);  // of what the path knows, its history included; no checkpoint
  State* keep(State& path);        // the same, and the history is the copy's alone
  void release(State* s);
  Frame* make_frame();  // nothing known, no stack
  void release_frame(Frame* f) { frames_.give_back(f); }
  std::size_t bytes() const;  // of everything ever taken

 private:
  Store<State> states_;
  Store<Frame> frames_;
};

}  // namespace skep::verify
