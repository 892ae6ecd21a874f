// SPDX-License-Identifier: Apache-2.0
#include "vm/lowered.hpp"

namespace skep::vm {

// The operation that does both, where the second step works on what the first one made; else the first's own.
static Op pair_of(const Step& first, const Step& second) {
  static constexpr auto single = static_cast<std::size_t>(Op::fault) + 1;
  static const auto table = [] {
    std::vector<Op> t(single * single);
    for (std::size_t i = 0; i < t.size(); ++i) t[i] = static_cast<Op>(i / single);
#define PAIR(a, b) t[static_cast<std::size_t>(Op::a) * single + static_cast<std::size_t>(Op::b)] = Op::a##__##b;
#include "vm/pairs.inc"
#undef PAIR
    return t;
  }();
  if (second.op >= Op::tail_call) return first.op;
  const isa::Row& row = isa::row(static_cast<isa::Op>(second.op));
  const bool made_for_it = row.shape == isa::Shape::load
                               ? second.src == first.dst
                               : second.dst == first.dst && (row.source != isa::Source::reg || second.src != first.dst);
  if (!made_for_it) return first.op;
  return table[static_cast<std::size_t>(first.op) * single + static_cast<std::size_t>(second.op)];
}

Builder::Builder(std::string name, std::vector<std::shared_ptr<maps::Map>> maps, std::size_t slots) {
  made_.name_ = std::move(name);
  made_.maps_ = std::move(maps);
  made_.steps_.reserve(slots + 1);
  made_.helpers_.reserve(slots);
}

void Builder::add(Step step) {
  made_.steps_.push_back(step);
  made_.helpers_.push_back(nullptr);
}

void Builder::add_jump(Step step, int64_t target) {
  jumps_.push_back({made_.steps_.size(), target});
  add(step);
}

void Builder::add_call(Step step, const facts::Helper& row) {
  add(step);
  made_.helpers_.back() = &row;
}

void Builder::add_fault(std::string why) {
  uint64_t reason = made_.faults_.size();
  made_.faults_.push_back({static_cast<uint32_t>(made_.steps_.size()), std::move(why)});
  add({.op = Op::fault, .dst = 0, .src = 0, .off = 0, .imm = reason});
}

std::size_t Builder::fault_step(uint32_t insn, std::string why) {
  made_.steps_.push_back({.op = Op::fault, .dst = 0, .src = 0, .off = 0, .imm = made_.faults_.size()});
  made_.faults_.push_back({insn, std::move(why)});
  return made_.steps_.size() - 1;
}

Lowered Builder::finish() {
  made_.size_ = static_cast<uint32_t>(made_.steps_.size());
  auto size = static_cast<int64_t>(made_.size_);
  fault_step(made_.size_ == 0 ? 0 : made_.size_ - 1, "it runs past the last instruction");
  for (const Jump& j : jumps_) {
    int64_t target = j.target;
    if (target < 0 || target >= size)
      target = static_cast<int64_t>(fault_step(
          static_cast<uint32_t>(j.from),
          "it jumps to " + std::to_string(j.target) + "; the program has " + std::to_string(size) + " instructions"));
    made_.steps_[j.from].off = static_cast<int32_t>((target - static_cast<int64_t>(j.from)) * step_bytes);
  }
  // Upwards: a step's successor is still single when it is asked.
  for (std::size_t i = 0; i + 1 < made_.size_; ++i) made_.steps_[i].op = pair_of(made_.steps_[i], made_.steps_[i + 1]);
  return std::move(made_);
}

}  // namespace skep::vm
