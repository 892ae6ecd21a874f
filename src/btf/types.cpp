// SPDX-License-Identifier: Apache-2.0
#include "btf/types.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "btf/layout.hpp"

namespace skep::btf {

std::string_view name_of(Kind k) { return layout_of(k).name; }

Type Btf::type(TypeId id) const {
  Type t = nameless(id);
  t.name = id == 0 ? std::string_view("void") : text(word(id, 0));
  return t;
}

std::optional<std::string_view> Btf::string(uint32_t offset) const {
  if (offset >= string_bytes()) return std::nullopt;
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
  uint32_t size = size_or_none(id);
  return size == no_size ? std::nullopt : std::optional(size);
}

// ---- names ------------------------------------------------------------------------------------------------------

// "x___y" where neither neighbour of the three underscores is one: the last such place begins the flavour.
std::string_view essential_name(std::string_view name) {
  if (name.find("___") == name.npos) return name;  // as nearly all; the search forwards is the fast one
  for (auto at = name.rfind("___"); at != name.npos && at != 0; at = name.rfind("___", at - 1))
    if (name[at - 1] != '_' && at + 3 < name.size() && name[at + 3] != '_') return name.substr(0, at);
  return name;
}

// Of the length and of 24 bytes at most: its beginning, middle and end tell names apart, and there are 60,000.
static std::size_t hash_of(std::string_view name) {
  auto word = [&](std::size_t at) {
    uint64_t w = 0;
    name.copy(reinterpret_cast<char*>(&w), sizeof w, at);
    return w;
  };
  uint64_t h = name.size();
  auto mix = [&](uint64_t w) { h = (h ^ w) * 0x9e3779b97f4a7c15, h ^= h >> 32; };
  mix(word(0));
  if (name.size() > 8) mix(word(name.size() - 8));
  if (name.size() > 16) mix(word(name.size() / 2 - 4));
  return h;
}

// From the last id to the first, so that each slot's list ascends.
void Btf::index_names() const {
  slots_.assign(std::bit_ceil(offsets_.size() / 2 + 1), 0);  // hardly more than half have names
  next_.assign(offsets_.size(), 0);
  for (TypeId id = count(); id-- > first_id();) {
    auto name = text(word(id, 0));
    if (name.empty()) continue;
    TypeId& first = slots_[hash_of(essential_name(name)) & (slots_.size() - 1)];
    next_[id - start_] = std::exchange(first, id);
  }
}

// Calls f(id, name) for every type of a slot, those of the base first, until f says no. Says whether f never did.
template <class F>
bool Btf::each_in_slot(std::size_t hash, F f) const {
  if (base_ && !base_->each_in_slot(hash, f)) return false;
  std::call_once(names_once_, [this] { index_names(); });
  for (TypeId id = slots_[hash & (slots_.size() - 1)]; id != 0; id = next_[id - start_])
    if (!f(id, text(word(id, 0)))) return false;
  return true;
}

std::optional<TypeId> Btf::find(std::string_view name) const {
  std::optional<TypeId> found;
  each_in_slot(hash_of(essential_name(name)), [&](TypeId id, std::string_view its) {
    if (its == name) found = id;
    return !found;
  });
  return found;
}
std::optional<TypeId> Btf::find(std::string_view name, Kind kind) const {
  std::optional<TypeId> found;
  each_in_slot(hash_of(essential_name(name)), [&](TypeId id, std::string_view its) {
    if (nameless(id).kind == kind && its == name) found = id;
    return !found;
  });
  return found;
}
std::vector<TypeId> Btf::named(std::string_view name) const {
  std::vector<TypeId> found;
  each_in_slot(hash_of(essential_name(name)), [&](TypeId id, std::string_view its) {
    if (its == name) found.push_back(id);
    return true;
  });
  return found;
}
std::vector<TypeId> Btf::flavours(std::string_view essential) const {
  std::vector<TypeId> found;
  each_in_slot(hash_of(essential), [&](TypeId id, std::string_view its) {
    if (its.starts_with(essential) && essential_name(its) == essential) found.push_back(id);
    return true;
  });
  return found;
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
      case Kind::decl_tag:
      case Kind::unknown: return name + suffix;
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
  auto types = std::make_shared<Buffer>(from.types_.begin(), from.types_.end());
  auto strings = from.bytes_;
  out->base_ = from.base_;
  out->bytes_ = std::make_shared<std::pair<decltype(types), decltype(strings)>>(types, strings);
  out->types_ = *types;
  out->strings_ = from.strings_;
  out->start_ = from.start_;
  out->string_start_ = from.string_start_;
  out->offsets_ = from.offsets_;
  out->sizes_ = from.sizes_;
  out->depths_ = from.depths_;
  for (TypeId id = out->first_id(); id < out->count(); ++id) {
    Type section = out->nameless(id);
    if (section.kind != Kind::datasec) continue;
    auto name = out->text(out->word(id, 0));
    uint8_t* words = types->data() + out->offsets_[id - out->start_];
    if (auto size = placement.size(name); size && *size != Btf::no_size) {
      store(words + 8, *size);
      out->sizes_[id - out->start_] = *size;
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
