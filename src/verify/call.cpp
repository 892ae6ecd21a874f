// SPDX-License-Identifier: Apache-2.0
// Calls of helper functions: who may call it and where, each argument, then what the call leaves behind.
#include <algorithm>
#include <limits>

#include "verify/object_errors.hpp"
#include "verify/walk.hpp"

namespace skep::verify {
namespace {

using namespace facts::helper_id;
using facts::RetKind;

}  // namespace

Result<const facts::Helper*> Walk::callable(int32_t id) {
  const facts::Helper*& known = callable_[id];
  if (known == nullptr) known = TRY(helper_here(id));
  const facts::Helper* h = known;
  if (!h->rare.might_sleep) return h;
  const std::string name = "bpf_" + std::string(h->name);
  if (!cur_->in_sleepable) return fail(MightSleep{.helper = name});
  if (const auto region = sleepless_region(); !region.empty())
    return fail(SleepsInRegion{.helper = name, .id = id, .region = std::string(region) + " region"});
  return h;
}

// A region in which nothing may sleep; "": none.
std::string_view Walk::sleepless_region() const {
  if (cur_->rcu_locks > 0) return "rcu_read_lock";
  if (cur_->preempt_locks > 0) return "non-preemptible";
  return cur_->irq_id != 0 ? "IRQ-disabled" : "";
}

// Whether programs of this type have the helper at all, which is the same at every call.
Result<const facts::Helper*> Walk::helper_here(int32_t id) const {
  const auto number = static_cast<uint64_t>(static_cast<uint32_t>(id));
  const facts::Helper* any = facts::helper_by_id(number);
  if (id == 0) return fail(HelperNotForType{.helper = "bpf_unspec", .id = id, .type = q_.type()});
  if (any == nullptr) return fail(NoSuchHelper{.id = id});
  const facts::Helper* h = target_.prototype(number, q_.helpers_as());
  const std::string name = "bpf_" + std::string(any->name);
  const facts::CallRule* rule = facts::refused_by_attach(number, q_.helpers_as(), q_.attach_type(), hook_.function);
  if (h == nullptr || (rule != nullptr && rule->otherwise == facts::Refusal::unknown) ||
      (h->rare.needs && !target_.caps().allows(*h->rare.needs)))
    return fail(HelperNotForType{.helper = name, .id = id, .type = q_.type()});
  if (h->rare.gpl_only && !q_.gpl_compatible()) return fail(NeedsGpl{.helper = name});
  if (rule != nullptr && rule->otherwise == facts::Refusal::not_in_probe) return fail(NotInProbe{.helper = name});
  return h;
}

Result<void> Walk::call_helper(const isa::Insn& i) {
  if (cur_->locks > 0 && i.imm != spin_unlock) return fail(CallUnderLock{.callee = "helper " + std::to_string(i.imm)});
  Call call{.id = i.imm, .helper = TRY(callable(i.imm))};
  for (unsigned r = 1; r <= 5; ++r) TRY_VOID(argument(r, call));
  if (call.map) TRY_VOID(map_may_change(*call.map, call));
  // What the helper fills is data from now on.
  for (uint64_t b = 0; b < call.raw.size; ++b)
    TRY_VOID(access(
        {.reg = static_cast<unsigned>(call.raw.reg), .off = static_cast<int32_t>(b), .size = 1, .what = Do::write}));
  if (call.release != 0) TRY_VOID(release_argument(call));
  TRY_VOID(special_helper(call));
  clear_caller_saved();
  TRY_VOID(helper_returns(call));
  if (call.map) TRY_VOID(map_suits(*call.map, call));
  if (call.map && notes_ != nullptr) notes_->key(at_, call.key);
  if (call.id == get_func_ip) TRY_VOID(answers_here(call));
  if (call.id == tail_call && cur_->top == 0) return {};  // a program that is gone has no packet pointers
  if (call.id == tail_call) return may_return_at_once(Reg::any_number());
  if (call.helper->rare.moves_packet || call.moves_packet) forget_packets();
  return {};
}

// Helpers that are asked more than their arguments' kinds.
Result<void> Walk::special_helper(Call& call) {
  switch (call.id) {
    case tail_call:
      TRY_VOID(nothing_held("tail_call"));
      if (call.map && maps_[*call.map].row->id != facts::MapType::prog_array)
        return fail(NoProgArray{.type = std::string(maps_[*call.map].row->name)});
      return {};
    case get_local_storage:
      if (!reg(2).is_null()) return fail(WantsZeroFlags{.r = to_reg(2)});
      return {};
    case snprintf: return check_format(call);
    case set_retval: {
      const bool hook = q_.type() == facts::ProgType::lsm && hook_.prototype != 0;
      if (hook && q_.kernel_types->type(hook_.prototype).size_or_type == 0)
        return fail(RetvalOfVoid{.hook = hook_.name});
      return {};
    }
  }
  TRY_VOID(dynptr_helper(call));
  for (const facts::Arg& a : call.helper->args)
    if (a.callback != facts::Callback::none) return call_back(a.callback, call);
  return {};
}

// The elements of maps that programs only read stay as they are, whatever the map's type.
Result<void> Walk::map_may_change(uint32_t map, const Call& call) const {
  const bool changes =
      call.id == map_update_elem || call.id == map_delete_elem || call.id == map_push_elem || call.id == map_pop_elem;
  if (changes && only_read(map)) return fail(MapReadOnly{.helper = call.name()});
  return {};
}

Result<void> Walk::map_suits(uint32_t map, const Call& call) const {
  const facts::MapTypeRow& row = *maps_[map].row;
  const bool named = std::ranges::any_of(call.helper->args,
                                         [](const facts::Arg& a) { return a.kind == facts::ArgKind::const_map_ptr; });
  if (!named) return {};  // a timer's map is whatever holds one
  if (facts::takes_map(*call.helper, row.id, q_.type(), q_.attach_type())) return {};
  return fail(MapNotForHelper{
      .type_id = static_cast<int64_t>(row.id), .type = std::string(row.name), .helper = call.name(), .id = call.id});
}

// Some helpers answer only where there is what they are asked for.
Result<void> Walk::answers_here(const Call& call) const {
  const auto number = static_cast<uint64_t>(call.id);
  const facts::CallRule* rule = facts::refused_by_attach(number, q_.type(), q_.attach_type(), hook_.function);
  if (rule == nullptr) return {};
  if (rule->otherwise == facts::Refusal::only_trampolines)
    return fail(OnlyTrampolines{.helper = call.name(), .id = call.id});
  return fail(NotForType{.helper = call.name(), .id = call.id, .type = static_cast<int64_t>(q_.type())});
}

// What r0 is after the call.
Result<void> Walk::helper_returns(Call& call) {
  const facts::Ret& ret = call.helper->returns;
  Reg& r0 = reg(0);
  RegFlags flags;
  if (ret.or_null) flags = flags | RegFlag::maybe_null;
  if (ret.trusted) flags = flags | RegFlag::trusted;
  if (ret.rdonly) flags = flags | RegFlag::rdonly;
  if (ret.ringbuf) flags = flags | RegFlag::ringbuf;
  switch (ret.kind) {
    case RetKind::integer: set_unknown(0); break;
    case RetKind::nothing: r0 = Reg{}; break;
    case RetKind::map_value: {
      if (!call.map) return fail(InternalFault{.what = "a map value of no map", .at = {at_}});
      const bool found = call.id == map_lookup_elem && call.key && *call.key < maps_[*call.map].def->max_entries;
      if (found) flags = flags.without(RegFlag::maybe_null);
      r0 = Reg::pointer(RegKind::map_value, flags);
      r0.object = *call.map;
      r0.extra = call.map_uid;
      if (found && map_holds_lock(*call.map)) r0.id = new_id();
      break;
    }
    case RetKind::socket: r0 = Reg::pointer(RegKind::socket, flags); break;
    case RetKind::sock_common: r0 = Reg::pointer(RegKind::sock_common, flags); break;
    case RetKind::tcp_sock: r0 = Reg::pointer(RegKind::tcp_sock, flags); break;
    case RetKind::mem:
      r0 = Reg::pointer(RegKind::mem, flags);
      r0.object = static_cast<uint32_t>(call.mem_size);
      if (call.id == dynptr_data) r0.extra = static_cast<int32_t>(call.dynptr);
      break;
    case RetKind::btf_id:
    case RetKind::mem_or_btf_id: TRY_VOID(returns_kernel_object(call, flags)); break;
  }
  if (r0.maybe_null()) r0.id = new_id();
  if (call.helper->rare.same_object || call.id == dynptr_data) {
    r0.ref = call.ref;
  } else if (call.helper->rare.acquires || acquires_by_map(call)) {
    r0.id = r0.ref = acquire(Held::reference);
  }
  limit_answer(call);
  return {};
}

// Lookups in maps of sockets give references.
bool Walk::acquires_by_map(const Call& call) const {
  if (call.id != map_lookup_elem || !call.map) return false;
  const facts::MapType map = maps_[*call.map].row->id;
  return map == facts::MapType::sockmap || map == facts::MapType::sockhash;
}

// Helpers whose answer is an error or a length that their size argument bounds.
void Walk::limit_answer(const Call& call) {
  Scalar& v = reg(0).var;
  switch (call.helper->rare.range) {
    case facts::Range::any: return;
    case facts::Range::error_or_size:
      v.smax = static_cast<int64_t>(call.largest_size);
      v.s32_max = static_cast<int32_t>(call.largest_size);
      v.smin = v.s32_min = -4095;
      break;
    case facts::Range::cpu:
      v.umax = v.u32_max = q_.options.cpus - 1;
      v.smax = v.s32_max = static_cast<int32_t>(v.umax);
      v.umin = v.u32_min = 0;
      v.smin = v.s32_min = 0;
      break;
  }
  v.sync();
}

void Walk::forget_packets() {
  each_reg(*cur_, [&](Reg& r) {
    if (r.is_packet() || r.is(RegKind::packet_end) || r.flags.has(RegFlag::packet_slice)) spoil(r);
  });
}

uint32_t Walk::acquire(Held kind) {
  const uint32_t id = new_id();
  cur_->held.push_back({.kind = kind, .id = id, .insn = at_, .object = 0});
  return id;
}

void Walk::forget_reference(State& s, uint32_t id) {
  std::erase_if(s.held, [&](const Reference& r) { return r.kind == Held::reference && r.id == id; });
}

// Whatever was made of the reference may not be used any more.
Result<void> Walk::release(uint32_t id) {
  forget_reference(*cur_, id);
  each_reg(*cur_, [&](Reg& r) {
    if (r.ref == id) spoil(r);
  });
  return {};
}

Result<void> Walk::release_argument(Call& call) {
  const facts::Arg& arg = call.helper->args[call.release - 1];
  if (arg.kind == facts::ArgKind::dynptr) return release_dynptr(call);
  return call.ref != 0 ? release(call.ref) : Result<void>{};
}

// What is held may be carried out of a function, but not out of the program. Of references Linux asks it only in the
// program's own frame, though a tail call or a packet load in a function may end the program, too; and an operation may
// keep the one that r0 holds.
Result<void> Walk::nothing_held(std::string_view who, Leaving how) const {
  auto stays = [&](const Reference& r) {
    if (r.kind != Held::reference) return false;
    if (how == Leaving::throws) return true;
    return cur_->top == 0 && !(q_.type() == facts::ProgType::struct_ops && cur_->reg(0).ref == r.id);
  };
  auto locked = [&](std::string region) { return fail(LeavesLocked{.who = std::string(who), .what = region}); };
  if (cur_->locks > 0) return locked("bpf_spin_lock");
  for (const Reference& r : cur_->held)
    if (stays(r)) return fail(Unreleased{.id = r.id, .insn = r.insn, .who = std::string(who)});
  if (cur_->irq_id != 0) return locked("bpf_local_irq_save");
  if (cur_->rcu_locks > 0) return locked("bpf_rcu_read_lock");
  if (cur_->preempt_locks > 0) return locked("bpf_preempt_disable");
  return {};
}

}  // namespace skep::verify
