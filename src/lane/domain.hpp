// SPDX-License-Identifier: Apache-2.0
// A lane stands for a CPU at run time: Linux's "this CPU". A run owns one lane of a domain from enter to leave,
// so per-CPU data needs no atomics, whatever core the thread happens to be on.
//
//     lane::Domain domain{16};
//     {
//       auto lane = domain.enter();     // ~10 ns when this thread's last lane is free
//       values[lane.index()] += 1;      // nobody else is inside this lane
//     }
//
// Invariants: at most one thread is inside a lane; a thread already inside a run keeps its lane in nested runs
// (depth 1, 2, …) and never waits there. Only a thread outside may sleep, until somebody leaves.
// Nothing is owned outside the guards: a thread that ends owns no lane, because its guards have ended.
// After fork() the child sees the lanes of its parent's other threads as taken: fork outside runs.
// Thread-safe; a guard belongs to the thread that entered. The domain outlives its guards.
// This is the one layer with thread-local state: the guards this thread holds, and hints (which lane it had).
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

namespace skep::lane {

class Domain;

// Being inside a lane. Moving it keeps the lane; a moved-from guard is inside nothing.
class Lane {
 public:
  Lane(Lane&& from) noexcept;
  Lane& operator=(Lane&&) = delete;
  ~Lane();
  unsigned index() const { return index_; }
  unsigned depth() const { return depth_; }  // 0: the outermost run of this thread in the domain

 private:
  friend class Domain;
  Lane(Domain& domain, const Lane* outer);
  Lane(Domain& domain, unsigned index);

  Domain* domain_;  // null after a move
  Lane* below_;     // the guard this thread entered before, in any domain
  unsigned index_;
  unsigned depth_;
};

unsigned default_lanes();  // max(16, 4 × CPUs)

class Domain {
 public:
  explicit Domain(unsigned lanes = default_lanes());  // 0 lanes means 1
  Domain(const Domain&) = delete;
  Domain& operator=(const Domain&) = delete;

  Lane enter();
  // The lane of this index: for tests that say which CPU they are on. Inside a run its lane is kept all the same.
  Lane enter_at(unsigned index);  // index < lanes()

  unsigned lanes() const { return lanes_; }  // bpf_num_possible_cpus()

 private:
  friend class Lane;
  struct alignas(64) Slot {
    std::atomic<uint32_t> taken{0};  // later: the owner and its generation
  };

  bool try_take(unsigned index);
  unsigned take();
  void take_this(unsigned index);
  void give_back(unsigned index);
  template <class Try>
  void sleep_until(Try got_one);

  uint64_t id_;  // never used again by another domain, so a stale hint harms nobody
  unsigned lanes_;
  std::unique_ptr<Slot[]> slots_;
  std::atomic<uint32_t> sleepers_{0};
  std::atomic<uint32_t> left_{0};  // changes when somebody left while others slept; the futex word
};

}  // namespace skep::lane
