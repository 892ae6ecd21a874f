// SPDX-License-Identifier: Apache-2.0
#include "vm/lowered.hpp"

namespace skep::vm {

// Operations of two steps by both, and of three by the last two (vm/pairs.inc); the first's own where there is none.
struct Fused {
  static constexpr auto single = static_cast<std::size_t>(Op::fault) + 1;
  static std::size_t at(Op a, Op b) { return static_cast<std::size_t>(a) * single + static_cast<std::size_t>(b); }
  std::vector<Op> pairs, triples;

  Fused() : pairs(single * single), triples(single * single, Op::mov64_reg) {
    for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = static_cast<Op>(i / single);
#define PAIR(a, b) pairs[at(Op::a, Op::b)] = Op::a##__##b;
#define TRIPLE(b, c) triples[at(Op::b, Op::c)] = Op::mov64_reg__##b##__##c;
#include "vm/pairs.inc"
#undef PAIR
#undef TRIPLE
  }
};

// Whether the second step works on what the first one made, and needs it nowhere else.
static bool follows(const Step& first, const Step& second) {
  if (second.op >= Op::tail_call) return false;
  const isa::Row& row = isa::row(static_cast<isa::Op>(second.op));
  if (row.shape == isa::Shape::load) return second.src == first.dst;
  return second.dst == first.dst && (row.source != isa::Source::reg || second.src != first.dst);
}

static Op fused(std::span<const Step> s) {
  static const Fused table;
  if (s.size() < 2 || !follows(s[0], s[1])) return s[0].op;
  if (s.size() > 2 && s[0].op == Op::mov64_reg && isa::row(static_cast<isa::Op>(s[1].op)).shape == isa::Shape::alu &&
      follows(s[1], s[2]))
    if (Op three = table.triples[Fused::at(s[1].op, s[2].op)]; three != Op::mov64_reg) return three;
  return table.pairs[Fused::at(s[0].op, s[1].op)];
}

Builder::Builder(std::string name, const Premise& premise, std::vector<std::shared_ptr<maps::Map>> maps,
                 std::size_t slots) {
  made_.premise_ = premise;
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
  // Upwards: a step's successors are still single when they are asked.
  for (std::size_t i = 0; i < made_.size_; ++i)
    made_.steps_[i].op = fused(std::span(made_.steps_).subspan(i, std::min<std::size_t>(3, made_.size_ - i)));
  return std::move(made_);
}

}  // namespace skep::vm
