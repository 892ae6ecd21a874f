// SPDX-License-Identifier: Apache-2.0
#include "object/struct_ops.hpp"

#include <algorithm>

#include "object/errors.hpp"

namespace skep::object {
namespace {

struct Where {
  std::string_view section;
  uint32_t flags;
};
constexpr Where sections[] = {{".struct_ops", 0}, {".struct_ops.link", facts::map_flag::link}};

Result<uint32_t> value_size(const btf::Btf& own, const btf::Type& type, const btf::Btf* target) {
  if (target == nullptr) return own.size_of(type.id).value_or(0);
  auto around = target->find("bpf_struct_ops_" + std::string(type.name), btf::Kind::struct_);
  if (!around) return fail(NotStructOps{.type = own.spelled(type.id)});
  return target->size_of(*around).value_or(0);
}

}  // namespace

bool has_struct_ops(const Types& types) {
  return std::ranges::any_of(sections, [&](const Where& w) { return types.section_type(w.section) != 0; });
}

Result<std::vector<module::MapDef>> struct_ops_of(const Types& types, const btf::Btf* target) {
  std::vector<module::MapDef> out;
  for (const Where& where : sections) {
    btf::TypeId datasec = types.section_type(where.section);
    if (datasec == 0) continue;
    const btf::Btf& own = *types.btf();
    for (btf::SectionVar v : own.section_vars(own.type(datasec))) {
      btf::Type var = own.type(v.type);
      if (var.kind != btf::Kind::var) continue;
      btf::Type type = own.resolve(var.size_or_type);
      module::MapDef d;
      d.name = var.name;
      d.type = facts::MapType::struct_ops;
      d.key_size = 4, d.max_entries = 1, d.flags = where.flags;
      d.value_type = type.id;
      d.value_size = TRY_WITHIN(value_size(own, type, target), "map '" + d.name + "'");
      out.push_back(std::move(d));
    }
  }
  return out;
}

}  // namespace skep::object
