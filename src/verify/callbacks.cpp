// SPDX-License-Identifier: Apache-2.0
// Functions that helpers call: the path on which the helper returns is walked first, and the one into the function is
// put aside. Where the function ends its path goes back to the call, which asks again, until another round brings
// nothing new (seen.cpp). What is called after the program has ended (timers) begins a path of its own, with nothing
// on its stack.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>

#include "verify/call_errors.hpp"
#include "verify/edges.hpp"
#include "verify/walk.hpp"

namespace skep::verify {
namespace {

using How = facts::Callback;

Reg address(RegKind kind, uint32_t map) {
  Reg r = Reg::pointer(kind);
  r.object = map;
  return r;
}

bool visits_elements(facts::MapType t) {
  using enum facts::MapType;
  return t == array || t == percpu_array || t == hash || t == percpu_hash || t == lru_hash || t == lru_percpu_hash;
}

}  // namespace

Result<void> Walk::take_function(const isa::Insn& i) {
  if (!flow_.has_types) return fail(NoTypesForCallback{.at = {at_}});
  const uint32_t subprog = flow_.at[static_cast<uint32_t>(callee_start(i, at_))].subprog;
  if (is_global(subprog)) return fail(CallbackNotStatic{.function = function_name(subprog)});
  Reg& dst = reg(i.dst());
  dst = Reg::pointer(RegKind::func);
  dst.object = subprog;
  functions_[subprog].address_taken = true;
  return {};
}

// Instructions that were not walked are taken out, and what names a function by its place then names what came to stand
// there: the first of several gives its place to the function behind them, of the others nothing begins where they did.
Result<void> Walk::functions_left() const {
  if (std::ranges::count(functions_, true, &Function::entered) == 1 || !sw_.bpf_capable)
    return {};  // one function: nothing to put together
  std::vector<uint32_t> begins, named;
  for (std::size_t f = 0; f < functions_.size(); ++f)
    if (functions_[f].entered || functions_[f].address_taken)
      (functions_[f].entered ? begins : named).push_back(flow_.subprogs[f].first);
  if (named.empty()) return {};
  auto walked = [&](uint32_t i) {
    return flow_.at[i - (flow_.ops[i] == isa::Op::ld_imm64_high ? 1 : 0)].is(Mark::walked);
  };
  const auto end = static_cast<uint32_t>(flow_.ops.size());
  for (uint32_t i = 0, gone = 0; i < end; ++i) {
    const uint32_t first = i;
    while (i < end && !walked(i)) ++i;
    const uint32_t count = i - first;
    for (auto* places : {&begins, &named})
      for (uint32_t& place : *places)
        if (place >= first - gone + count) place -= count;
    gone += count;
  }
  for (const uint32_t place : named)
    if (std::ranges::find(begins, place) == begins.end())
      return fail(LinuxFault{.what = fmt::format("No program to jit at insn {} (subprog < 0)", place)});
  return {};
}

Result<void> Walk::call_back(How how, const Call& call) {
  if (how == How::timer) return call_back_later(call.callback, reg(1).object, Asleep::no, Answers::zero);
  if (how == How::loop && !TRY(another_iteration(call))) {
    cur_->frame().callback_depth = 0;
    return {};
  }
  if (how == How::for_each_map_elem && !visits_elements(maps_[*call.map].row->id))
    return fail(NoElements{.type = std::string(maps_[*call.map].row->name)});
  State& s = *TRY(call_back_now(call.callback));
  callback_arguments(how, *s.frames[s.top - 1], s.frame());
  return {};
}

// Whether the function of a bpf_loop may be called once more. Its flags matter only while they are 0, which is then
// part of what later rounds are compared by.
Result<bool> Walk::another_iteration(const Call& call) {
  auto [known, first] = loops_called_.try_emplace(at_, Unrolled{.subprog = call.callback, .still = true});
  Unrolled& u = known->second;
  if (u.still) {
    const bool no_flags = reg(4).is_null();
    if (no_flags) TRY_VOID(precision_.mark(*cur_, 4));
    u.still = no_flags && u.subprog == call.callback;
  }
  if (!reg(1).is_scalar()) return fail(LinuxFault{.what = "backtracking misuse"});
  TRY_VOID(precision_.mark(*cur_, 1));
  return cur_->frame().callback_depth < reg(1).var.umax;
}

uint32_t Walk::loops_stack() const {
  constexpr uint32_t three_registers = 24;
  std::set<uint32_t> functions;
  if (target_.jit() == facts::Jit::on)
    for (const auto& [insn, u] : loops_called_)
      if (u.still) functions.insert(flow_.at[insn].subprog);
  const uint32_t counter = target_.jit() == facts::Jit::on ? 16 : 8;  // with the time it began, where the JIT can
  return three_registers * static_cast<uint32_t>(functions.size()) + counter * static_cast<uint32_t>(counted_.size());
}

Result<State*> Walk::call_back_now(uint32_t subprog) {
  State* s = TRY(put_aside(flow_.subprogs[subprog].first, at_, Waits::round));
  Frame* f = TRY(enter(*s, subprog));
  frames_.runs_as_callback(subprog, Callback::now);
  f->kind = FrameKind::callback;
  f->most_return = 1;
  ++s->callback_unrolls;
  ++s->frames[s->top - 1]->callback_depth;
  cur_->frame().callback_depth = 0;
  return s;
}

// (map, key, value): of an element of this map.
Result<void> Walk::call_back_later(uint32_t subprog, uint32_t map, Asleep asleep, Answers answers) {
  State* s = pool_.make();
  TRY_VOID(walk_later({s, flow_.subprogs[subprog].first, at_}, Waits::later_callback));
  frames_.runs_as_callback(subprog, Callback::later);
  s->in_sleepable = asleep == Asleep::yes;
  Frame& f = s->frame();
  f.subprog = subprog;
  functions_[subprog].entered = true;
  f.kind = FrameKind::async_callback;
  if (answers == Answers::any) {
    f.least_return = std::numeric_limits<int32_t>::min();
    f.most_return = std::numeric_limits<int32_t>::max();
  }
  f.async_entry = cur_->frame().async_entry + 1;
  f.regs[10] = Reg::pointer(RegKind::stack);
  f.regs[1] = address(RegKind::map, map);
  f.regs[2] = address(RegKind::map_key, map);
  f.regs[3] = address(RegKind::map_value, map);
  return {};
}

void Walk::callback_arguments(How how, const Frame& caller, Frame& callee) {
  auto& r = callee.regs;
  switch (how) {
    case How::none:
    case How::timer: break;
    case How::loop:  // (index, context)
      r[1] = Reg::any_number();
      r[1].precise = numbers_start_precise();
      r[2] = caller.regs[3];
      break;
    case How::for_each_map_elem:  // (map, key, value, context)
      r[1] = caller.regs[1];
      r[2] = address(RegKind::map_key, r[1].object);
      r[3] = address(RegKind::map_value, r[1].object);
      r[4] = caller.regs[3];
      break;
    case How::find_vma:  // (task, vma, context)
      r[1] = caller.regs[1];
      r[2] = Reg::pointer(RegKind::btf);
      r[2].object = kernel_struct("vm_area_struct");
      r[3] = caller.regs[4];
      break;
    case How::user_ringbuf:  // (dynptr, context)
      r[1] = Reg::pointer(RegKind::dynptr);
      r[1].object = static_cast<uint32_t>(DynptrKind::local);
      r[1].id = new_id();
      r[2] = caller.regs[3];
      break;
  }
}

// A tail call, or a packet load behind the packet's end, ends the whole function it stands in: that path first.
Result<void> Walk::may_return_at_once(const Reg& answer) {
  TRY_VOID(put_aside(at_ + 1, at_));
  if (answer.is_constant()) {
    set_number(0, answer.constant());
  } else {
    forget_packets();
    set_unknown(0);
  }
  return return_from_frame();
}

}  // namespace skep::verify
