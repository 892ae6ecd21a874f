// SPDX-License-Identifier: Apache-2.0
#include "verify/path_log.hpp"

#include <algorithm>

namespace skep::verify {
namespace {

constexpr Reg nothing = {};

bool same(const Reg& a, const Reg& b) { return a.id == b.id && a.ref == b.ref && same_knowledge(a, b); }

}  // namespace

const Reg& PathLog::before(std::size_t i, unsigned r) const {
  const Point& here = points_[i];
  const std::vector<Change>& changes = changes_[r];
  auto c = std::ranges::upper_bound(changes, i + dropped_, {}, &Change::point);
  for (std::size_t searched = 0; c != changes.begin() && searched < most_searched; ++searched) {
    --c;
    if (c->point < here.entry) break;
    if (c->frame == here.frame) return c->value;
  }
  return nothing;
}

std::optional<std::size_t> PathLog::previous_in(std::size_t i, uint8_t frame) const {
  while (i > 0) {
    --i;
    if (points_[i].frame == frame) return i;
    if (points_[i].frame < frame) return {};
  }
  return {};
}

void PathLog::begun() { *this = PathLog(); }

void PathLog::step(uint32_t insn, const State& state) {
  if (points_.size() == most) forget_half();
  const std::size_t point = points_.size() + dropped_;
  while (known_.size() > state.top + 1U) known_.pop_back();
  while (known_.size() <= state.top) known_.push_back({.entry = point, .regs = {}});
  Known& known = known_[state.top];
  for (unsigned r = 0; r < registers; ++r) {
    const Reg& now = state.reg(r);
    if (same(now, known.regs[r])) continue;
    known.regs[r] = now;
    changes_[r].push_back({point, state.top, now});
  }
  points_.push_back({insn, state.top, known.entry});
}

void PathLog::aside() { marks_.push_back({points_.size() + dropped_, known_}); }

void PathLog::resumed() {
  if (marks_.empty()) return;
  Mark& m = marks_.back();
  const std::size_t end = std::max(m.points, dropped_);
  points_.erase(points_.begin() + static_cast<std::ptrdiff_t>(end - dropped_), points_.end());
  for (std::vector<Change>& changes : changes_)
    while (!changes.empty() && changes.back().point >= end) changes.pop_back();
  known_ = std::move(m.known);
  marks_.pop_back();
}

void PathLog::forget_half() {
  const std::size_t half = points_.size() / 2;
  points_.erase(points_.begin(), points_.begin() + static_cast<std::ptrdiff_t>(half));
  dropped_ += half;
  for (std::vector<Change>& changes : changes_)
    changes.erase(changes.begin(), std::ranges::lower_bound(changes, dropped_, {}, &Change::point));
}

}  // namespace skep::verify
