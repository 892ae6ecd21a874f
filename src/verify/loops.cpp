// SPDX-License-Identifier: Apache-2.0
#include "verify/loops.hpp"

#include <algorithm>
#include <ranges>

namespace skep::verify {
namespace {

class Tarjan {
 public:
  Tarjan(std::span<const isa::Insn> insns, Flow& flow) : insns_(insns), flow_(flow), nodes_(insns.size()) {}

  void from(uint32_t start) {
    if (nodes_[start].number != 0) return;
    enter(start);
    while (!path_.empty()) {
      Step& step = path_.back();
      if (step.next == step.to.count) {
        leave();
        continue;
      }
      const uint32_t w = step.to.at[step.next++];
      if (nodes_[w].number == 0)
        enter(w);
      else
        lower(step.at, nodes_[w].low);
    }
  }

 private:
  static constexpr uint32_t closed = UINT32_MAX;  // `low` of what belongs to a finished component
  struct Node {
    uint32_t number = 0, low = 0;  // in the order of the first visit, from 1; the least that can be reached
  };
  struct Step {
    uint32_t at;
    Successors to;
    uint32_t next = 0;
  };

  void enter(uint32_t at) {
    nodes_[at] = {.number = ++seen_, .low = seen_};
    open_.push_back(at);
    path_.push_back({.at = at, .to = successors(insns_[at], at)});
  }
  void lower(uint32_t at, uint32_t low) { nodes_[at].low = std::min(nodes_[at].low, low); }

  void leave() {
    const Step step = path_.back();
    path_.pop_back();
    const Node n = nodes_[step.at];
    if (n.low == n.number) close(step);
    if (!path_.empty()) lower(path_.back().at, nodes_[step.at].low);
  }

  void close(const Step& root) {
    const bool is_loop = open_.back() != root.at || std::ranges::find(root.to, root.at) != root.to.end();
    if (is_loop) ++components_;
    uint32_t member;
    do {
      member = open_.back();
      open_.pop_back();
      nodes_[member].low = closed;
      if (is_loop) flow_.at[member].loop = components_;
    } while (member != root.at);
  }

  std::span<const isa::Insn> insns_;
  Flow& flow_;
  std::vector<Node> nodes_;
  std::vector<uint32_t> open_;
  std::vector<Step> path_;
  uint32_t seen_ = 0, components_ = 0;
};

}  // namespace

void find_loops(std::span<const isa::Insn> insns, Flow& flow) {
  if (std::ranges::none_of(flow.subprogs, &Subprogram::loops)) return;
  Tarjan tarjan(insns, flow);
  for (const Subprogram& s : flow.subprogs) {
    if (!s.loops) continue;
    for (uint32_t at = s.first; at < s.end; ++at)
      if (flow.ops[at] != isa::Op::ld_imm64_high) tarjan.from(at);
  }
}

}  // namespace skep::verify
