// SPDX-License-Identifier: Apache-2.0
// What a BTF-defined map declares. Its struct is never filled with data: the types of its members are the answer.
//
//     __uint(max_entries, 8)        int (*max_entries)[8];           a pointer to an array of 8
//     __type(key, struct flow)      struct flow *key;
//     __array(values, struct inner) struct inner *values[];          the last member
#include <algorithm>
#include <array>

#include "base/suggest.hpp"
#include "btf/types.hpp"
#include "object/errors.hpp"
#include "object/maps.hpp"

namespace skep::object {
namespace {

enum class Nested : uint8_t { no, yes };

class Reader {
 public:
  Reader(const btf::Btf& btf, std::string name) : btf_(btf) { out_.def.name = std::move(name); }
  Result<Declaration> read(btf::TypeId type, Nested nested);

 private:
  Result<void> member(const btf::Member& m, Nested nested);
  Result<uint64_t> number(const btf::Member& m) const;
  using Size = uint32_t module::MapDef::*;
  using TypeOf = btf::TypeId module::MapDef::*;
  Result<void> sized_type(const btf::Member& m, Size size, TypeOf type, std::string_view what);
  Result<void> explicit_size(const btf::Member& m, Size size, std::string_view what);
  Result<void> values(const btf::Member& m, Nested nested);
  template <class T>
  Result<void> number_into(const btf::Member& m, T module::MapDef::* field) {
    out_.def.*field = static_cast<T>(TRY(number(m)));
    return {};
  }

  const btf::Btf& btf_;
  Declaration out_;
};

std::unexpected<Error> not_a_map(const btf::Btf& btf, btf::TypeId type, std::string_view wanted) {
  return fail(NotAMap{.type = btf.spelled(type), .wanted = wanted});
}

// int (*name)[n], or an enum with one enumerator (__ulong) for what an array cannot count.
Result<uint64_t> Reader::number(const btf::Member& m) const {
  btf::Type t = btf_.resolve(m.type);
  if ((t.kind == btf::Kind::enum_ || t.kind == btf::Kind::enum64) && t.vlen > 0) return btf_.enumerator(t, 0).value;
  if (t.kind == btf::Kind::ptr)
    if (btf::Type a = btf_.resolve(t.size_or_type); a.kind == btf::Kind::array) return btf_.array_of(a).count;
  return not_a_map(btf_, m.type, "__uint gives a pointer to an array");
}

// __type: a pointer to the type.
Result<void> Reader::sized_type(const btf::Member& m, Size size_of, TypeOf type_of, std::string_view what) {
  uint32_t& size = out_.def.*size_of;
  btf::Type t = btf_.resolve(m.type);
  if (t.kind != btf::Kind::ptr) return not_a_map(btf_, m.type, "__type gives a pointer");
  auto found = btf_.size_of(t.size_or_type);
  if (!found) return not_a_map(btf_, t.size_or_type, "keys and values have a size");
  if (size != 0 && size != *found) return fail(SizesDiffer{.what = what, .type = *found, .size = size});
  size = *found;
  out_.def.*type_of = t.size_or_type;
  return {};
}
Result<void> Reader::explicit_size(const btf::Member& m, Size size_of, std::string_view what) {
  uint32_t& size = out_.def.*size_of;
  auto said = static_cast<uint32_t>(TRY(number(m)));
  if (size != 0 && size != said) return fail(SizesDiffer{.what = what, .type = size, .size = said});
  size = said;
  return {};
}

// __array(values, …): programs of a prog_array, or maps like the one it describes.
Result<void> Reader::values(const btf::Member& m, Nested nested) {
  btf::Type array = btf_.resolve(m.type);
  btf::Type pointer = array.kind == btf::Kind::array ? btf_.resolve(btf_.array_of(array).element) : array;
  if (nested == Nested::yes || array.kind != btf::Kind::array || pointer.kind != btf::Kind::ptr)
    return not_a_map(btf_, m.type, "__array(values, …) gives an array of pointers, once");
  out_.values_at = m.bit_offset / 8;
  if (out_.def.value_size != 0 && out_.def.value_size != 4)
    return fail(SizesDiffer{.what = "value", .type = 4, .size = out_.def.value_size});
  out_.def.value_size = 4;
  btf::Type element = btf_.resolve(pointer.size_or_type);
  if (element.kind == btf::Kind::func_proto) return {};
  auto inner = TRY_WITHIN(Reader(btf_, out_.def.name + ".inner").read(element.id, Nested::yes), "its inner map");
  out_.def.inner = std::make_shared<const module::MapDef>(std::move(inner.def));
  return {};
}

Result<void> Reader::member(const btf::Member& m, Nested nested) {
  module::MapDef& d = out_.def;
  if (m.name == "type") {
    uint64_t id = TRY(number(m));
    auto type = facts::map_type_by_id(id);
    if (!type || id == 0) return fail(UnknownTypeNumber{.type = id});
    d.type = *type;
    return {};
  }
  if (m.name == "max_entries") return number_into(m, &module::MapDef::max_entries);
  if (m.name == "map_flags") return number_into(m, &module::MapDef::flags);
  if (m.name == "map_extra") return number_into(m, &module::MapDef::extra);
  if (m.name == "key") return sized_type(m, &module::MapDef::key_size, &module::MapDef::key_type, "key");
  if (m.name == "value") return sized_type(m, &module::MapDef::value_size, &module::MapDef::value_type, "value");
  if (m.name == "key_size") return explicit_size(m, &module::MapDef::key_size, "key");
  if (m.name == "value_size") return explicit_size(m, &module::MapDef::value_size, "value");
  if (m.name == "values") return values(m, nested);
  if (m.name == "numa_node") {  // checked and forgotten: where memory lies is not told apart
    TRY_VOID(number(m));
    return {};
  }
  if (m.name == "pinning") {
    uint64_t how = TRY(number(m));
    if (how > 1) return fail(UnknownPinning{.pinning = how});
    d.pinning = how == 1 ? facts::Pinning::by_name : facts::Pinning::none;
    return {};
  }
  static const std::array<std::string, 11> known = {"type",   "max_entries", "map_flags", "map_extra",
                                                    "key",    "value",       "key_size",  "value_size",
                                                    "values", "numa_node",   "pinning"};
  return fail(UnknownMapField{
      .name = std::string(m.name), .known = listed(known, known.size()), .suggestion = did_you_mean(m.name, known)});
}

Result<Declaration> Reader::read(btf::TypeId type, Nested nested) {
  btf::Type t = btf_.resolve(type);
  while (t.kind == btf::Kind::var) t = btf_.resolve(t.size_or_type);
  if (t.kind != btf::Kind::struct_) return not_a_map(btf_, type, "a map is a struct");
  for (btf::Member m : btf_.members(t)) TRY_VOID(member(m, nested));
  if (out_.def.type == facts::MapType::unspec) return not_a_map(btf_, type, "a map has a type");
  return std::move(out_);
}

}  // namespace

Result<Declaration> declaration_of(const btf::Btf& btf, btf::TypeId type, std::string name) {
  return Reader(btf, std::move(name)).read(type, Nested::no);
}

}  // namespace skep::object
