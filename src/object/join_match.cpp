// SPDX-License-Identifier: Apache-2.0
// Whether two declarations of one global name agree, as far as libbpf's linker asks: names and sizes, not signedness;
// qualifiers and typedefs do not matter; behind a pointer the kind and the name of a struct are enough. Maps are
// compared as what they declare.
#include <algorithm>
#include <set>

#include "btf/types.hpp"
#include "object/errors.hpp"
#include "object/join_types.hpp"
#include "object/maps.hpp"

namespace skep::object {
namespace {

using btf::Btf;
using btf::Kind;
using btf::Type;
using btf::TypeId;

struct Difference {
  std::string here, there;  // of the second and of the first
};

using Depth = Agreement::Depth;

// One difference ends joining, so whatever was met before is known to agree.
class Comparison {
 public:
  Comparison(const Btf& a, const Btf& b, Agreement::Pairs& known) : a_(a), b_(b), known_(known) {}
  std::optional<Difference> types(TypeId a, TypeId b);

 private:
  std::optional<Difference> pair(Type a, Type b, Depth depth);
  std::optional<Difference> records(const Type& a, const Type& b);
  void later(TypeId a, TypeId b, Depth depth) {
    if (known_.emplace(a, b, depth).second) waiting_.emplace_back(a, b, depth);
  }
  Difference spelled(const Type& a, const Type& b) const {
    return {.here = b_.spelled(b.id), .there = a_.spelled(a.id)};
  }

  const Btf &a_, &b_;
  Agreement::Pairs& known_;  // types may go in circles
  std::vector<std::tuple<TypeId, TypeId, Depth>> waiting_;
};

std::string counted(std::size_t n, std::string_view what) {
  return std::to_string(n) + " " + std::string(what) + (n == 1 ? "" : "s");
}

std::optional<Difference> Comparison::records(const Type& a, const Type& b) {
  std::string what = "a " + std::string(btf::name_of(b.kind));
  if (a.size_or_type != b.size_or_type)
    return Difference{.here = what + " of " + counted(b.size_or_type, "byte"),
                      .there = what + " of " + counted(a.size_or_type, "byte")};
  if (a.vlen != b.vlen)
    return Difference{.here = what + " of " + counted(b.vlen, "member"),
                      .there = what + " of " + counted(a.vlen, "member")};
  for (uint32_t i = 0; i < a.vlen; ++i) {
    btf::Member m = a_.member(a, i), n = b_.member(b, i);
    auto said = [&](const btf::Member& x) {
      return what + " with member '" + std::string(x.name) + "' at bit " + std::to_string(x.bit_offset);
    };
    if (m.name != n.name || m.bit_offset != n.bit_offset || m.bitfield_bits != n.bitfield_bits)
      return Difference{.here = said(n), .there = said(m)};
    later(m.type, n.type, Depth::whole);
  }
  return std::nullopt;
}

std::optional<Difference> Comparison::pair(Type a, Type b, Depth depth) {
  auto is_record = [](const Type& t) { return t.kind == Kind::struct_ || t.kind == Kind::union_; };
  bool declared =
      (a.kind == Kind::fwd && (is_record(b) || b.kind == Kind::fwd)) || (b.kind == Kind::fwd && is_record(a));
  if (a.kind != b.kind && !(declared && depth == Depth::shape)) return spelled(a, b);
  switch (a.kind) {
    case Kind::fwd:
    case Kind::struct_:
    case Kind::union_:
      if (a.name != b.name) return spelled(a, b);
      return depth == Depth::whole && is_record(a) ? records(a, b) : std::nullopt;
    case Kind::enum_:
    case Kind::enum64:
    case Kind::int_:
    case Kind::float_:
      if (a.size_or_type != b.size_or_type || (a.kind != Kind::int_ && a.name != b.name)) return spelled(a, b);
      return std::nullopt;
    case Kind::ptr: later(a.size_or_type, b.size_or_type, Depth::shape); return std::nullopt;
    case Kind::array:  // extern int numbers[]: the length is the definition's
      later(a_.array_of(a).element, b_.array_of(b).element, depth);
      return std::nullopt;
    case Kind::func: later(a.size_or_type, b.size_or_type, depth); return std::nullopt;
    case Kind::func_proto:
      if (a.vlen != b.vlen)
        return Difference{.here = "a function of " + counted(b.vlen, "parameter"),
                          .there = "a function of " + counted(a.vlen, "parameter")};
      later(a.size_or_type, b.size_or_type, depth);
      for (uint32_t i = 0; i < a.vlen; ++i) later(a_.param(a, i).type, b_.param(b, i).type, depth);
      return std::nullopt;
    case Kind::void_:
    case Kind::unknown: return std::nullopt;
    case Kind::typedef_:  // resolved
    case Kind::volatile_:
    case Kind::const_:
    case Kind::restrict_:
    case Kind::type_tag: return std::nullopt;
    case Kind::var:  // nothing refers to these
    case Kind::datasec:
    case Kind::decl_tag: return std::nullopt;
  }
  std::unreachable();
}

std::optional<Difference> Comparison::types(TypeId a, TypeId b) {
  later(a, b, Depth::whole);
  while (!waiting_.empty()) {
    auto [x, y, depth] = waiting_.back();
    waiting_.pop_back();
    if (auto d = pair(a_.resolve(x), b_.resolve(y), depth)) return d;
  }
  return std::nullopt;
}

std::optional<Difference> maps(const Btf& a, const module::MapDef& x, const Btf& b, const module::MapDef& y,
                               Agreement::Pairs& known) {
  std::optional<Difference> found;
  auto same = [&](std::string_view what, uint64_t in_x, uint64_t in_y) {
    std::string before = "a map with " + std::string(what) + " ";
    if (in_x != in_y && !found)
      found = Difference{.here = before + std::to_string(in_y), .there = before + std::to_string(in_x)};
  };
  same("type", static_cast<uint64_t>(x.type), static_cast<uint64_t>(y.type));
  same("key_size", x.key_size, y.key_size);
  same("value_size", x.value_size, y.value_size);
  same("max_entries", x.max_entries, y.max_entries);
  same("map_flags", x.flags, y.flags);
  same("map_extra", x.extra, y.extra);
  same("pinning", static_cast<uint64_t>(x.pinning), static_cast<uint64_t>(y.pinning));
  auto same_type = [&](std::string_view what, TypeId in_x, TypeId in_y) {
    if (found) return;
    auto said = [&](const Btf& btf, TypeId id) {
      return "a map with " + std::string(what) + " " + (id == 0 ? "untyped" : btf.spelled(id));
    };
    if ((in_x == 0) != (in_y == 0) || Comparison(a, b, known).types(in_x, in_y))
      found = Difference{.here = said(b, in_y), .there = said(a, in_x)};
  };
  same_type("key", x.key_type, y.key_type);
  same_type("value", x.value_type, y.value_type);
  same("inner map", x.inner != nullptr, y.inner != nullptr);
  if (!found && x.inner) return maps(a, *x.inner, b, *y.inner, known);
  return found;
}

}  // namespace

Result<void> Agreement::check(std::string_view name, const Input& a, const Input& b) {
  auto x = a.globals.find(name), y = b.globals.find(name);
  if (x == a.globals.end() || y == b.globals.end()) return {};  // without types nothing is known
  const Btf &in_a = *a.types.btf(), &in_b = *b.types.btf();
  Type s = in_a.type(x->second), t = in_b.type(y->second);
  Pairs& known = known_[{&a, &b}];
  std::optional<Difference> d;
  if (s.kind != t.kind) {
    auto what = [](const Type& of) { return std::string(of.kind == Kind::func ? "a function" : "a variable"); };
    d = Difference{.here = what(t), .there = what(s)};
  } else if (a.maps.contains(s.id) && b.maps.contains(t.id)) {
    auto m = TRY(declaration_of(in_a, s.size_or_type, std::string(name)));
    auto n = TRY(declaration_of(in_b, t.size_or_type, std::string(name)));
    d = maps(in_a, m.def, in_b, n.def, known);
  } else {
    d = Comparison(in_a, in_b, known).types(s.size_or_type, t.size_or_type);
  }
  if (!d) return {};
  return fail(
      DeclaredOtherwise{.symbol = std::string(name), .here = d->here, .other = a.object->name(), .there = d->there});
}

}  // namespace skep::object
