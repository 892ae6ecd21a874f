// SPDX-License-Identifier: Apache-2.0
// Calls between subprograms, and every exit: of a function back to its caller, of a callback back to the helper that
// called it, of the program.
#include <limits>

#include "facts/returns.hpp"
#include "verify/edges.hpp"
#include "verify/walk.hpp"

namespace skep::verify {
void Walk::clear_caller_saved() {
  for (unsigned r = 0; r <= 5; ++r) reg(r) = Reg{};
}

// A new frame on top; its registers are unknown but for r10.
Result<Frame*> Walk::enter(State& s, uint32_t subprog) {
  if (s.top + 1U >= target_.limits().frames)
    return fail(TooDeep{.frames = s.top + 2U, .most = target_.limits().frames});
  Frame* f = pool_.make_frame();
  f->callsite = at_;
  f->subprog = subprog;
  if (!s.guessed) functions_[subprog].entered = true;
  f->index = static_cast<uint8_t>(s.top + 1);
  f->regs[10] = Reg::pointer(RegKind::stack);
  f->regs[10].object = f->index;
  s.frames[++s.top] = f;
  return f;
}

Result<void> Walk::call_subprogram(const isa::Insn& i) {
  const auto target = static_cast<uint32_t>(callee_start(i, at_));
  const uint32_t callee = flow_.at[target].subprog;
  if (is_global(callee)) return call_global(callee);
  Frame& caller = cur_->frame();
  Frame* f = TRY(enter(*cur_, callee));
  live_.leave();
  for (unsigned r = 1; r <= 5; ++r) f->regs[r] = caller.regs[r];
  for (unsigned r = 0; r <= 5; ++r) caller.regs[r] = Reg{};
  go_to(target);
  return {};
}

Result<void> Walk::return_from_frame() {
  live_.update(chain_of(*cur_));
  Frame& callee = cur_->frame();
  Reg& r0 = callee.regs[0];
  if (r0.is(RegKind::stack)) return fail(ReturnsStack{.r = {0}});
  const bool callback = callee.kind == FrameKind::callback;
  if (callback) {
    if (!r0.is_scalar()) return fail(CallbackReturnsPointer{.r = {0}, .kind = kernel_text(r0.type())});
    TRY_VOID(precision_.mark(*cur_, 0));
    TRY_VOID(returns_within(r0, callee.least_return, callee.most_return, Bits::whole, "At callback return"));
  } else {
    cur_->frames[cur_->top - 1]->regs[0] = r0;
  }
  const uint32_t callsite = callee.callsite;
  pool_.release_frame(&callee);
  cur_->frames[cur_->top--] = nullptr;
  go_to(callback ? callsite : callsite + 1);
  if (callback)
    if (State* before = previous_round(callsite, nullptr)) widen(*before, *cur_);
  return {};
}

Result<void> Walk::returns_within(const Reg& r, int64_t least, int64_t most, Bits bits, std::string_view when) const {
  const bool ok =
      bits == Bits::low ? r.var.s32_min >= least && r.var.s32_max <= most : r.var.smin >= least && r.var.smax <= most;
  if (ok) return {};
  std::string bounds, has;
  if (r.var.smin != std::numeric_limits<int64_t>::min()) bounds += " smin=" + std::to_string(r.var.smin);
  if (r.var.smax != std::numeric_limits<int64_t>::max()) bounds += " smax=" + std::to_string(r.var.smax);
  if (bounds.empty()) {
    bounds = " unknown scalar value";
    has = "a value that is not known";
  } else if (r.var.smin == r.var.smax) {
    has = "value " + std::to_string(r.var.smin);
  } else {
    has = "values from " + std::to_string(r.var.smin) + " to " + std::to_string(r.var.smax);
  }
  return fail(
      ReturnsOutside{.when = std::string(when), .r = {0}, .bounds = bounds, .has = has, .least = least, .most = most});
}

Result<void> Walk::exit() {
  if (cur_->top == 0) TRY_VOID(nothing_held("BPF_EXIT instruction in main prog"));
  if (cur_->top > 0) return return_from_frame();
  ended_ = true;
  return program_returns(0);
}

// What the program's answer may be, by its type and where it is attached; `answer` is the register that holds it.
Result<void> Walk::program_returns(unsigned answer) {
  const Frame& f = *cur_->frames[0];
  const Reg& r = reg(answer);
  const facts::ReturnRule& rule = facts::return_rule(q_.type(), q_.attach_type());
  const bool hook = rule.answer == facts::Answer::hook || rule.answer == facts::Answer::operation;
  if (hook && f.subprog == 0 && f.kind == FrameKind::function) return hook_returns(answer);
  const isa::Reg name = {static_cast<uint8_t>(answer)};
  TRY_VOID(need(answer));
  if (leaks(r)) return fail(LeaksReturn{.r = name});
  auto number = [&](std::string when, std::string value) -> Result<void> {
    if (r.is_scalar()) return {};
    return fail(
        ReturnsPointer{.when = std::move(when), .r = name, .kind = kernel_text(r.type()), .value = std::move(value)});
  };
  if (f.kind == FrameKind::async_callback) {
    TRY_VOID(number("At async callback return", "known"));
    TRY_VOID(precision_.mark(*cur_, answer));
    return returns_within(r, f.least_return, f.most_return, Bits::whole, "At async callback return");
  }
  if (f.subprog != 0 && f.kind == FrameKind::function) return number("At subprogram exit", "scalar");
  if (rule.answer != facts::Answer::range) return {};
  TRY_VOID(number("At program exit", "known"));
  TRY_VOID(precision_.mark(*cur_, answer));
  return returns_within(r, rule.min, rule.max, Bits::whole, "At program exit");
}

}  // namespace skep::verify
