// SPDX-License-Identifier: Apache-2.0
#include "verify/stack_depth.hpp"

#include <algorithm>
#include <array>

#include "verify/edges.hpp"
#include "verify/errors.hpp"

namespace skep::verify {
namespace {

constexpr unsigned most_frames = 8;

// A subprogram's ways on, in the order of its instructions, each once.
struct Way {
  enum class Kind : uint8_t { call, reference, throw_ } kind;
  uint32_t insn, to = 0;
};

bool may_have_private_stacks(const Inputs& in, const Flow& flow) {
  if (in.target.jit() != facts::Jit::on) return false;
  if (std::ranges::any_of(flow.subprogs, &Subprogram::tail_calls)) return false;
  return facts::has_private_stack(in.prog.type, in.prog.attach_type);
}

class Chains {
 public:
  Chains(const Inputs& in, const Flow& flow, const FrameUse& use)
      : in_(in), flow_(flow), use_(use), functions_(flow.subprogs.size()) {
    for (uint32_t s = 0; s < flow.subprogs.size(); ++s) find_ways(s);
  }

  Judged<void> run() {
    const bool apart = may_have_private_stacks(in_, flow_);
    const auto count = static_cast<uint32_t>(flow_.subprogs.size());
    forget();
    for (uint32_t s = count; s-- > 0;) {
      if (s != 0 && !is_alone(s)) continue;
      apart_ = s == 0 && apart;
      if (s == 0 || flow_.subprogs[s].catches) forget();
      TRY_VOID(from(s));
    }
    return {};
  }

 private:
  enum class Stack : uint8_t { open, shared, own };
  using Fine = std::array<std::array<uint32_t, most_frames>, 2>;
  struct Function {
    std::vector<Way> ways;
    Stack stack = Stack::open;
    Fine fine = {};  // by callback and frames above: the bytes above, plus one
  };
  struct Chain {
    std::array<uint32_t, most_frames> subprogs;
    unsigned frames = 0;
    uint32_t bytes = 0;  // of the frames above
    bool in_callback = false;
  };

  void find_ways(uint32_t s) {
    std::vector<bool> called, referred;  // taken where there is another function to name
    bool throws = false;
    for (uint32_t i = flow_.subprogs[s].first; i < flow_.subprogs[s].end; ++i) {
      const isa::Insn& insn = in_.prog.insns[i];
      if (flow_.ops[i] == isa::Op::ld_imm64_high) continue;
      if (is_kfunc_call(insn) && !throws) {
        const auto known = callee(in_, flow_, i);
        throws = known && known->throws;
        if (throws) functions_[s].ways.push_back({Way::Kind::throw_, i});
      }
      if (!names_subprogram(insn)) continue;
      const uint32_t to = flow_.at[static_cast<uint32_t>(callee_start(insn, i))].subprog;
      const bool call = is_subprogram_call(insn);
      called.resize(functions_.size()), referred.resize(functions_.size());
      auto seen = (call ? called : referred)[to];
      if (!seen) functions_[s].ways.push_back({call ? Way::Kind::call : Way::Kind::reference, i, to});
      seen = true;
    }
  }

  bool is_alone(uint32_t s) const { return use_.runs_alone(s) || flow_.subprogs[s].catches; }
  bool is_callback(uint32_t s) const { return use_.is_callback(s) || flow_.subprogs[s].catches; }
  uint32_t rounded(uint32_t s) const {
    const uint32_t unit = in_.target.limits().stack_rounding;
    const uint32_t least = in_.target.jit() == facts::Jit::on ? 0 : 1;  // the interpreter has no empty frame
    return (std::max(use_.bytes(s), least) + unit - 1) / unit * unit;
  }

  Judged<void> from(uint32_t s) {
    tail_call_below_ = false;
    Chain chain;
    return enter(chain, s);
  }

  // Deeper than most_frames it refuses, so the recursion ends.
  Judged<void> enter(Chain above, uint32_t s) {
    const facts::Limits& limits = in_.target.limits();
    if (!apart_) functions_[s].stack = Stack::shared;
    if (above.frames > 0 && flow_.subprogs[s].tail_calls) tail_call_below_ = true;
    if (above.frames == most_frames) return refuse(0, TooManyFrames{.frames = most_frames, .chain = names(above, s)});
    if (was_fine(above, s)) return {};
    if (s != 0 && flow_.subprogs[s].tail_calls && above.bytes >= limits.stack_above_tail_call)
      return refuse(
          0, TailCallTooDeep{.bytes = above.bytes, .most = limits.stack_above_tail_call, .chain = names(above, s)});
    Chain chain = above;
    chain.subprogs[chain.frames++] = s;
    chain.in_callback |= is_callback(s);
    const uint32_t bytes = rounded(s);
    if (apart_ && functions_[s].stack == Stack::open && bytes >= limits.private_stack_bytes)
      functions_[s].stack = Stack::own;
    if (functions_[s].stack != Stack::own) {
      chain.bytes += bytes;
      if (chain.bytes > limits.stack_bytes)
        return refuse(
            0, StackTooDeep{
                   .calls = chain.frames, .bytes = chain.bytes, .most = limits.stack_bytes, .chain = names(above, s)});
    }
    for (const Way& way : functions_[s].ways) TRY_VOID(follow(chain, way));
    if (tail_call_below_)
      for (unsigned f = 0; f < above.frames; ++f)
        if (flow_.subprogs[above.subprogs[f]].catches) return refuse(0, TailCallInHandler{.subprog = s});
    now_fine(above, s);
    return {};
  }

  Judged<void> follow(const Chain& chain, const Way& way) {
    if (way.kind == Way::Kind::throw_) {
      if (!chain.in_callback) return {};
      return refuse(way.insn, ThrowInCallback{.at = way.insn, .subprog = chain.subprogs[chain.frames - 1]});
    }
    if (is_alone(way.to)) {
      if (flow_.subprogs[way.to].tail_calls) return refuse(0, TailCallInAsync{.subprog = way.to});
      if (way.kind == Way::Kind::reference) return {};
      if (flow_.subprogs[way.to].catches) return refuse(way.insn, CallsHandler{.at = way.insn});
    }
    return enter(chain, way.to);
  }

  // A subprogram that was fine under more frames with more bytes, in a callback too, is fine now.
  void forget() {
    for (Function& f : functions_) f.fine = {};
  }
  bool was_fine(const Chain& above, uint32_t s) const {
    for (unsigned callback = above.in_callback; callback < 2; ++callback)
      for (unsigned f = above.frames; f < most_frames; ++f)
        if (functions_[s].fine[callback][f] > above.bytes) return true;
    return false;
  }
  void now_fine(const Chain& above, uint32_t s) {
    uint32_t& most = functions_[s].fine[above.in_callback ? 1 : 0][above.frames];
    most = std::max(most, above.bytes + 1);
  }

  std::string names(const Chain& above, uint32_t last) const {
    std::string out;
    for (unsigned f = 0; f <= above.frames; ++f) {
      const uint32_t s = f < above.frames ? above.subprogs[f] : last;
      const module::Subprog* named = module::subprog_at(in_.prog, flow_.subprogs[s].first);
      if (f > 0) out += " > ";
      out += named != nullptr && named->first_insn == flow_.subprogs[s].first && !named->name.empty()
                 ? named->name
                 : "subprogram " + std::to_string(s);
    }
    return out;
  }

  const Inputs& in_;
  const Flow& flow_;
  const FrameUse& use_;
  std::vector<Function> functions_;
  bool apart_ = false;            // private stacks are possible in this round
  bool tail_call_below_ = false;  // in this round
};

}  // namespace

FrameUse::FrameUse(const Flow& flow) : flow_(&flow), frames_(flow.subprogs.size()) {
  for (std::size_t s = 0; s < frames_.size(); ++s) frames_[s].fastcall_offset = flow.subprogs[s].fastcall_offset;
}

void FrameUse::drop_fastcalls() {
  for (std::size_t i = 0; i < frames_.size(); ++i) {
    const Subprogram& s = flow_->subprogs[i];
    Frame& f = frames_[i];
    if (s.drops_fastcall && !s.keeps_fastcall && f.fastcall_offset != none_apart)
      f.bytes = static_cast<uint32_t>(-f.fastcall_offset);
  }
}

uint32_t FrameUse::total() const {
  uint32_t sum = 0;
  for (const Frame& f : frames_) sum += f.bytes;
  return sum;
}

Judged<void> check_stack_depth(const Inputs& in, const Flow& flow, const FrameUse& use) {
  return Chains(in, flow, use).run();
}

}  // namespace skep::verify
