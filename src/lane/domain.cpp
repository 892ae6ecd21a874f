// SPDX-License-Identifier: Apache-2.0
#include "lane/domain.hpp"

#include <algorithm>
#include <thread>

namespace skep::lane {
namespace {

// What this thread remembers. Trivial on purpose: no constructor to run at first use, usable in signal handlers.
struct Hint {
  uint64_t domain;
  unsigned lane;
};
constexpr unsigned hints = 8;  // domains whose last lane is remembered; a clash costs a scan of the lanes
constinit thread_local Hint last_lane[hints] = {};
constinit thread_local Lane* held = nullptr;  // innermost guard of this thread; Lane::below_ leads outwards

std::atomic<uint64_t> next_id{1};  // 0 is what untouched hints say

}  // namespace

unsigned default_lanes() { return std::max(16u, 4 * std::thread::hardware_concurrency()); }

Domain::Domain(unsigned lanes)
    : id_(next_id.fetch_add(1, std::memory_order_relaxed)),
      lanes_(std::max(lanes, 1u)),
      slots_(std::make_unique<Slot[]>(lanes_)) {}

Lane Domain::enter() {
  for (const Lane* l = held; l; l = l->below_)
    if (l->domain_ == this) return Lane(*this, l);
  return Lane(*this, take());
}

Lane Domain::enter_at(unsigned index) {
  for (const Lane* l = held; l; l = l->below_)
    if (l->domain_ == this) return Lane(*this, l);
  take_this(index);
  return Lane(*this, index);
}

inline bool Domain::try_take(unsigned index) {
  uint32_t free = 0;
  return slots_[index].taken.compare_exchange_strong(free, 1);
}

inline unsigned Domain::take() {
  Hint& hint = last_lane[id_ % hints];
  if (hint.domain == id_ && try_take(hint.lane)) return hint.lane;
  unsigned found = lanes_;
  auto any = [&] {
    for (unsigned i = 0; i < lanes_; ++i)
      if (slots_[i].taken.load(std::memory_order_relaxed) == 0 && try_take(i)) {
        found = i;
        return true;
      }
    return false;
  };
  if (!any()) sleep_until(any);
  hint = {id_, found};
  return found;
}

void Domain::take_this(unsigned index) {
  auto this_one = [&] { return try_take(index); };
  if (!this_one()) sleep_until(this_one);
}

// A sleeper announces itself, then looks again, then sleeps; who leaves frees the lane, then looks for sleepers.
// Both are sequentially consistent, so one of the two sees the other.
template <class Try>
void Domain::sleep_until(Try got_one) {
  sleepers_.fetch_add(1);
  while (true) {
    uint32_t seen = left_.load();
    if (got_one()) break;
    left_.wait(seen);
  }
  sleepers_.fetch_sub(1);
}

inline void Domain::give_back(unsigned index) {
  slots_[index].taken.exchange(0);
  if (sleepers_.load() != 0) [[unlikely]] {
    left_.fetch_add(1);
    left_.notify_all();  // all: a sleeper of enter_at may want another lane than this one
  }
}

Lane::Lane(Domain& domain, unsigned index) : domain_(&domain), below_(held), index_(index), depth_(0) { held = this; }

Lane::Lane(Domain& domain, const Lane* outer)
    : domain_(&domain), below_(held), index_(outer->index_), depth_(outer->depth_ + 1) {
  held = this;
}

Lane::Lane(Lane&& from) noexcept
    : domain_(from.domain_), below_(from.below_), index_(from.index_), depth_(from.depth_) {
  if (!domain_) return;
  Lane** link = &held;
  while (*link != &from) link = &(*link)->below_;
  *link = this;
  from.domain_ = nullptr;
}

Lane::~Lane() {
  if (!domain_) return;
  Lane** link = &held;
  while (*link != this) link = &(*link)->below_;  // guards end in reverse order, so this is the first
  *link = below_;
  // Guards may end in any order: the lane is free when none of this domain is left.
  for (const Lane* l = held; l; l = l->below_)
    if (l->domain_ == domain_) return;
  domain_->give_back(index_);
}

}  // namespace skep::lane
