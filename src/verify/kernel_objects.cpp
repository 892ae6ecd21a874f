// SPDX-License-Identifier: Apache-2.0
// Pointers typed by BTF: what a load through one gives, and which of them a helper function takes.
//
// How far a pointer is trusted is part of its type. Trusted ones, and those that RCU keeps alive, may be given to
// helpers; what is read from them is trusted only where Linux says so of that member. Untrusted ones
// may be read, since a fault reads as 0, and that is all.
#include <algorithm>

#include "facts/kernel_objects.hpp"
#include "verify/map_use.hpp"
#include "verify/object_errors.hpp"
#include "verify/struct_walk.hpp"
#include "verify/walk.hpp"

namespace skep::verify {
namespace {

using enum RegFlag;

// Where a member lies, by its path from the structure, and whether it is an array; the whole structure by "".
struct Place {
  uint64_t begin, end;
  bool anywhere;
};
std::optional<Place> place_of(const btf::Btf& types, btf::TypeId structure, std::string_view path) {
  Place p{0, types.size_of(structure).value_or(0), true};
  btf::Type t = types.resolve(structure);
  while (!path.empty()) {
    const std::string_view name = path.substr(0, path.find('.'));
    path.remove_prefix(std::min(path.size(), name.size() + 1));
    const auto members = types.members(t);
    const auto m = std::ranges::find_if(members, [&](const btf::Member& one) { return one.name == name; });
    if (m == members.end()) return std::nullopt;
    const btf::Member found = *m;
    t = types.resolve(found.type);
    p.begin += found.bit_offset / 8;
    p.end = p.begin + types.size_of(found.type).value_or(0);
    p.anywhere = t.kind == btf::Kind::array;
  }
  return p;
}

}  // namespace

const btf::Btf* Walk::types_of(Types which) const {
  return which == Types::kernel ? q_.kernel_types.get() : q_.module.btf.get();
}

std::string Walk::struct_name(btf::TypeId id, Types which) const {
  const btf::Btf* types = types_of(which);
  return types == nullptr || id >= types->count() ? "?" : std::string(types->type(id).name);
}

btf::TypeId Walk::kernel_struct(std::string_view name) const {
  return q_.kernel_types == nullptr ? 0 : q_.kernel_types->find(name, btf::Kind::struct_).value_or(0);
}

// May it be read there at all?
Result<void> Walk::object_readable(const Access& a, int64_t off) const {
  const Reg& r = cur_->reg(a.reg);
  const auto which = static_cast<Types>(r.extra);
  const std::string type = struct_name(r.object, which);
  if (!sw_.allow_ptr_leaks) return fail(ObjectPrivilege{.type = type});
  if (which == Types::kernel && !q_.gpl_compatible()) return fail(ObjectGpl{.type = type});
  if (off < 0) return fail(ObjectNegative{.r = to_reg(a.reg), .type = type, .off = off});
  if (!r.var.is_constant() || r.constant() != 0)
    return fail(ObjectSomewhere{.r = to_reg(a.reg), .type = type, .off = off, .var = kernel_tnum(r.var.bits)});
  if (r.flags.has(user)) return fail(ObjectElsewhere{.r = to_reg(a.reg), .type = type, .where = "user", .off = off});
  if (r.flags.has(percpu))
    return fail(ObjectElsewhere{.r = to_reg(a.reg), .type = type, .where = "percpu", .off = off});
  return {};
}

Result<void> Walk::access_btf(const Access& a, int64_t off) {
  const Reg r = reg(a.reg);
  const btf::Btf* types = types_of(r);
  if (types == nullptr || r.object == 0) return fail(NotModelled{.what = "this kernel's types"});
  TRY_VOID(object_readable(a, off));
  const bool own = r.flags.has(alloc);
  if (a.what == Do::write && (!own || r.flags.has(untrusted))) {
    if (q_.type() == facts::ProgType::struct_ops && !own) return write_member(a, off);
    return fail(ObjectReadOnly{.r = to_reg(a.reg)});
  }
  if (own)
    for (const MapField& f : fields_behind(r))
      if (off < f.offset + f.size && off + a.size > f.offset) return fail(FieldOfObject{.what = std::string(f.name())});
  const AtOffset found = TRY(walk_struct(*types, r.object, static_cast<uint64_t>(off), a.size));
  if (a.what == Do::write || a.value < 0) return {};
  const auto into = static_cast<unsigned>(a.value);
  if (found.what == Found::foreign_pointer) {
    Reg now = Reg::pointer(RegKind::mem, rdonly | untrusted);
    set(into, now);
    return {};
  }
  if (found.what != Found::pointer || own) {
    set_unknown(into);
    return {};
  }
  Reg now = Reg::pointer(RegKind::btf, flags_of_member(r, found.member, found.type, found.flags));
  now.object = found.type;
  now.extra = r.extra;
  if (now.maybe_null()) now.id = new_id();
  reg(into) = now;
  return {};
}

// A store of an operation into an object of the kernel.
Result<void> Walk::write_member(const Access& a, int64_t off) const {
  const Reg& r = cur_->reg(a.reg);
  const std::string type = struct_name(r.object, static_cast<Types>(r.extra));
  const std::string_view operations = std::string_view(hook_.name).substr(0, hook_.name.find('.'));
  const auto at = static_cast<uint64_t>(off);
  bool some = false;
  for (const facts::WritableMember& m : facts::writable_members) {
    if (m.operations != operations || m.structure != type) continue;
    some = true;
    const auto place = place_of(*q_.kernel_types, r.object, m.path);
    if (!place || (place->anywhere ? at < place->begin || at >= place->end : at != place->begin)) continue;
    if (at + a.size <= place->end) return {};
    return fail(BeyondWritable{.type = type, .off = at, .size = a.size, .end = place->end});
  }
  if (!some) return fail(ObjectReadOnly{.r = to_reg(a.reg)});
  return fail(NotWritable{.type = type, .off = at});
}

// How the pointer in a member is trusted, by how its structure is.
RegFlags Walk::flags_of_member(const Reg& from, std::string_view member, btf::TypeId, RegFlags tags) const {
  if (from.flags.has(untrusted)) return untrusted;
  const RegFlags without_trust = tags.without(trusted | rcu);  // what a union makes untrusted stays so
  const bool kept_by_rcu = from.flags.has(rcu);
  if (!is_trusted(from) && !kept_by_rcu) return without_trust;
  const std::string type = struct_name(from.object, static_cast<Types>(from.extra));
  const btf::Btf* types = types_of(from);
  const auto trust = types == nullptr ? std::nullopt : facts::member_trust(*types, type, member);
  if (trust == facts::MemberTrust::trusted) return tags | trusted;
  if (trust == facts::MemberTrust::trusted_or_null) return tags | trusted | maybe_null;
  if (!in_rcu_section() || from.maybe_null()) return untrusted;
  if (trust == facts::MemberTrust::rcu) return tags | rcu;
  if (trust == facts::MemberTrust::rcu_or_null) return tags.without(untrusted) | rcu | maybe_null;
  if (tags.has(rcu)) return tags | maybe_null;
  if (tags.any(percpu | user)) return tags;
  return without_trust;
}

// The inside of the kernel's own structure of the map, which programs may read.
Result<void> Walk::access_map_object(const Access& a, int64_t off) {
  const std::string_view name = facts::structure_of(maps_[reg(a.reg).object].row->id);
  const btf::TypeId type = kernel_struct(name);
  if (type == 0) return fail(NotModelled{.what = "this kernel's types"});
  if (!sw_.allow_ptr_leaks) return fail(ObjectPrivilege{.type = std::string(name)});
  if (off < 0) return fail(ObjectNegative{.r = to_reg(a.reg), .type = std::string(name), .off = off});
  if (a.what == Do::write) return fail(MapObjectWrite{.type = std::string(name)});
  const AtOffset found = TRY(walk_struct(*q_.kernel_types, type, static_cast<uint64_t>(off), a.size));
  if (a.value < 0) return {};
  const auto into = static_cast<unsigned>(a.value);
  if (found.what == Found::number) {
    set_unknown(into);
    return {};
  }
  Reg now = found.what == Found::pointer ? Reg::pointer(RegKind::btf, untrusted)
                                         : Reg::pointer(RegKind::mem, rdonly | untrusted);
  now.object = found.type;
  reg(into) = now;
  return {};
}

// ld_imm64 of a kernel variable: per-CPU ones are reached through helpers only, structures are objects, others memory.
Result<void> Walk::take_variable(const isa::Insn& i) {
  const btf::Btf* types = q_.kernel_types.get();
  if (types == nullptr) return fail(NotModelled{.what = "this kernel's types"});
  const btf::TypeId id = *named_by(q_, at_);  // map_use.cpp has asked
  const btf::Type var = types->type(id);
  Reg& dst = reg(i.dst());
  if (var.kind == btf::Kind::func) {
    dst = Reg::pointer(RegKind::mem, rdonly);
    return {};
  }
  const btf::Type t = types->resolve(var.size_or_type);
  const auto section = types->find(".data..percpu", btf::Kind::datasec);
  bool per_cpu = false;
  if (section)
    for (const btf::SectionVar v : types->section_vars(types->type(*section))) per_cpu |= v.type == id;
  const bool record = t.kind == btf::Kind::struct_ || t.kind == btf::Kind::union_;
  if (!per_cpu && !record) {
    dst = Reg::pointer(RegKind::mem, rdonly);
    dst.object = types->size_of(t.id).value_or(0);
    return {};
  }
  dst = Reg::pointer(RegKind::btf, per_cpu ? RegFlags(percpu) : RegFlags{});
  dst.object = t.id;
  return {};
}

// Whether the place it points to is such a structure, or begins with one.
bool Walk::is_struct(const Reg& r, btf::TypeId wanted, Nested may_be_nested) const {
  const btf::Btf* types = types_of(r);
  if (types == nullptr || r.object == 0) return false;
  if (r.off == 0 && r.object == wanted) return true;
  if (may_be_nested == Nested::no || r.off < 0) return false;
  auto at = static_cast<uint64_t>(r.off);
  for (btf::TypeId id = r.object;; at = 0) {
    const auto found = step_into(*types, id, at, 1, {});
    if (!found || found->what != Found::structure) return false;
    if (found->type == wanted) return true;
    id = found->type;
  }
}

Result<void> Walk::argument_struct(unsigned regno, const facts::Arg& arg, const Call& call) const {
  const Reg& r = cur_->reg(regno);
  if (r.maybe_null() && r.flags.has(alloc))
    return fail(LinuxFault{.what = "invalid PTR_TO_BTF_ID register for type match"});
  if (r.flags.has(percpu) && !call.kptr) return {};
  if (r.maybe_null() && (!arg.or_null || arg.release))
    return fail(MaybeNullToHelper{.r = to_reg(regno), .number = regno});
  if (call.kptr) {
    if (suits_kptr(regno, *call.kptr)) return {};
    return fail(KptrStored{.r = to_reg(regno), .type = put_into(*call.kptr, r), .expected = held_by(*call.kptr)});
  }
  if (r.flags.has(alloc)) return {};
  if (q_.kernel_types == nullptr) return fail(NotModelled{.what = "this kernel's types"});
  const std::string expected(arg.btf.empty() ? "sock_common" : arg.btf);
  const bool strict = arg.release && call.helper->name != "sk_release";
  if (is_struct(r, kernel_struct(expected), strict ? Nested::no : Nested::yes)) return {};
  return fail(OtherStruct{
      .r = to_reg(regno), .type = struct_name(r.object, static_cast<Types>(r.extra)), .expected = expected});
}

Result<void> Walk::returns_kernel_object(Call& call, RegFlags flags) {
  const facts::Ret& ret = call.helper->returns;
  Reg& r0 = reg(0);
  r0 = Reg::pointer(RegKind::btf, flags);
  if (ret.kind == facts::RetKind::mem_or_btf_id) {
    const btf::Btf* types = types_of(call.per_cpu);
    if (types == nullptr) return fail(NotModelled{.what = "this kernel's types"});
    const btf::Type t = types->resolve(call.per_cpu.object);
    r0.object = t.id;
    r0.extra = call.per_cpu.extra;
    if (t.kind != btf::Kind::struct_ && t.kind != btf::Kind::union_) {
      r0.kind = RegKind::mem;
      r0.object = types->size_of(t.id).value_or(0);
      r0.extra = 0;
    } else if (call.per_cpu.flags.has(rcu)) {
      r0.flags = alloc | rcu;
    } else {
      r0.flags = flags.without(rdonly);
    }
    return {};
  }
  if (call.kptr) {
    r0.object = call.kptr->type;
    r0.extra = static_cast<int32_t>(call.kptr->of);
    if (call.kptr->of == Types::program) r0.flags = r0.flags | alloc;
    if (call.kptr->kind == FieldKind::kptr_percpu) r0.flags = r0.flags | percpu;
    return {};
  }
  r0.object = kernel_struct(ret.btf);
  if (r0.object == 0) return fail(NotModelled{.what = "this kernel's types"});
  return {};
}

}  // namespace skep::verify
