// SPDX-License-Identifier: Apache-2.0
// Calls of kernel functions: who may call it and where, each argument by its type and its name, then what the call
// leaves behind.
#include <fmt/format.h>

#include <algorithm>

#include "verify/call_errors.hpp"
#include "verify/functions.hpp"
#include "verify/own_object_errors.hpp"
#include "verify/walk.hpp"

namespace skep::verify {
namespace {

using btf::Kind;
using facts::KfuncFlag;
using facts::KfuncRule;

// What may be called while a bpf_spin_lock is held.
constexpr KfuncRule under_lock[] = {
    KfuncRule::list_push,     KfuncRule::list_pop,    KfuncRule::list_peek,        KfuncRule::rbtree_add,
    KfuncRule::rbtree_remove, KfuncRule::rbtree_peek, KfuncRule::rbtree_step,      KfuncRule::refcount_acquire,
    KfuncRule::res_lock,      KfuncRule::res_unlock,  KfuncRule::res_lock_irqsave, KfuncRule::res_unlock_irqrestore,
};
bool allowed_under_lock(const KernelFunction& f) {
  if (std::ranges::find(under_lock, f.rule()) != std::end(under_lock)) return true;
  return f.name.starts_with("bpf_iter_num_");
}

// What programs call the context, where the kernel's own structure will do.
bool is_projection(std::string_view wanted, std::string_view had) {
  return (wanted == "__sk_buff" && had == "sk_buff") || (wanted == "xdp_md" && had == "xdp_buff");
}

bool is_slice(KfuncRule r) { return r == KfuncRule::dynptr_slice || r == KfuncRule::dynptr_slice_rdwr; }
bool borrows(KfuncRule r) {
  return r == KfuncRule::list_peek || r == KfuncRule::rbtree_peek || r == KfuncRule::rbtree_step;
}

}  // namespace

Result<void> Walk::call_kfunc(const isa::Insn&) {
  const KernelFunction* f = kfuncs_.at(at_);
  if (cur_->locks > 0 && (f == nullptr || !allowed_under_lock(*f)))
    return fail(CallUnderLock{.callee = f == nullptr ? "a kernel function" : f->name});
  if (f == nullptr) {
    if (!missing_kfunc_) missing_kfunc_ = at_;
    return {};
  }
  if (f->row == nullptr || !facts::may_call(*f->row, q_.type(), q_.attach_type(), prog_.attach_to))
    return fail(KfuncNotAllowed{.function = f->name});
  KfuncCall call{.function = *f};
  if (f->rule() == KfuncRule::trap) return fail(Trapped{.at = {at_}});
  if (f->is(KfuncFlag::destructive) && !target_.caps().has(facts::Cap::sys_admin))
    return fail(KfuncDestroys{.function = f->name});
  if (f->is(KfuncFlag::sleepable) && !cur_->in_sleepable) return fail(KfuncSleeps{.function = f->name});
  if (f->rule() == KfuncRule::res_lock || f->rule() == KfuncRule::res_lock_irqsave) TRY_VOID(may_fail_to_lock());
  TRY_VOID(kfunc_arguments(call));
  TRY_VOID(kfunc_calls_back(call));
  TRY_VOID(kfunc_regions(*f));
  if (call.release != 0) TRY_VOID(release(reg(call.release).ref));
  if (f->rule() == KfuncRule::list_push || f->rule() == KfuncRule::rbtree_add) TRY_VOID(give_to_graph());
  if (f->rule() == KfuncRule::throw_) return throws();
  clear_caller_saved();
  TRY_VOID(kfunc_returns(call));
  if (f->moves_packet()) forget_packets();
  if (f->is(KfuncFlag::iter_next)) return next_element(call.iterator);
  return {};
}

Result<void> Walk::kfunc_calls_back(const KfuncCall& call) {
  const KfuncRule rule = call.function.rule();
  if (rule == KfuncRule::rbtree_add) return call_less(call);
  if (rule == KfuncRule::wq_set_callback)
    return call_back_later(call.callback, reg(1).object, Asleep::yes, Answers::zero);
  if (rule == KfuncRule::task_work) return call_back_later(call.callback, reg(3).object, Asleep::yes, Answers::any);
  return {};
}

// A resilient lock may be refused: that path goes on behind the call with an error, and nothing was locked.
Result<void> Walk::may_fail_to_lock() {
  constexpr int32_t largest_error = 4095;
  State& s = *TRY(put_aside(at_ + 1, at_, Waits::refused_lock));
  for (unsigned r = 0; r <= 5; ++r) s.reg(r) = Reg{};
  Reg& error = s.reg(0) = Reg::any_number();
  error.precise = numbers_start_precise();
  error.var.s32_min = -largest_error;
  error.var.s32_max = -1;
  error.var.smin = -largest_error;
  error.var.smax = -1;
  error.var.sync();
  return {};
}

// The program's exception callback answers for it; where it has none, what is thrown is the answer.
Result<void> Walk::throws() {
  const bool caught = std::ranges::any_of(flow_.subprogs, &Subprogram::catches);
  if (!caught) TRY_VOID(program_returns(1));
  clear_caller_saved();
  TRY_VOID(nothing_held("bpf_throw", Leaving::throws));
  ended_ = true;
  return {};
}

// Regions that a function begins or ends, and those in which it may not be called.
Result<void> Walk::kfunc_regions(const KernelFunction& f) {
  const KfuncRule rule = f.rule();
  if (rule == KfuncRule::rcu_lock) {
    if (cur_->rcu_locks > 0) return fail(NestedRcu{.function = f.name});
    ++cur_->rcu_locks;
  } else if (rule == KfuncRule::rcu_unlock) {
    if (cur_->rcu_locks == 0) return fail(UnmatchedRcu{.function = f.name});
    --cur_->rcu_locks;
    end_rcu();
  }
  if (rule == KfuncRule::preempt_disable) {
    ++cur_->preempt_locks;
  } else if (rule == KfuncRule::preempt_enable) {
    if (cur_->preempt_locks == 0) return fail(UnmatchedPreempt{.function = f.name});
    --cur_->preempt_locks;
  }
  if (const auto region = sleepless_region(); f.is(KfuncFlag::sleepable) && !region.empty())
    return fail(KfuncSleepsInRegion{.function = f.name, .region = std::string(region)});
  if (f.is(KfuncFlag::rcu_protected) && !in_rcu_section()) return fail(NeedsRcu{.function = f.name});
  return {};
}

// What was protected by the region is not any more; iterators included.
void Walk::end_rcu() {
  auto unprotect = [](Reg& r) {
    if (r.flags.has(RegFlag::rcu))
      r.flags = r.flags.without(RegFlags(RegFlag::rcu) | RegFlag::maybe_null) | RegFlag::untrusted;
  };
  each_reg(*cur_, unprotect);
  for (unsigned f = 0; f <= cur_->top; ++f)
    for (Slot& s : cur_->frames[f]->stack)
      if (s.bytes[slot_bytes - 1] == Byte::iterator) unprotect(s.spilled);
}

Result<void> Walk::kfunc_arguments(KfuncCall& call) {
  const KernelFunction& f = call.function;
  if (f.declared > f.params.size()) return fail(NotModelled{.what = "so many arguments as " + f.name + " takes"});
  for (unsigned i = 0; i < f.count; ++i) {
    const KfuncParam& p = f.params[i];
    if (p.kind == KfuncArg::ignored) continue;
    if (p.kind == KfuncArg::number) {
      TRY_VOID(kfunc_number(i + 1, p, call));
      continue;
    }
    TRY_VOID(kfunc_pointer(i + 1, p, call));
    if (call.size_taken) ++i;
    call.size_taken = false;
  }
  if (f.is(KfuncFlag::release) && call.release == 0) return fail(KfuncReleasesNothing{.function = f.name});
  return {};
}

Result<void> Walk::kfunc_number(unsigned regno, const KfuncParam& p, KfuncCall& call) {
  const Reg& r = reg(regno);
  if (!r.is_scalar()) return fail(KfuncNotNumber{.r = to_reg(regno), .kind = kernel_text(r.type())});
  if (p.number == KfuncNumber::plain) return {};
  if (!r.is_constant()) return fail(KfuncNotConstant{.r = to_reg(regno)});
  if (p.number == KfuncNumber::constant) {
    call.constant = r.constant();
  } else {
    call.result_size = r.constant();
    call.result_writable = p.number == KfuncNumber::size_of_writable_result;
  }
  return precision_.mark(*cur_, regno);
}

Result<void> Walk::kfunc_pointer(unsigned regno, const KfuncParam& p, KfuncCall& call) {
  const KernelFunction& f = call.function;
  const Reg r = reg(regno);
  const bool trusted_only = f.is(KfuncFlag::trusted_args) || f.is(KfuncFlag::release), rcu = f.is(KfuncFlag::rcu);
  if ((trusted_only || rcu) && (r.is_null() || r.maybe_null()) && !p.nullable)
    return fail(KfuncMaybeNull{.arg = regno - 1});
  if (r.ref != 0) {
    call.ref = r.ref;
    if (f.is(KfuncFlag::release)) call.release = regno;
  }
  if (p.kind == KfuncArg::ctx) {
    TRY_VOID(argument_offset(regno, {}));
    if (r.is_plain(RegKind::ctx)) return {};
    return fail(KfuncNotContext{.arg = regno - 1, .kind = kernel_text(r.type())});
  }
  if (p.nullable && r.is_null()) return {};
  const bool object = p.kind == KfuncArg::map || p.kind == KfuncArg::alloc_object ||
                      (p.kind == KfuncArg::pointer && (r.is(RegKind::btf) || !kernel_structure(r.kind).empty()));
  if (p.kind == KfuncArg::pointer && object && q_.kernel_types->type(p.type).kind != Kind::struct_)
    return fail(KfuncPointer{.function = f.name,
                             .arg = regno - 1,
                             .type = q_.kernel_types->spelled(p.type),
                             .kind = kernel_kind(*q_.kernel_types, p.type),
                             .name = kernel_name(*q_.kernel_types, p.type)});
  if (p.kind == KfuncArg::pointer && !object) TRY_VOID(plain_pointer(regno, p));
  if (p.kind == KfuncArg::map) TRY_VOID(map_of_work(regno, call));
  if (object && (trusted_only || rcu) && !is_trusted(r)) {
    if (!rcu) return fail(NotTrusted{.r = to_reg(regno), .kind = kernel_text(r.type())});
    if (!r.flags.has(RegFlag::rcu)) return fail(NotRcu{.r = to_reg(regno), .kind = kernel_text(r.type())});
  }
  facts::Arg offset_rule{.kind = p.kind == KfuncArg::dynptr ? facts::ArgKind::dynptr : facts::ArgKind::none};
  offset_rule.release = f.is(KfuncFlag::release) && r.ref != 0;
  TRY_VOID(argument_offset(regno, offset_rule));
  switch (p.kind) {
    case KfuncArg::pointer: return object ? kfunc_object(regno, p.type, call) : kfunc_memory(regno, p, call);
    case KfuncArg::iterator: return kfunc_iterator(regno, p, call);
    case KfuncArg::callback:
      if (!r.is(RegKind::func)) return fail(KfuncNotFunction{.arg = regno - 1, .kind = kernel_text(r.type())});
      call.callback = r.object;
      return {};
    case KfuncArg::map: return kfunc_object(regno, kernel_struct("bpf_map"), call);
    case KfuncArg::ignored:
    case KfuncArg::number:
    case KfuncArg::ctx: return {};
    case KfuncArg::dynptr: return kfunc_dynptr(regno, p, call);
    case KfuncArg::alloc_object: return allocated_argument(regno, call);
    case KfuncArg::refcounted: return counted_argument(regno, call);
    case KfuncArg::list_head: return root_argument(regno, FieldKind::list_head, call);
    case KfuncArg::list_node: return node_argument(regno, FieldKind::list_node, call);
    case KfuncArg::rb_root: return root_argument(regno, FieldKind::rbtree_root, call);
    case KfuncArg::rb_node: return node_argument(regno, FieldKind::rbtree_node, call);
    case KfuncArg::work_queue: return work_argument(regno, FieldKind::work_queue, call);
    case KfuncArg::task_work: return work_argument(regno, FieldKind::task_work, call);
    case KfuncArg::irq_flag: return irq_flag_argument(regno, call);
    case KfuncArg::res_lock: return res_lock_argument(regno, call);
    case KfuncArg::const_str:
      if (r.is_plain(RegKind::map_value)) return string_argument(regno);
      return fail(NotAString{.arg = regno - 1, .kind = kernel_text(r.type())});
  }
  return {};
}

// The memory behind a register that is no kernel object must be plain data, by its declared type.
Result<void> Walk::plain_pointer(unsigned regno, const KfuncParam& p) const {
  const btf::Btf& types = *q_.kernel_types;
  const bool sized = p.sized != KfuncSized::no && cur_->reg(regno + 1).is_scalar();
  if (is_plain_data(types, p.type) || (sized && p.type == 0)) return {};
  return fail(KfuncNotPlain{.arg = regno - 1,
                            .type = types.spelled(p.type),
                            .kind = kernel_kind(types, p.type),
                            .name = kernel_name(types, p.type),
                            .or_void = sized ? "void, " : ""});
}

Result<void> Walk::kfunc_memory(unsigned regno, const KfuncParam& p, KfuncCall& call) {
  if (p.sized != KfuncSized::no && reg(regno + 1).is_scalar()) {
    call.size_taken = true;
    if (!p.optional || !reg(regno).is_null())
      if (auto there = sized_memory_of_function(regno); !there)
        return std::unexpected(std::move(there).error().and_in_log(
            fmt::format("arg#{} arg#{} memory, len pair leads to invalid memory access", regno - 1, regno)));
    if (p.sized == KfuncSized::by_constant_next) {
      if (!reg(regno + 1).is_constant()) return fail(KfuncNotConstant{.r = to_reg(regno + 1)});
      call.constant = reg(regno + 1).constant();
    }
    return {};
  }
  return memory_of_function(regno, q_.kernel_types->size_of(p.type).value_or(0));
}

Result<void> Walk::kfunc_object(unsigned regno, btf::TypeId want, const KfuncCall& call) {
  const Reg& r = reg(regno);
  const btf::Btf& types = *q_.kernel_types;
  const std::string_view structure = kernel_structure(r.kind);
  const bool usable = r.is(RegKind::btf) && (!has_unsafe_flags(r) || r.flags.has(RegFlag::rcu));
  if (!usable && structure.empty()) return fail(KfuncNotObject{.arg = regno - 1, .kind = kernel_text(r.type())});
  const btf::TypeId have = r.is(RegKind::btf) ? r.object : kernel_struct(structure);
  auto other = [&](std::string has) {
    return fail(KfuncOtherObject{.function = call.function.name,
                                 .arg = regno - 1,
                                 .expected = std::string(types.type(want).name),
                                 .r = to_reg(regno),
                                 .has = std::move(has)});
  };
  if (r.is(RegKind::btf) && r.extra == static_cast<int32_t>(Types::program))
    return other(struct_name(have, Types::program));
  const std::string_view wanted = types.type(want).name, had = types.type(have).name;
  if (is_projection(wanted, had)) return {};
  const bool alias = wanted == std::string(had) + "___init" || had == std::string(wanted) + "___init";
  const bool exact =
      call.function.is(KfuncFlag::acquire) || alias || (call.function.is(KfuncFlag::release) && r.ref != 0);
  if (struct_at(types, have, r.off, want, exact ? Exact::yes : Exact::no)) return {};
  return other(std::string(had));
}

Result<void> Walk::kfunc_iterator(unsigned regno, const KfuncParam& p, KfuncCall& call) {
  if (call.function.rule() == KfuncRule::iter_css_task_new) {
    const bool iterator = q_.attach_type() == facts::AttachType::trace_iter;
    if (q_.type() != facts::ProgType::lsm && !(iterator && q_.type() == facts::ProgType::tracing) &&
        !cur_->in_sleepable)
      return fail(WalksTasks{.function = call.function.name});
  }
  return iterator_argument(regno, p, call);
}

Result<void> Walk::kfunc_returns(KfuncCall& call) {
  const KernelFunction& f = call.function;
  const btf::Btf& types = *q_.kernel_types;
  const btf::Type t = types.type(f.returned);
  if (t.kind == Kind::void_) return {};
  if (t.kind != Kind::ptr) {
    set_unknown(0);
    if (f.rule() == KfuncRule::res_lock || f.rule() == KfuncRule::res_lock_irqsave) set_number(0, 0);
    return {};
  }
  if (!TRY(kfunc_returns_special(call))) TRY_VOID(kfunc_returns_pointer(call, types.resolve(t.size_or_type)));
  Reg& r0 = reg(0);
  const bool counted = f.rule() == KfuncRule::refcount_acquire && call.object_owned;
  const bool maybe_null = f.is(KfuncFlag::ret_null) && !counted;
  if (maybe_null) {
    r0.flags = r0.flags | RegFlag::maybe_null;
    r0.id = new_id();
  }
  if (f.is(KfuncFlag::acquire)) {
    r0.ref = acquire(Held::reference);
    if (maybe_null) r0.id = r0.ref;
  } else if (borrows(f.rule())) {
    borrow(r0);
  }
  if (r0.id == 0 && may_hold_lock(r0)) r0.id = new_id();
  return {};
}

// By its prototype alone.
Result<void> Walk::kfunc_returns_pointer(KfuncCall& call, const btf::Type& to) {
  const KernelFunction& f = call.function;
  const btf::Btf& types = *q_.kernel_types;
  const bool object = to.kind == Kind::struct_ || to.kind == Kind::union_;
  if (f.rule() == KfuncRule::session_cookie) call.result_size = 8, call.result_writable = true;
  Reg& r0 = reg(0);
  if (to.kind == Kind::void_) {
    set_unknown(0);
  } else if (!object) {
    if (call.result_size == 0) call.result_size = types.size_of(to.id).value_or(0);
    r0 = Reg::pointer(RegKind::mem, call.result_writable ? RegFlags{} : RegFlags(RegFlag::rdonly));
    r0.object = static_cast<uint32_t>(call.result_size);
    r0.ref = call.ref;
    if (f.is(KfuncFlag::rcu_protected)) r0.flags = r0.flags | RegFlag::rcu;
  } else {
    r0 = Reg::pointer(RegKind::btf);
    r0.object = to.id;
    if (f.rule() == KfuncRule::get_kmem_cache)
      r0.flags = RegFlag::untrusted;
    else if (f.is(KfuncFlag::rcu_protected))
      r0.flags = RegFlag::rcu;
    if (f.is(KfuncFlag::iter_next)) r0.flags = r0.flags | element_flags(call.iterator);
  }
  return {};
}

// What BTF does not say; false: it says it.
Result<bool> Walk::kfunc_returns_special(const KfuncCall& call) {
  Reg& r0 = reg(0);
  const KfuncRule rule = call.function.rule();
  if (rule == KfuncRule::obj_new || rule == KfuncRule::percpu_obj_new || rule == KfuncRule::refcount_acquire) {
    const btf::TypeId type = rule == KfuncRule::refcount_acquire ? call.object : TRY(type_to_make(call));
    r0 = Reg::pointer(RegKind::btf, RegFlag::alloc);
    if (rule == KfuncRule::percpu_obj_new) r0.flags = r0.flags | RegFlag::percpu;
    r0.object = type;
    r0.extra = static_cast<int32_t>(Types::program);
    return true;
  }
  if (call.root) {
    r0 = node_of(*call.root);
    return true;
  }
  if (is_slice(rule)) {
    if (rule == KfuncRule::dynptr_slice_rdwr && !may_touch_packet(Do::write))
      return fail(SliceOfReadOnly{.function = call.function.name});
    r0 = Reg::pointer(RegKind::mem, RegFlag::slice);
    const auto kind = static_cast<DynptrKind>(call.dynptr.object);
    if (kind == DynptrKind::skb || kind == DynptrKind::xdp || kind == DynptrKind::skb_meta)
      r0.flags = r0.flags | RegFlag::packet_slice;
    if (rule == KfuncRule::dynptr_slice) r0.flags = r0.flags | RegFlag::rdonly;
    r0.object = static_cast<uint32_t>(*call.constant);
    r0.extra = static_cast<int32_t>(call.dynptr.id);
    return true;
  }
  if (rule == KfuncRule::cast_to_kern_ctx) {
    r0 = Reg::pointer(RegKind::btf, RegFlag::trusted);
    r0.object = kernel_context(*q_.kernel_types, q_.type());
    if (q_.kernel_types->type(r0.object).kind != Kind::struct_)
      return fail(KfuncWithoutContext{.function = call.function.name, .id = r0.object});
    return true;
  }
  if (rule == KfuncRule::rdonly_cast) {
    TRY_VOID(cast_result(call));
    return true;
  }
  return false;
}

// A pointer to a type of the kernel that nobody vouches for: a fault while it is read gives 0.
Result<void> Walk::cast_result(const KfuncCall& call) {
  const btf::Btf& types = *q_.kernel_types;
  const std::string& function = call.function.name;
  if (*call.constant >= types.count())
    return fail(NoSuchType{.id = static_cast<int64_t>(*call.constant), .function = function});
  const btf::Type to = types.type(static_cast<btf::TypeId>(*call.constant));
  Reg& r0 = reg(0);
  if (to.kind == Kind::void_) {
    r0 = Reg::pointer(RegKind::mem, RegFlag::rdonly | RegFlag::untrusted);
    return {};
  }
  if (to.kind != Kind::struct_ && to.kind != Kind::union_)
    return fail(CastToNumber{.type = types.spelled(to.id), .function = function});
  r0 = Reg::pointer(RegKind::btf, RegFlag::untrusted);
  r0.object = to.id;
  return {};
}

RegFlag Walk::element_flags(const IterSlots& at) const {
  const Reg& iterator = cur_->frames[at.frame]->stack[at.last].spilled;
  return iterator.flags.has(RegFlag::rcu) ? RegFlag::rcu : RegFlag::trusted;
}

}  // namespace skep::verify
