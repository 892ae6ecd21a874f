// SPDX-License-Identifier: Apache-2.0
#include "verify/flow.hpp"

#include <algorithm>

#include "verify/edges.hpp"
#include "verify/errors.hpp"
#include "verify/fastcall.hpp"
#include "verify/live_registers.hpp"
#include "verify/loops.hpp"
#include "verify/subprograms.hpp"

namespace skep::verify {
namespace {

using isa::Op;

std::string hex(uint8_t byte) {
  constexpr char digits[] = "0123456789abcdef";
  return {digits[byte >> 4], digits[byte & 15]};
}

Judged<void> check_length(const Inputs& in) {
  const uint64_t most = in.target.limits().program_insns;
  const std::size_t count = in.prog.insns.size();
  if (count == 0) return refuse(0, Empty{.least = 1});
  if (count > most) return refuse(0, TooLong{.count = count, .most = most});
  return {};
}

// Step 4, of one constant: its second half, and what it names.
Judged<void> check_constant(const Inputs& in, uint32_t at) {
  const auto& insns = in.prog.insns;
  const bool whole =
      at + 1 < insns.size() && insns[at + 1].code == 0 && insns[at + 1].regs == 0 && insns[at + 1].off == 0;
  if (!whole) return refuse(at, BrokenConstant{.at = {at}});
  const isa::Insn first = insns[at], second = insns[at + 1];
  const Op op = isa::decode(first);
  if (op == Op::ld_imm64 || op == Op::ld_func) return {};
  if (op != Op::ld_var) {
    const bool map = op == Op::ld_map_fd || op == Op::ld_map_idx;
    const bool value = op == Op::ld_map_value || op == Op::ld_map_idx_value;
    if (!value && !(map && second.imm == 0))
      return refuse(at, UnknownConstant{.at = {at}, .src = first.src(), .imm = second.imm});
    const std::size_t count = in.module.maps.size();
    if (first.imm < 0 || static_cast<std::size_t>(first.imm) >= count)
      return refuse(at, NoSuchMap{.at = {at}, .index = first.imm, .count = count});
  }
  if (!in.constant) return {};
  if (auto ok = in.constant(at); !ok) return std::unexpected(Rejection{std::move(ok).error(), at});
  return {};
}

Judged<void> check_words(const Inputs& in, Flow& flow) {
  const auto& insns = in.prog.insns;
  for (uint32_t i = 0; i < insns.size(); ++i) {
    if (is_ldx(insns[i]) && (!reads_memory(insns[i]) || insns[i].imm != 0)) return refuse(i, LoadFields{.at = {i}});
    if (isa::is_ld_imm64(insns[i])) {
      TRY_VOID(check_constant(in, i));
      flow.ops[++i] = Op::ld_imm64_high;
    } else if (flow.ops[i] == Op::unknown) {
      return refuse(i, UnknownOpcode{.at = {i}, .opcode = hex(insns[i].code)});
    }
  }
  return {};
}

// Step 5: every instruction is visited, depth first, and what the walk will have to know is marked on the way.
//
// The path consists of runs of instructions that only go on to the next one; the edges of a run's last are followed one
// after the other. An instruction is on the path until all behind it is done; meeting it again before is a loop.
class EdgeWalk {
 public:
  EdgeWalk(const Inputs& in, Flow& flow)
      : in_(in), flow_(flow), insns_(in.prog.insns), place_(insns_.size(), Place::unseen) {
    flow.postorder.reserve(insns_.size());
    path_.reserve(16);
  }

  Judged<void> run() {
    TRY_VOID(from(0));
    for (const Subprogram& s : flow_.subprogs)
      if (s.catches) TRY_VOID(from(s.first));
    for (uint32_t i = 0; i < insns_.size(); ++i) {
      if (place_[i] != Place::done) return refuse(i, Unreachable{.at = i});
      if (!isa::is_ld_imm64(insns_[i])) continue;
      if (place_[++i] != Place::unseen) return refuse(i - 1, JumpIntoConstant{.at = i - 1});
    }
    return {};
  }

 private:
  enum class Place : uint8_t { unseen, on_path, done };
  struct Run {
    uint32_t first, last;
    unsigned followed = 0;  // edges of the last
  };
  struct Edge {
    uint32_t to;
    bool branch;  // not just the next instruction
  };

  Judged<void> from(uint32_t start) {
    if (place_[start] != Place::unseen) return {};
    path_.push_back(begin(start));
    while (!path_.empty()) {
      const uint32_t at = path_.back().last;
      const auto edge = next_edge(path_.back());
      if (!edge) {
        finish(path_.back());
        path_.pop_back();
        continue;
      }
      if (edge->branch) mark_target(edge->to);
      if (place_[edge->to] == Place::unseen) {
        path_.push_back(begin(edge->to));
      } else if (place_[edge->to] == Place::on_path) {
        if (!in_.target.privileges().bpf_capable) return refuse(at, BackEdge{.from = {at}, .to = {edge->to}});
        if (flow_.at[at].subprog == flow_.at[edge->to].subprog) flow_.subprogs[flow_.at[at].subprog].loops = true;
      }
    }
    return {};
  }

  Run begin(uint32_t first) {
    for (uint32_t at = first;;) {
      mark(at);
      place_[at] = Place::on_path;
      const isa::Insn& i = insns_[at];
      const uint32_t next = after(i, at);
      const bool branches = (is_jump(i) && !is_call(i)) || names_subprogram(i);
      if (branches || place_[next] != Place::unseen) return {.first = first, .last = at};
      at = next;
    }
  }

  void finish(const Run& run) {
    for (uint32_t at = run.last + 1; at-- > run.first;) {
      if (place_[at] != Place::on_path) continue;  // the second half of a constant
      place_[at] = Place::done;
      flow_.postorder.push_back(at);
    }
  }

  // The edges of the last instruction one after the other; of a call, what its subprogram does is known after each.
  std::optional<Edge> next_edge(Run& run) {
    const uint32_t at = run.last;
    const isa::Insn& i = insns_[at];
    const unsigned n = run.followed++;
    if (is_exit(i)) return std::nullopt;
    if (names_subprogram(i)) {
      const auto to = static_cast<uint32_t>(callee_start(i, at));
      if (n > 0) inherit(at, to);
      if (n == 1) return Edge{to, true};
    } else if (moves_on(i)) {
      const auto to = static_cast<uint32_t>(jump_target(i, at));
      if (n == 0 && is_goto(i)) return Edge{to, false};
      if (n == 1 && !is_goto(i)) return Edge{to, true};
    }
    if (n > 0) return std::nullopt;
    return Edge{after(i, at), false};
  }

  void inherit(uint32_t call, uint32_t start) {
    Subprogram& caller = flow_.subprogs[flow_.at[call].subprog];
    const Subprogram& called = flow_.subprogs[flow_.at[start].subprog];
    caller.may_sleep |= called.may_sleep;
    caller.moves_packet |= called.moves_packet;
  }

  void mark_target(uint32_t to) {
    flow_.at[to].set(Mark::prune);
    flow_.at[to].set(Mark::jump);
  }

  void mark(uint32_t at) {
    const isa::Insn i = insns_[at];
    if (!is_jump(i)) {
      if (is_function_reference(i)) mark_call(at);
    } else if (is_call(i)) {
      if (is_helper_call(i) && helper_moves_packet(in_.target, i.imm))
        flow_.subprogs[flow_.at[at].subprog].moves_packet = true;
      if (const auto known = callee(in_, flow_, at)) mark_callee(at, *known);
      mark_call(at);
    } else if (is_goto(i)) {
      mark_target(static_cast<uint32_t>(jump_target(i, at)));
    } else if (!is_exit(i)) {
      flow_.at[at].set(Mark::prune);
      if (flow_.ops[at] == Op::may_goto) flow_.at[at].set(Mark::checkpoint);
    }
  }

  void mark_call(uint32_t at) {
    mark_target(after(insns_[at], at));  // where it returns to
    if (names_subprogram(insns_[at])) flow_.at[at].set(Mark::prune);
  }

  void mark_callee(uint32_t at, const Callee& known) {
    At& call = flow_.at[at];
    Subprogram& s = flow_.subprogs[call.subprog];
    s.may_sleep |= known.may_sleep;
    s.moves_packet |= known.moves_packet;
    if (known.callback != Callback::none || known.iterates) call.set(Mark::prune);
    if (known.callback == Callback::now) {
      call.set(Mark::calls_back);
      call.set(Mark::jump);
    }
    if (known.callback == Callback::now || known.iterates) call.set(Mark::checkpoint);
  }

  const Inputs& in_;
  Flow& flow_;
  const std::vector<isa::Insn>& insns_;
  std::vector<Place> place_;
  std::vector<Run> path_;
};

}  // namespace

const Subprogram* Flow::begins_at(uint32_t insn) const {
  const auto s = std::ranges::lower_bound(subprogs, insn, {}, &Subprogram::first);
  return s != subprogs.end() && s->first == insn ? &*s : nullptr;
}

std::optional<Callee> callee(const Inputs& in, const Flow& flow, uint32_t insn) {
  const isa::Insn& i = in.prog.insns[insn];
  if (is_helper_call(i)) return helper_callee(in.target, in.ruling, i.imm);
  if (!is_kfunc_call(i)) return std::nullopt;
  const auto k = std::ranges::lower_bound(flow.kfuncs, insn, {}, &Flow::KfuncCall::insn);
  if (k == flow.kfuncs.end() || k->insn != insn) return std::nullopt;
  return k->callee;
}

Judged<Flow> analyse(const Inputs& in) {
  TRY_VOID(check_length(in));
  Flow flow;
  const auto& insns = in.prog.insns;
  flow.ops.resize(insns.size());
  std::ranges::transform(insns, flow.ops.begin(), isa::decode);
  flow.at.resize(insns.size());
  TRY_VOID(find_subprograms(in, flow));
  TRY_VOID(check_jumps(in, flow));
  TRY_VOID(check_types(in, flow));
  TRY_VOID(check_lines(in));
  TRY_VOID(check_words(in, flow));
  TRY_VOID(EdgeWalk(in, flow).run());
  find_loops(insns, flow);
  find_live_registers(in, flow);
  find_fastcalls(in, flow);
  return flow;
}

}  // namespace skep::verify
