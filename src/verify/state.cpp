// SPDX-License-Identifier: Apache-2.0
#include "verify/state.hpp"

#include <utility>

namespace skep::verify {

Frame* Pool::make_frame() {
  Frame* f = frames_.take();
  std::vector<Slot> stack = std::move(f->stack);
  stack.clear();
  *f = Frame{};
  f->stack = std::move(stack);
  return f;
}

State* Pool::make() {
  State* s = states_.take();
  *s = State{};
  s->frames[0] = make_frame();
  return s;
}

State* Pool::copy(const State& from) {
  State* to = states_.take();
  static_cast<Path&>(*to) = from;
  static_cast<Checkpoint&>(*to) = {};
  for (unsigned i = 0; i <= from.top; ++i) {
    to->frames[i] = frames_.take();
    *to->frames[i] = *from.frames[i];
  }
  return to;
}

State* Pool::keep(State& path) {
  std::vector<Step> way = std::exchange(path.history, {});
  State* kept = copy(path);
  path.history.swap(kept->history);  // both are empty; one may have room
  kept->history = std::move(way);
  return kept;
}

void Pool::release(State* s) {
  for (Frame*& f : s->frames)
    if (f != nullptr) {
      release_frame(f);
      f = nullptr;
    }
  s->held.clear();
  s->history.clear();
  states_.give_back(s);
}

std::size_t Pool::bytes() const {
  std::size_t all = 0;
  frames_.each([&](const Frame& f) { all += sizeof(Frame) + f.stack.capacity() * sizeof(Slot); });
  states_.each([&](const State& s) {
    all += sizeof(State) + s.history.capacity() * sizeof(Step) + s.held.capacity() * sizeof(Reference);
  });
  return all;
}

}  // namespace skep::verify
