// SPDX-License-Identifier: Apache-2.0
#include "btf/types.hpp"

#include <algorithm>
#include <utility>

#include "btf/layout.hpp"

namespace skep::btf {

std::string_view name_of(Kind k) { return layout_of(k).name; }

Type Btf::nameless(TypeId id) const {
  if (id == 0) return {.id = 0, .kind = Kind::void_, .kind_flag = false, .vlen = 0, .size_or_type = 0, .name = {}};
  Info info = info_of(word(id, 1));
  return {.id = id,
          .kind = info.kind,
          .kind_flag = info.kind_flag,
          .vlen = info.vlen,
          .size_or_type = word(id, 2),
          .name = {}};
}

Type Btf::type(TypeId id) const {
  Type t = nameless(id);
  t.name = id == 0 ? std::string_view("void") : text(word(id, 0));
  return t;
}

std::optional<std::string_view> Btf::string(uint32_t offset) const {
  if (offset >= strings_.size()) return std::nullopt;
  return text(offset);
}

Int Btf::int_of(const Type& t) const {
  uint32_t w = word(t.id, 3);
  uint32_t encoding = w >> 24 & 0xf;  // GCC 12 combines the flags: char is signed | char
  return {.size_bytes = t.size_or_type,
          .bits = static_cast<uint8_t>(w),
          .offset = static_cast<uint8_t>(w >> 16),
          .is_signed = (encoding & 1) != 0,
          .is_char = (encoding & 2) != 0,
          .is_bool = (encoding & 4) != 0};
}
Array Btf::array_of(const Type& t) const {
  return {.element = word(t.id, 3), .index = word(t.id, 4), .count = word(t.id, 5)};
}
Linkage Btf::linkage_of(const Type& t) const {
  return static_cast<Linkage>(t.kind == Kind::func ? t.vlen : word(t.id, 3));
}
int32_t Btf::tagged_component(const Type& t) const { return static_cast<int32_t>(word(t.id, 3)); }

Member Btf::member(const Type& t, uint32_t index) const {
  uint32_t at = 3 + 3 * index, where = word(t.id, at + 2);
  Member m{.name = text(word(t.id, at)), .type = word(t.id, at + 1), .bit_offset = where, .bitfield_bits = 0};
  if (t.kind_flag) {
    m.bit_offset = where & 0xffffff;
    m.bitfield_bits = static_cast<uint8_t>(where >> 24);
    return m;
  }
  // Without the flag a bit-field is an integer type of its own, with fewer bits than its bytes hold.
  if (Type inner = resolve(m.type); inner.kind == Kind::int_)
    if (Int i = int_of(inner); i.bits != i.size_bytes * 8 || i.offset != 0) {
      m.bit_offset += i.offset;
      m.bitfield_bits = i.bits;
    }
  return m;
}

Enumerator Btf::enumerator(const Type& t, uint32_t index) const {
  if (t.kind == Kind::enum64) {
    uint32_t at = 3 + 3 * index;
    return {.name = text(word(t.id, at)), .value = word(t.id, at + 1) | uint64_t{word(t.id, at + 2)} << 32};
  }
  // Compilers before kind_flag wrote every enum without it, so a set top bit alone does not say what is meant:
  // the enum counts as signed only where the flag says so.
  uint32_t v = word(t.id, 3 + 2 * index + 1);
  return {.name = text(word(t.id, 3 + 2 * index)),
          .value = t.kind_flag ? static_cast<uint64_t>(int64_t{static_cast<int32_t>(v)}) : v};
}

Param Btf::param(const Type& t, uint32_t index) const {
  return {.name = text(word(t.id, 3 + 2 * index)), .type = word(t.id, 3 + 2 * index + 1)};
}
SectionVar Btf::section_var(const Type& t, uint32_t index) const {
  uint32_t at = 3 + 3 * index;
  return {.type = word(t.id, at), .offset = word(t.id, at + 1), .size_bytes = word(t.id, at + 2)};
}

static bool is_transparent(Kind k) {
  return k == Kind::typedef_ || k == Kind::const_ || k == Kind::volatile_ || k == Kind::restrict_ ||
         k == Kind::type_tag;
}

Type Btf::resolve(TypeId id) const {
  Type t = nameless(id);
  while (is_transparent(t.kind)) t = nameless(t.size_or_type);  // ends: parse() refused loops
  return type(t.id);
}

std::optional<uint32_t> Btf::size_of(TypeId id) const {
  if (sizes_[id] == no_size) return std::nullopt;
  return sizes_[id];
}

// ---- names ------------------------------------------------------------------------------------------------------

static std::size_t slot_of(std::string_view name, std::size_t slots) {
  return std::hash<std::string_view>{}(name) & (slots - 1);
}

void Btf::index_names() const {
  std::size_t slots = 16;
  while (slots < 2 * offsets_.size()) slots *= 2;
  names_.assign(slots, 0);
  for (TypeId id = 1; id < count(); ++id) {
    auto name = text(word(id, 0));
    if (name.empty()) continue;
    std::size_t at = slot_of(name, slots);
    while (names_[at] != 0) at = (at + 1) & (slots - 1);
    names_[at] = id;
  }
}

// Ids entered the table in rising order, so the first that fits is the lowest.
template <class Fits>
static std::optional<TypeId> probe(const std::vector<TypeId>& table, std::string_view name, Fits fits) {
  for (std::size_t at = slot_of(name, table.size()); table[at] != 0; at = (at + 1) & (table.size() - 1))
    if (fits(table[at])) return table[at];
  return std::nullopt;
}

std::optional<TypeId> Btf::find(std::string_view name) const {
  std::call_once(names_once_, [this] { index_names(); });
  return probe(names_, name, [&](TypeId id) { return text(word(id, 0)) == name; });
}
std::optional<TypeId> Btf::find(std::string_view name, Kind kind) const {
  std::call_once(names_once_, [this] { index_names(); });
  return probe(names_, name, [&](TypeId id) { return type(id).kind == kind && text(word(id, 0)) == name; });
}

std::string Btf::spelled(TypeId id) const {
  std::string suffix;
  for (int steps = 0; steps < max_depth; ++steps) {  // pointers may go in circles: struct list { struct list *next; }
    Type t = type(id);
    std::string name = t.name.empty() ? "(anonymous)" : std::string(t.name);
    switch (t.kind) {
      case Kind::struct_: return "struct " + name + suffix;
      case Kind::union_: return "union " + name + suffix;
      case Kind::enum_:
      case Kind::enum64: return "enum " + name + suffix;
      case Kind::fwd: return (t.kind_flag ? "union " : "struct ") + name + suffix;
      case Kind::func_proto: return "function" + suffix;
      case Kind::void_:
      case Kind::int_:
      case Kind::typedef_:
      case Kind::func:
      case Kind::var:
      case Kind::datasec:
      case Kind::float_:
      case Kind::decl_tag: return name + suffix;
      case Kind::ptr:
        suffix = (suffix.starts_with('*') || suffix.starts_with('[') ? "*" : " *") + suffix;
        id = t.size_or_type;
        break;
      case Kind::array:
        suffix += "[" + std::to_string(array_of(t).count) + "]";
        id = array_of(t).element;
        break;
      case Kind::const_:
      case Kind::volatile_:
      case Kind::restrict_:
      case Kind::type_tag: id = t.size_or_type; break;
    }
  }
  return "…" + suffix;
}

Shared place_variables(const Btf& from, const Placement& placement) {
  std::shared_ptr<Btf> out(new Btf);
  out->bytes_ = from.bytes_;
  out->types_ = Bytes(out->bytes_).first(from.types_.size());
  out->strings_ = Bytes(out->bytes_).subspan(from.types_.size());
  out->offsets_ = from.offsets_;
  out->sizes_ = from.sizes_;
  for (TypeId id = 1; id < out->count(); ++id) {
    Type section = out->nameless(id);
    if (section.kind != Kind::datasec) continue;
    auto name = out->text(out->word(id, 0));
    uint8_t* words = out->bytes_.data() + out->offsets_[id];
    if (auto size = placement.size(name); size && *size != Btf::no_size) {
      store(words + 8, *size);
      out->sizes_[id] = *size;
    }
    std::vector<SectionVar> vars;
    for (SectionVar v : out->section_vars(section)) {
      v.offset = placement.offset(name, out->type(v.type).name).value_or(v.offset);
      vars.push_back(v);
    }
    std::ranges::sort(vars, {}, [](const SectionVar& v) { return std::pair(v.offset, v.type); });
    if (!vars.empty()) std::memcpy(words + 12, vars.data(), vars.size() * sizeof(SectionVar));
  }
  return out;
}

}  // namespace skep::btf
