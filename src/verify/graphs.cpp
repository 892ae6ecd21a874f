// SPDX-License-Identifier: Apache-2.0
// Objects that programs allocate, and the lists and trees they are put into.
//
// Who owns an object is part of what a register is. bpf_obj_new() and taking a node out give a pointer that owns
// (`ref`): it has to be dropped, put into a list or a tree, or exchanged into a field. Putting it in makes all copies
// of the pointer borrowed (non_own_ref): good for loads and stores until the lock is given up, when nobody knows
// whether the object still lives, and they become numbers (forget_borrowed). Looking at a node gives a borrowed
// pointer, too. A borrowed pointer to an object whose references are counted is protected by RCU besides.
//
//     bpf_spin_lock(&lock);
//     bpf_rbtree_add(&root, &p->node, less);     p owned, and is borrowed now
//     p->key                                     fine
//     bpf_spin_unlock(&lock);                    p is a number
#include <algorithm>

#include "btf/bits.hpp"
#include "verify/object_errors.hpp"
#include "verify/own_object_errors.hpp"
#include "verify/walk.hpp"

namespace skep::verify {
namespace {

using facts::KfuncRule;
using enum FieldKind;

constexpr RegType owned = {RegKind::btf, RegFlag::alloc};
constexpr uint64_t most_per_cpu_bytes = 512;

int64_t offset_of(const Reg& r) { return static_cast<int64_t>(r.constant()) + r.off; }

const MapField* field_exactly_at(std::span<const MapField> fields, FieldKind kind, int64_t off) {
  const MapField* f = field_at(fields, off);
  return f != nullptr && f->kind == kind && f->offset == off ? f : nullptr;
}

// Numbers, and arrays and structures of nothing else.
bool is_of_numbers(const btf::Btf& types, btf::TypeId id, unsigned depth) {
  const btf::Type t = types.resolve(id);
  using btf::Kind;
  if (btf::is_number(t)) return true;
  if (t.kind == Kind::array && depth > 0) return is_of_numbers(types, types.array_of(t).element, 0);
  if (t.kind != Kind::struct_ || depth == 0) return false;
  return std::ranges::all_of(types.members(t),
                             [&](const btf::Member& m) { return is_of_numbers(types, m.type, depth - 1); });
}

}  // namespace

// The type of an object to be made, by its number.
Result<btf::TypeId> Walk::type_to_make(const KfuncCall& call) const {
  constexpr unsigned deepest = 4;
  const std::string& function = call.function.name;
  if (*call.constant > UINT32_MAX) return fail(TypeNumber{.function = function});
  // Linux looks at a program's types only where functions or lines have any.
  const btf::Btf* types = prog_.subprogs.empty() && prog_.lines.empty() ? nullptr : q_.module.btf.get();
  if (types == nullptr) return fail(NoProgramTypes{.function = function});
  const auto id = static_cast<btf::TypeId>(*call.constant);
  if (id >= types->count() || types->type(id).kind != btf::Kind::struct_)
    return fail(NoStructToMake{.function = function});
  if (call.function.rule() != KfuncRule::percpu_obj_new) return id;
  const btf::Type t = types->type(id);
  if (t.size_or_type > most_per_cpu_bytes)
    return fail(PerCpuTooLarge{.size = t.size_or_type, .most = most_per_cpu_bytes});
  if (!is_of_numbers(*types, id, deepest)) return fail(PerCpuPointers{.type = std::string(t.name)});
  if (!object_fields(q_, id).empty()) return fail(PerCpuFields{.type = std::string(t.name)});
  return id;
}

// An object to be given back.
Result<void> Walk::allocated_argument(unsigned regno, KfuncCall& call) {
  const Reg& r = reg(regno);
  const unsigned arg = regno - 1;
  const bool per_cpu = r.type() == RegType{RegKind::btf, RegFlag::alloc | RegFlag::percpu};
  if (r.type() != owned && !per_cpu) return fail(NotAllocated{.arg = arg, .kind = kernel_text(r.type())});
  const KfuncRule right = per_cpu ? KfuncRule::percpu_obj_drop : KfuncRule::obj_drop;
  if (call.function.rule() != right)
    return fail(OtherDrop{.arg = arg, .right = per_cpu ? "bpf_percpu_obj_drop_impl" : "bpf_obj_drop_impl"});
  if (r.ref == 0) return fail(InternalFault{.what = "an object of nobody", .at = {at_}});
  return {};
}

Result<void> Walk::counted_argument(unsigned regno, KfuncCall& call) {
  const Reg& r = reg(regno);
  const unsigned arg = regno - 1;
  if (!r.is(RegKind::btf) || !r.flags.has(RegFlag::alloc))
    return fail(NeitherOwnedNorBorrowed{.arg = arg, .kind = kernel_text(r.type())});
  const auto fields = fields_behind(r);
  if (fields.empty()) return fail(CountsUnknown{.arg = arg});
  if (field_of(fields, refcount) == nullptr) return fail(NotCounted{.arg = arg, .kind = kernel_text(r.type())});
  call.object = r.object;
  call.object_owned = !r.flags.has(RegFlag::non_own_ref);
  return {};
}

// The head of a list or the root of a tree: somewhere with the lock beside it, which is held.
Result<void> Walk::root_argument(unsigned regno, FieldKind kind, KfuncCall& call) {
  const Reg& r = reg(regno);
  const std::string what(kernel_name(kind));
  if (!r.is_plain(RegKind::map_value) && r.type() != owned)
    return fail(RootNowhere{.arg = regno - 1, .kind = kernel_text(r.type())});
  if (!r.var.is_constant()) return fail(FieldMoves{.r = to_reg(regno), .what = what});
  const auto fields = fields_behind(r);
  const MapField* f = field_exactly_at(fields, kind, offset_of(r));
  if (f == nullptr) return fail(NoFieldThere{.what = what, .off = offset_of(r)});
  const LockAt at = lock_at(regno);
  const bool locked = std::ranges::any_of(
      cur_->held, [&](const Reference& h) { return h.is_lock() && h.id == at.id && h.object == at.object; });
  if (!locked) {
    const MapField* lock =
        field_of(fields, spin_lock) != nullptr ? field_of(fields, spin_lock) : field_of(fields, res_spin_lock);
    return fail(RootUnlocked{.what = what, .lock = lock == nullptr ? 0 : lock->offset});
  }
  call.root = *f;
  return {};
}

// A node of an object: one that the program owns where it is put in, a borrowed one will do where it is looked at.
Result<void> Walk::node_argument(unsigned regno, FieldKind kind, const KfuncCall& call) {
  const Reg& r = reg(regno);
  const std::string what(kernel_name(kind));
  const KfuncRule rule = call.function.rule();
  if (rule == KfuncRule::list_push || rule == KfuncRule::rbtree_add) {
    if (r.type() != owned) return fail(NotAllocated{.arg = regno - 1, .kind = kernel_text(r.type())});
  } else {
    if (!r.flags.has(RegFlag::non_own_ref) && r.ref == 0)
      return fail(NoNodeToRemove{.function = call.function.name, .kind = kernel_text(r.type())});
    if (compares_nodes()) return fail(NotInLess{.function = call.function.name});
  }
  if (!r.var.is_constant()) return fail(FieldMoves{.r = to_reg(regno), .what = what});
  const int64_t off = offset_of(r);
  if (field_exactly_at(fields_behind(r), kind, off) == nullptr) return fail(NoFieldThere{.what = what, .off = off});
  const MapField& root = *call.root;
  if (r.object != root.contains)
    return fail(NodeOfOther{.root = std::string(root.name()),
                            .node = what,
                            .at = root.node_offset,
                            .type = struct_name(root.contains, Types::program),
                            .off = off,
                            .has = struct_name(r.object, Types::program)});
  if (off != root.node_offset)
    return fail(OtherNode{
        .off = off, .node = what, .at = root.node_offset, .type = struct_name(root.contains, Types::program)});
  return {};
}

// A pointer to the node of what a list or a tree holds.
Reg Walk::node_of(const MapField& root) {
  Reg r = Reg::pointer(RegKind::btf, RegFlag::alloc);
  r.object = root.contains;
  r.extra = static_cast<int32_t>(Types::program);
  r.off = static_cast<int32_t>(root.node_offset);
  return r;
}

void Walk::borrow(Reg& r) {
  r.ref = 0;
  r.flags = r.flags | RegFlag::non_own_ref;
  if (field_of(fields_behind(r), refcount) != nullptr) r.flags = r.flags | RegFlag::rcu;
}

// The node in r2 belongs to the list or the tree from now on.
Result<void> Walk::give_to_graph() {
  const uint32_t ref = reg(2).ref;
  each_reg(*cur_, [&](Reg& r) {
    if (r.ref == ref) borrow(r);
  });
  return release(ref);
}

// Whether this is a tree's function that compares nodes.
bool Walk::compares_nodes() const {
  const Frame& f = cur_->frame();
  if (f.kind != FrameKind::callback) return false;
  const KernelFunction* caller = kfuncs_.at(f.callsite);
  return caller != nullptr && caller->rule() == KfuncRule::rbtree_add;
}

// less(a, b): two nodes of the tree.
Result<void> Walk::call_less(const KfuncCall& call) {
  State& s = *TRY(call_back_now(call.callback));
  for (const unsigned r : {1U, 2U}) {
    s.frame().regs[r] = node_of(*call.root);
    borrow(s.frame().regs[r]);
  }
  return {};
}

}  // namespace skep::verify
