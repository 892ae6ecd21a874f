// SPDX-License-Identifier: Apache-2.0
#include "verify/state.hpp"

namespace skep::verify {

State* Pool::blank() {
  if (free_states_.empty()) return states_.emplace_back(std::make_unique<State>()).get();
  State* s = free_states_.back();
  free_states_.pop_back();
  return s;
}

Frame* Pool::blank_frame() {
  if (free_frames_.empty()) return frames_.emplace_back(std::make_unique<Frame>()).get();
  Frame* f = free_frames_.back();
  free_frames_.pop_back();
  return f;
}

Frame* Pool::make_frame() {
  Frame* f = blank_frame();
  std::vector<Slot> stack = std::move(f->stack);
  stack.clear();
  *f = Frame{};
  f->stack = std::move(stack);
  return f;
}

State* Pool::make() {
  State* s = blank();
  *s = State{};
  s->frames[0] = make_frame();
  return s;
}

State* Pool::copy(const State& from) {
  State* to = blank();
  static_cast<Path&>(*to) = from;
  static_cast<Checkpoint&>(*to) = {};
  for (unsigned i = 0; i <= from.top; ++i) {
    to->frames[i] = blank_frame();
    *to->frames[i] = *from.frames[i];
  }
  return to;
}

void Pool::release(State* s) {
  for (Frame*& f : s->frames)
    if (f != nullptr) {
      release_frame(f);
      f = nullptr;
    }
  s->held.clear();
  s->history.clear();
  free_states_.push_back(s);
}

std::size_t Pool::bytes() const {
  std::size_t all = states_.size() * sizeof(State) + frames_.size() * sizeof(Frame);
  for (const auto& f : frames_) all += f->stack.capacity() * sizeof(Slot);
  for (const auto& s : states_) all += s->history.capacity() * sizeof(Step) + s->held.capacity() * sizeof(Reference);
  return all;
}

}  // namespace skep::verify
