// SPDX-License-Identifier: Apache-2.0
#include "verify/callee.hpp"

#include <algorithm>
#include <utility>

#include "facts/helper_ids.hpp"

namespace skep::verify {
namespace {

Callback callback_of(facts::Callback c) {
  switch (c) {
    case facts::Callback::none: return Callback::none;
    case facts::Callback::loop:
    case facts::Callback::for_each_map_elem:
    case facts::Callback::find_vma:
    case facts::Callback::user_ringbuf: return Callback::now;
    case facts::Callback::timer: return Callback::later;
  }
  std::unreachable();
}

}  // namespace

std::optional<Callee> helper_callee(const facts::Target& target, const module::ProgDef& prog, int32_t id) {
  const facts::Helper* row = id < 0 ? nullptr : target.prototype(static_cast<uint64_t>(id), prog.type);
  if (row == nullptr) return std::nullopt;
  const facts::CallRule* refused = facts::refused_by_attach(row->id, prog.type, prog.attach_type, prog.attach_to);
  if (refused != nullptr && refused->otherwise == facts::Refusal::unknown) return std::nullopt;
  if (row->rare.needs && !target.caps().has(*row->rare.needs)) return std::nullopt;
  Callee callee{.returns_nothing = row->returns.kind == facts::RetKind::nothing,
                .fastcall = row->rare.fastcall && target.jit() == facts::Jit::on,  // it is the JIT that inlines them
                .may_sleep = row->rare.might_sleep};
  for (const facts::Arg& arg : row->args) {
    if (arg.kind == facts::ArgKind::none || arg.kind == facts::ArgKind::vararg) break;
    ++callee.args;
    if (arg.callback != facts::Callback::none) callee.callback = callback_of(arg.callback);
  }
  return callee;
}

bool helper_moves_packet(const facts::Target& target, int32_t id) {
  if (id == facts::helper_id::tail_call) return true;
  const facts::Helper* row = id < 0 ? nullptr : target.helper(static_cast<uint64_t>(id));
  return row != nullptr && row->rare.moves_packet;
}

Callee kfunc_callee(const facts::Kfunc& kfunc, unsigned params, bool returns_nothing) {
  const facts::KfuncRule rule = kfunc.rare.rule;
  Callee callee{.args = static_cast<uint8_t>(std::min(params, 5U)),
                .returns_nothing = returns_nothing,
                .fastcall = kfunc.is(facts::KfuncFlag::fastcall),
                .may_sleep = kfunc.is(facts::KfuncFlag::sleepable),
                .moves_packet = rule == facts::KfuncRule::xdp_pull_data,
                .iterates = kfunc.is(facts::KfuncFlag::iter_next),
                .throws = rule == facts::KfuncRule::throw_};
  if (rule == facts::KfuncRule::rbtree_add) callee.callback = Callback::now;
  if (rule == facts::KfuncRule::wq_set_callback || rule == facts::KfuncRule::task_work)
    callee.callback = Callback::later;
  return callee;
}

}  // namespace skep::verify
