// SPDX-License-Identifier: Apache-2.0
// What is the kernel's inside of a map's value, as arguments of calls and under loads and stores: locks, timers,
// pointers that values keep.
#include <algorithm>

#include "facts/kernel_objects.hpp"
#include "verify/object_errors.hpp"
#include "verify/own_object_errors.hpp"
#include "verify/walk.hpp"

namespace skep::verify {
namespace {

using enum FieldKind;

bool has_lock(std::span<const MapField> fields) {
  return field_of(fields, spin_lock) != nullptr || field_of(fields, res_spin_lock) != nullptr;
}

}  // namespace

std::span<const MapField> Walk::map_fields(uint32_t map) const { return maps_[map].fields; }
const MapField* Walk::map_field_at(uint32_t map, int64_t off) const { return field_at(maps_[map].fields, off); }

// Of a map's value, or of an object that the program allocated.
std::span<const MapField> Walk::fields_behind(const Reg& r) {
  if (r.is(RegKind::map_value)) return map_fields(r.object);
  if (!r.is(RegKind::btf) || r.extra != static_cast<int32_t>(Types::program)) return {};
  const auto [known, first] = own_fields_.try_emplace(r.object);
  if (first) known->second = object_fields(q_, r.object);
  return known->second;
}
bool Walk::map_holds_lock(uint32_t map) const { return has_lock(maps_[map].fields); }

bool Walk::map_has_work(uint32_t map) const {
  const auto fields = map_fields(map);
  return field_of(fields, work_queue) != nullptr || field_of(fields, task_work) != nullptr;
}

// Two inner maps of one outer map are told apart by the lookup that found them, if it matters whose object it is.
bool Walk::map_has_private_objects(uint32_t map) const {
  return field_of(map_fields(map), timer) != nullptr || map_has_work(map);
}

bool Walk::may_hold_lock(const Reg& r) { return has_lock(fields_behind(r)); }

// The field that an argument must point to, exactly.
Result<void> Walk::field_argument(unsigned regno, FieldKind kind, std::string_view what) {
  const Reg& r = reg(regno);
  const std::string words(what);
  if (!r.var.is_constant()) return fail(FieldMoves{.r = to_reg(regno), .what = words});
  const bool in_map = r.is(RegKind::map_value);
  const MapField* f = field_of(fields_behind(r), kind);
  if (f == nullptr && in_map && !keeps_types(q_, *maps_[r.object].def))
    return fail(FieldWithoutTypes{.map = maps_[r.object].def->name, .what = words});
  const std::string owner = in_map ? "map '" + maps_[r.object].def->name + "'" : "local 'kptr'";
  if (f == nullptr) return fail(NoSuchField{.map = owner, .what = words});
  const int64_t off = static_cast<int64_t>(r.constant()) + r.off;
  if (off != f->offset) return fail(OtherField{.off = off, .what = words, .at = f->offset});
  return {};
}

Result<void> Walk::lock_argument(unsigned regno, Call& call) {
  if (compares_nodes()) return fail(LockInLess{.r = to_reg(regno), .either = "{lock,unlock}"});
  return call.id == facts::helper_id::spin_unlock ? unlock(regno, Held::spin_lock) : lock(regno, Held::spin_lock);
}

Walk::LockAt Walk::lock_at(unsigned regno) const {
  const Reg& r = cur_->reg(regno);
  constexpr uint32_t allocated = 1U << 31;  // no map has this index
  return {.id = r.id, .object = r.is(RegKind::map_value) ? r.object + 1 : allocated};
}

Result<void> Walk::lock(unsigned regno, Held kind) {
  const bool plain = kind == Held::spin_lock;
  const std::string_view what = plain ? "bpf_spin_lock" : "bpf_res_spin_lock";
  TRY_VOID(field_argument(regno, plain ? spin_lock : res_spin_lock, what));
  const LockAt at = lock_at(regno);
  if (!plain)
    for (const Reference& h : cur_->held)
      if (h.is_lock() && h.kind != Held::spin_lock && h.id == at.id && h.object == at.object)
        return fail(SameLock{.what = std::string(what)});
  cur_->held.push_back({.kind = kind, .id = at.id, .insn = at_, .object = at.object});
  ++cur_->locks;
  cur_->active_lock_id = at.id;
  cur_->active_lock_object = at.object;
  return {};
}

Result<void> Walk::unlock(unsigned regno, Held kind) {
  const bool plain = kind == Held::spin_lock;
  const std::string what = plain ? "bpf_spin_lock" : "bpf_res_spin_lock";
  const std::string words = plain ? "bpf_spin" : "bpf_res_spin";
  TRY_VOID(field_argument(regno, plain ? spin_lock : res_spin_lock, what));
  if (cur_->locks == 0) return fail(UnlockUnlocked{.what = words});
  const LockAt at = lock_at(regno);
  auto is_this = [&](const Reference& h) { return h.kind == kind && h.id == at.id && h.object == at.object; };
  const auto held = std::ranges::find_if(cur_->held, is_this);
  if (held == cur_->held.end()) return fail(UnlockOther{.what = words});
  if (at.id != cur_->active_lock_id || at.object != cur_->active_lock_object) return fail(UnlockOrder{.what = words});
  cur_->held.erase(held);
  --cur_->locks;
  cur_->active_lock_id = cur_->active_lock_object = 0;
  for (const Reference& h : cur_->held)
    if (h.is_lock()) {
      cur_->active_lock_id = h.id;
      cur_->active_lock_object = h.object;
    }
  forget_borrowed();
  return {};
}

// Pointers into lists and trees are good as long as the lock is held.
void Walk::forget_borrowed() {
  each_reg(*cur_, [&](Reg& r) {
    if (r.flags.has(RegFlag::non_own_ref)) spoil(r);
  });
}

void Walk::spoil(Reg& r) const {
  r = sw_.allow_ptr_leaks ? Reg::any_number() : Reg{};
  if (r.is_scalar()) r.precise = numbers_start_precise();
}

Result<void> Walk::timer_argument(unsigned regno, Call& call) {
  TRY_VOID(field_argument(regno, timer, "bpf_timer"));
  call.map = reg(regno).object;
  call.map_uid = reg(regno).extra;
  return {};
}

// Work that a value holds, to be done later.
Result<void> Walk::work_argument(unsigned regno, FieldKind kind, KfuncCall& call) {
  const Reg& r = reg(regno);
  if (!r.is_plain(RegKind::map_value)) return fail(NoMapValue{.arg = regno - 1, .kind = kernel_text(r.type())});
  TRY_VOID(field_argument(regno, kind, kernel_name(kind)));
  call.work = regno;
  return {};
}

// The map that a value's work is of, among the arguments: the value's own. Linux 6.18.44 crashes where it is given a
// map without any fields.
Result<void> Walk::map_of_work(unsigned regno, const KfuncCall& call) const {
  const Reg& r = cur_->reg(regno);
  if (!r.is_map_address()) return fail(NotTheMap{.r = to_reg(regno), .kind = kernel_text(r.type())});
  if (call.work == 0) return {};
  const Reg& value = cur_->reg(call.work);
  if (value.object == r.object && value.extra == r.extra) return {};
  const bool queue = call.function.params[call.work - 1].kind == KfuncArg::work_queue;
  return fail(WorkOfOtherMap{.r = to_reg(regno),
                             .map = static_cast<uint64_t>(r.extra),
                             .work = to_reg(call.work),
                             .map_of_work = static_cast<uint64_t>(value.extra),
                             .what = queue ? "workqueue" : "bpf_task_work"});
}

Result<void> Walk::res_lock_argument(unsigned regno, const KfuncCall& call) {
  using facts::KfuncRule;
  const Reg& r = reg(regno);
  if (!r.is_plain(RegKind::map_value) && r.type() != RegType{RegKind::btf, RegFlag::alloc})
    return fail(LockNowhere{.arg = regno - 1, .kind = kernel_text(r.type())});
  const KfuncRule rule = call.function.rule();
  const bool irq = rule == KfuncRule::res_lock_irqsave || rule == KfuncRule::res_unlock_irqrestore;
  const Held kind = irq ? Held::res_lock_irq : Held::res_lock;
  const bool locks = rule == KfuncRule::res_lock || rule == KfuncRule::res_lock_irqsave;
  return locks ? lock(regno, kind) : unlock(regno, kind);
}

Result<void> Walk::kptr_argument(unsigned regno, Call& call) {
  const Reg& r = reg(regno);
  const bool in_map = r.is(RegKind::map_value);
  if (!r.var.is_constant()) return fail(FieldMoves{.r = to_reg(regno), .what = "kptr"});
  const std::span<const MapField> fields = fields_behind(r);
  if (fields.empty() && in_map && !keeps_types(q_, *maps_[r.object].def))
    return fail(FieldWithoutTypes{.map = maps_[r.object].def->name, .what = "bpf_kptr_xchg"});
  const int64_t off = static_cast<int64_t>(r.constant()) + r.off;
  auto exchanges = [](const MapField& f) { return f.is_kptr() && f.kind != uptr; };
  if (!std::ranges::any_of(fields, exchanges)) return fail(NoSuchField{.map = "R1", .what = "kptr"});
  const MapField* f = field_at(fields, off);
  if (f == nullptr || !exchanges(*f) || f->offset != off) return fail(NotKptr{.off = off});
  if (f->kind != kptr && f->kind != kptr_percpu) return fail(PlainKptr{.off = off});
  call.kptr = *f;
  return {};
}

// What the place for a kernel pointer holds, in Linux's words.
std::string Walk::held_by(const MapField& f) const {
  const std::string pointer = "ptr_" + struct_name(f.type, f.of);
  return f.kind == kptr_untrusted ? pointer + " or untrusted_" + pointer : pointer;
}

// A load of a pointer that a value keeps, or a store to it.
Result<void> Walk::access_kptr(const Access& a, const MapField& f) {
  const isa::Insn& i = prog_.insns[at_];
  const bool plain = (i.code & 0xe0) == 0x60;
  if (!plain) return fail(KptrMode{.off = f.offset});
  const bool owned = f.kind == kptr || f.kind == kptr_percpu;
  if (a.what == Do::write && owned) return fail(KptrStore{.what = "referenced kptr"});
  if (a.what == Do::write && f.kind == uptr) return fail(KptrStore{.what = "uptr"});
  if (a.what == Do::write && a.value < 0) {
    if (i.imm != 0) return fail(KptrConstant{.off = f.offset});
    return {};
  }
  if (a.what == Do::write) {
    const auto value = static_cast<unsigned>(a.value);
    if (reg(value).is_null() || suits_kptr(value, f)) return {};
    return fail(KptrStored{.r = to_reg(value), .type = put_into(f, reg(value)), .expected = held_by(f)});
  }
  if (a.value < 0) return {};
  Reg now = Reg::pointer(RegKind::btf, kptr_flags(f));
  now.object = f.type;
  now.extra = static_cast<int32_t>(f.of);
  if (f.kind == uptr) {
    now.kind = RegKind::mem;
    now.flags = RegFlag::maybe_null;
    now.object = types_of(f.of)->size_of(f.type).value_or(0);
    now.extra = 0;
  }
  now.id = new_id();
  reg(static_cast<unsigned>(a.value)) = now;
  return {};
}

// What is known of a pointer that was read from a value: only what RCU frees late may be used in an RCU section.
RegFlags Walk::kptr_flags(const MapField& f) const {
  const bool safe =
      f.kind == kptr_percpu ||
      (f.kind == kptr && (f.of == Types::program || std::ranges::find(facts::freed_late, struct_name(f.type, f.of)) !=
                                                        std::end(facts::freed_late)));
  RegFlags flags = RegFlag::maybe_null;
  if (!safe || !in_rcu_section()) return flags | RegFlag::untrusted;
  flags = flags | RegFlag::rcu;
  if (f.kind == kptr_percpu) return flags | RegFlag::percpu;
  return f.of == Types::program ? flags | RegFlag::alloc : flags;
}

// Whether objects that RCU frees are safe here.
bool Walk::in_rcu_section() const { return cur_->rcu_locks > 0 || cur_->locks > 0 || !cur_->in_sleepable; }

// What somebody wants to put there, in Linux's words, which name the structure only of a pointer of the right kind.
std::string Walk::put_into(const MapField& f, const Reg& r) const {
  return kernel_text(r.type()) + (is_kind_of_kptr(r, f) ? struct_name(r.object, static_cast<Types>(r.extra)) : "");
}

bool Walk::is_kind_of_kptr(const Reg& r, const MapField& f) const {
  if (!r.is(RegKind::btf)) return false;
  RegFlags allowed = RegFlag::maybe_null;
  if (r.extra == static_cast<int32_t>(Types::kernel)) {
    allowed = allowed | RegFlag::trusted | RegFlag::rcu;
    if (f.kind == kptr_untrusted) allowed = allowed | RegFlag::untrusted;
  } else {
    allowed = allowed | RegFlag::alloc;
    if (f.kind == kptr_percpu) allowed = allowed | RegFlag::percpu;
  }
  return r.flags.without(allowed) == RegFlags{};
}

// Whether this register may be put into that field.
bool Walk::suits_kptr(unsigned regno, const MapField& f) const {
  const Reg& r = cur_->reg(regno);
  if (!is_kind_of_kptr(r, f) || !unmoved(r, regno, true)) return false;
  if (r.extra != static_cast<int32_t>(f.of)) return false;
  return is_struct(r, f.type, f.kind == kptr_untrusted ? Nested::yes : Nested::no);
}

// Fields that are not the program's own bytes (locks, timers, pointers the kernel keeps) have accesses of their own.
Result<void> Walk::beside_fields(const Reg& r, int64_t off, uint64_t size, Direct direct) const {
  const int64_t low = r.var.smin + off, high = static_cast<int64_t>(r.var.umax) + off + static_cast<int64_t>(size);
  for (const MapField& f : map_fields(r.object)) {
    if (low >= f.offset + f.size || high <= f.offset) continue;
    const std::string what(f.name());
    if (!f.is_kptr()) return fail(FieldDirectly{.what = what});
    if (direct == Direct::no) return fail(FieldIndirectly{.what = what});
    if (!r.var.is_constant()) return fail(FieldSomewhere{.what = what});
    if (low != f.offset) return fail(FieldMisaligned{.what = what, .at = f.offset, .off = low});
    if (size != 8) return fail(FieldPart{.what = what});
  }
  return {};
}

}  // namespace skep::verify
