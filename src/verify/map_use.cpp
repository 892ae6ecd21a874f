// SPDX-License-Identifier: Apache-2.0
#include "verify/map_use.hpp"

#include <algorithm>

#include "verify/fields.hpp"
#include "verify/object_errors.hpp"
#include "verify/walk_errors.hpp"

namespace skep::verify {
namespace {

constexpr uint64_t page = 4096;

bool is_cgroup_storage(facts::MapType t) {
  return t == facts::MapType::cgroup_storage || t == facts::MapType::percpu_cgroup_storage;
}

}  // namespace

Result<void> MapUse::constant(uint32_t insn) {
  const isa::Insn& i = q_.prog.insns[insn];
  if (i.src() == 3) return variable(insn);
  const auto index = static_cast<uint32_t>(i.imm);
  if (index >= q_.module.maps.size()) return {};
  if (!named_[index]) {
    TRY_VOID(may_name(index));
    named_[index] = true;
  }
  const bool whole_map = i.src() == 1 || i.src() == 5;
  if (whole_map) return {};
  return address(q_.module.maps[index], static_cast<uint32_t>(q_.prog.insns[insn + 1].imm));
}

std::optional<btf::TypeId> named_by(const Question& q, uint32_t insn) {
  const btf::Btf& types = *q.kernel_types;
  auto id = std::optional(static_cast<btf::TypeId>(q.prog.insns[insn].imm));
  const auto named = std::ranges::find(q.prog.externs, insn, &module::Extern::insn);
  if (named != q.prog.externs.end()) {
    id = types.find(named->name, btf::Kind::var);
    if (!id) id = types.find(named->name, btf::Kind::func);  // its address tells whether it is there
  }
  return id && *id < types.count() ? id : std::nullopt;
}

Result<void> MapUse::variable(uint32_t insn) const {
  if (q_.kernel_types == nullptr) return {};  // the walk says so, where it gets there
  if (q_.prog.insns[insn + 1].imm != 0) return fail(NotModelled{.what = "variables of kernel modules"});
  const auto id = named_by(q_, insn);
  if (!id) return fail(NoSuchVariable{.id = q_.prog.insns[insn].imm});
  const btf::Kind kind = q_.kernel_types->type(*id).kind;
  if (kind != btf::Kind::var && kind != btf::Kind::func) return fail(NotVariable{.id = *id});
  return {};
}

Result<void> MapUse::may_name(uint32_t index) {
  const module::MapDef& map = q_.module.maps[index];
  const facts::MapTypeRow& row = facts::row(map.type);
  TRY_VOID(fields_suit(map));
  if (!row.rare.nameable) return fail(MapNotNameable{.type = std::string(row.name)});
  if ((q_.prog.flags & facts::prog_flag::sleepable) != 0 && !row.rare.sleepable)
    return fail(MapNotSleepable{.type = std::string(row.name)});
  for (uint32_t other = 0; other < named_.size(); ++other) {
    if (!named_[other] || q_.module.maps[other].type != map.type || !row.rare.once) continue;
    if (is_cgroup_storage(map.type)) return fail(SecondStorage{.type = std::string(row.name)});
    return fail(SecondArena{.type = std::string(row.name)});
  }
  return map.type == facts::MapType::arena ? arena(map) : Result<void>{};
}

// What values hold besides bytes must suit the program's type.
Result<void> MapUse::fields_suit(const module::MapDef& map) const {
  const std::vector<MapField> fields = value_fields(q_, map);
  auto any = [&](auto... kinds) {
    return std::ranges::any_of(fields, [&](const MapField& f) { return ((f.kind == kinds) || ...); });
  };
  using enum FieldKind;
  struct Rule {
    bool present;
    facts::ValueField field;
    std::string_view what;
  };
  const Rule rules[] = {
      {any(list_head, rbtree_root), facts::ValueField::list_head, "bpf_{list_head,rb_root}"},
      {any(spin_lock, res_spin_lock), facts::ValueField::spin_lock, "bpf_spin_lock"},
      {any(timer), facts::ValueField::timer, "bpf_timer"},
      {any(work_queue), facts::ValueField::wq, "bpf_wq"},
  };
  for (const Rule& r : rules) {
    if (!r.present || !facts::row(r.field).not_in.has(q_.type())) continue;
    const bool filter = q_.type() == facts::ProgType::socket_filter;
    // A list needs a lock, and it is the lock that Linux names to socket filters.
    if (filter && r.field == facts::ValueField::list_head) continue;
    return fail(FieldNotForType{.who = filter ? "socket filter" : "tracing", .what = std::string(r.what)});
  }
  return {};
}

Result<void> MapUse::arena(const module::MapDef& map) const {
  const auto sw = q_.target.privileges();
  if (!sw.allow_ptr_leaks || !sw.bpf_capable) return fail(ArenaPrivilege{.type = "arena"});
  if (q_.target.jit() == facts::Jit::off) return fail(ArenaNeedsJit{.type = "arena"});
  if (map.extra == 0) return fail(ArenaUnplaced{.type = "arena"});
  return {};
}

// ld_imm64 names an address inside: only few kinds of map have any.
Result<void> MapUse::address(const module::MapDef& map, uint32_t off) const {
  const facts::MapTypeRow& row = facts::row(map.type);
  if (off >= q_.target.limits().variable_offset) return fail(AddressTooFar{.off = off});
  if (row.rare.direct == facts::DirectAddress::none) return fail(NoAddresses{.type = std::string(row.name)});
  if (row.rare.direct == facts::DirectAddress::arena) {
    const uint64_t size = uint64_t{map.max_entries} * page;
    if (off <= size) return {};
    return fail(AddressBeyondArena{.size = size, .off = off});
  }
  if (map.max_entries != 1) return fail(AddressOfMany{.size = map.value_size, .off = off, .count = map.max_entries});
  if (off >= map.value_size) return fail(AddressOutside{.size = map.value_size, .off = off});
  return {};
}

}  // namespace skep::verify
