// SPDX-License-Identifier: Apache-2.0
#include "verify/fields.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace skep::verify {
namespace {

constexpr std::size_t most_fields = 11;

struct KindRow {
  FieldKind id;
  std::string_view name;
  uint32_t bytes;
  facts::ValueField held;
};
constexpr KindRow kinds[] = {
#define X(name, text, bytes, held) {FieldKind::name, text, bytes, facts::ValueField::held},
    SKEP_FIELD_KINDS(X)
#undef X
};

// The walk over a value's type. Fields of structures inside of it count, and of arrays of them.
class Finder {
 public:
  Finder(const Question& q, const btf::Btf& types) : q_(q), types_(types) {}

  std::vector<MapField> found;
  bool mistaken = false;  // a pointer is tagged in a way that Linux does not know

  void look_into(btf::TypeId id, uint32_t offset, int depth) {
    const btf::Type t = types_.resolve(id);
    if (depth == 0 || found.size() >= most_fields) return;
    if (t.kind == btf::Kind::datasec) {
      for (const btf::SectionVar v : types_.section_vars(t))
        look_at(types_.type(v.type).size_or_type, offset + v.offset, depth - 1, {.id = v.type});
      return;
    }
    if (t.kind != btf::Kind::struct_) return;
    for (uint32_t i = 0; i < t.vlen; ++i) {
      const btf::Member m = types_.member(t, i);
      if (m.bit_offset % 8 == 0)
        look_at(m.type, offset + m.bit_offset / 8, depth - 1, {.id = t.id, .member = static_cast<int32_t>(i)});
    }
  }

 private:
  // Whose declaration tags say what a field holds: a member of a structure, or a variable.
  struct Declared {
    btf::TypeId id;
    int32_t member = -1;
  };

  void look_at(btf::TypeId id, uint32_t offset, int depth, Declared as) {
    const btf::Type t = types_.resolve(id);
    if (t.kind == btf::Kind::array) {
      const btf::Array a = types_.array_of(t);
      const auto size = types_.size_of(a.element);
      if (!size) return;
      for (uint32_t i = 0; i < a.count && found.size() < most_fields; ++i) {
        const auto before = found.size();
        look_at(a.element, offset + i * *size, depth, as);
        if (found.size() == before) return;  // nothing in the first, nothing in any
      }
      return;
    }
    if (t.kind == btf::Kind::ptr) return pointer(t, offset);
    if (t.kind != btf::Kind::struct_) return;
    for (const KindRow& k : kinds) {
      const bool of_pointer = k.id >= FieldKind::kptr_untrusted && k.id <= FieldKind::uptr;
      if (of_pointer || t.name != k.name || t.size_or_type != k.bytes) continue;
      MapField f{.kind = k.id, .offset = offset, .size = k.bytes};
      if (k.id == FieldKind::list_head || k.id == FieldKind::rbtree_root) contents(f, as);
      found.push_back(f);
      return;
    }
    look_into(id, offset, depth);
  }

  // struct T __kptr *p: the tag stands between the pointer and what it points to.
  void pointer(const btf::Type& t, uint32_t offset) {
    const btf::Type tag = types_.type(t.size_or_type);
    if (tag.kind != btf::Kind::type_tag || tag.kind_flag) return;
    using Tag = std::pair<std::string_view, FieldKind>;
    static constexpr Tag tags[] = {{"kptr_untrusted", FieldKind::kptr_untrusted},
                                   {"kptr", FieldKind::kptr},
                                   {"percpu_kptr", FieldKind::kptr_percpu},
                                   {"uptr", FieldKind::uptr}};
    const auto* known = std::ranges::find(tags, tag.name, &Tag::first);
    const bool two_tags = types_.type(tag.size_or_type).kind == btf::Kind::type_tag;
    const btf::Type to = types_.resolve(tag.size_or_type);
    if (known == std::end(tags) || two_tags || to.kind != btf::Kind::struct_) {
      mistaken = true;
      return;
    }
    MapField f{.kind = known->second, .offset = offset, .size = 8};
    f.type = to.id;
    f.of = Types::program;
    if (f.kind != FieldKind::uptr && q_.kernel_types != nullptr)
      if (const auto own = q_.kernel_types->find(to.name, to.kind)) {
        f.type = *own;
        f.of = Types::kernel;
      }
    found.push_back(f);
  }

  // "contains:TYPE:MEMBER"
  void contents(MapField& f, Declared as) {
    for (btf::TypeId id = types_.first_id(); id < types_.count(); ++id) {
      const btf::Type tag = types_.type(id);
      if (tag.kind != btf::Kind::decl_tag || tag.size_or_type != as.id || types_.tagged_component(tag) != as.member ||
          !tag.name.starts_with("contains:"))
        continue;
      const std::string_view rest = tag.name.substr(9);
      const auto colon = rest.find(':');
      if (colon == rest.npos) return;
      const auto held = types_.find(rest.substr(0, colon), btf::Kind::struct_);
      if (!held) return;
      f.contains = *held;
      for (const btf::Member m : types_.members(types_.type(*held)))
        if (m.name == rest.substr(colon + 1)) f.node_offset = m.bit_offset / 8;
      return;
    }
  }

  const Question& q_;
  const btf::Btf& types_;
};

// Where a tag is mistaken Linux finds no field at all.
std::vector<MapField> fields_of(const Question& q, btf::TypeId type) {
  if (q.module.btf == nullptr || type == 0 || type >= q.module.btf->count()) return {};
  constexpr int deepest = 32;
  Finder finder(q, *q.module.btf);
  finder.look_into(type, 0, deepest);
  if (finder.mistaken) return {};
  std::ranges::sort(finder.found, {}, &MapField::offset);
  return std::move(finder.found);
}

std::vector<MapField> fields_of_value(const Question& q, const module::MapDef& map) {
  auto fields = fields_of(q, map.value_type);
  // Nodes are part of objects, never of values.
  std::erase_if(fields,
                [](const MapField& f) { return f.kind == FieldKind::list_node || f.kind == FieldKind::rbtree_node; });
  return fields;
}

bool may_hold(const module::MapDef& map, std::span<const MapField> fields) {
  constexpr uint32_t one_sided = facts::map_flag::rdonly_prog | facts::map_flag::wronly_prog;
  if (!fields.empty() && (map.flags & one_sided) != 0) return false;
  return std::ranges::all_of(fields, [&](const MapField& f) {
    return facts::row(kinds[static_cast<std::size_t>(f.kind)].held).maps.has(map.type);
  });
}

}  // namespace

std::string_view kernel_name(FieldKind k) { return kinds[static_cast<std::size_t>(k)].name; }

bool keeps_types(const Question& q, const module::MapDef& map) {
  return q.module.btf != nullptr && map.value_type != 0 && may_hold(map, fields_of_value(q, map));
}

std::vector<MapField> value_fields(const Question& q, const module::MapDef& map) {
  auto fields = fields_of_value(q, map);
  return may_hold(map, fields) ? fields : std::vector<MapField>{};
}

std::vector<MapField> object_fields(const Question& q, btf::TypeId structure) { return fields_of(q, structure); }

const MapField* field_at(std::span<const MapField> fields, int64_t offset) {
  for (const MapField& f : fields)
    if (offset >= f.offset && offset < int64_t{f.offset} + f.size) return &f;
  return nullptr;
}

const MapField* field_of(std::span<const MapField> fields, FieldKind kind) {
  for (const MapField& f : fields)
    if (f.kind == kind) return &f;
  return nullptr;
}

}  // namespace skep::verify
