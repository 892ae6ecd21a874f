// SPDX-License-Identifier: Apache-2.0
// What must stand before what. Depth first: a type is written when all that it holds by value has been.
#include <algorithm>

#include "btf/bits.hpp"
#include "btf/c_writer.hpp"
#include "btf/errors.hpp"

namespace skep::btf {

CWriter::CWriter(const Btf& btf, Dialect dialect, std::string_view prefix)
    : btf_(btf), dialect_(dialect), names_(btf, dialect, prefix), layout_(btf), marks_(btf.count()) {
  std::size_t words = btf.string_bytes() / 4;
  for (TypeId id = 1; id < btf.count(); ++id) words += 4 + std::size_t{3} * btf.type(id).vlen;
  budget_ = left_ = (4 << 20) + 128 * static_cast<int64_t>(words);
}

bool CWriter::spend(std::size_t amount) {
  left_ -= static_cast<int64_t>(amount);
  return left_ > 0;
}

Result<void> CWriter::check(TypeId id) const {
  if (left_ > 0) return {};
  return fail_within(std::move(fail(TooMuchText{.most = budget_}).error()), "type " + std::to_string(id));
}

bool CWriter::is_written_out(const Type& t) const {
  return dialect_ != Dialect::bpf && !is_nameless_record(btf_, t.size_or_type);
}

// clang (19) takes the name of an anonymous struct's member for that member until the outer struct ends, in C, too:
// typedef int t; struct s { union { int t; }; t x; }. Such a typedef is written out.
bool CWriter::is_hidden(const Type& t) const {
  return std::ranges::any_of(scopes_, [&](const CNames::Scope& s) { return s.injected.contains(names_.of(t)); });
}

bool CWriter::visit(TypeId id, Use use) {
  if (!spend(8)) return true;
  Type t = btf_.type(id);
  switch (t.kind) {
    case Kind::void_:
    case Kind::int_:
    case Kind::float_:
    case Kind::func:
    case Kind::datasec:
    case Kind::decl_tag:
    case Kind::unknown: return true;
    case Kind::var:
    case Kind::volatile_:
    case Kind::const_:
    case Kind::restrict_:
    case Kind::type_tag: return visit(t.size_or_type, use);
    case Kind::array: return visit(btf_.array_of(t).element, Use::by_value);  // C has no arrays of incomplete types
    case Kind::ptr:
    case Kind::func_proto: return visit_behind(t);
    case Kind::typedef_: return visit_typedef(t, use);
    case Kind::struct_:
    case Kind::union_: return visit_record(t, use);
    case Kind::fwd: forward(t); return true;
    case Kind::enum_:
    case Kind::enum64:
      if (t.name.empty() ? dialect_ != Dialect::bpf : true) definition(t);
      return true;
  }
  std::unreachable();
}

// Pointers and prototypes never refuse: what they cannot name, they do without.
bool CWriter::visit_behind(const Type& t) {
  Mark& mark = marks_[t.id];
  if (mark.opaque) return true;
  if (crossings_ == max_crossings) {
    mark.opaque = true;
    return true;
  }
  ++crossings_;
  bool sayable = visit(t.size_or_type, Use::by_name);
  if (t.kind == Kind::func_proto)
    for (Param p : btf_.params(t)) sayable = visit(p.type, Use::by_name) && sayable;
  --crossings_;
  if (!sayable) mark.opaque = true;
  return true;
}

bool CWriter::visit_typedef(const Type& t, Use use) {
  Mark& mark = marks_[t.id];
  if (mark.state == State::open) return false;
  if (mark.state == State::untouched) {
    mark.state = State::open;
    TypeId outer = std::exchange(current_, 0);
    bool sayable = visit(t.size_or_type, Use::by_name);
    current_ = outer;
    mark.state = sayable ? State::done : State::untouched;
    if (!sayable) return false;
    if (!is_written_out(t)) definition(t);
  }
  return use == Use::by_name || visit(t.size_or_type, use);
}

bool CWriter::visit_record(const Type& t, Use use) {
  Mark& mark = marks_[t.id];
  if (!t.name.empty() && use == Use::by_name) {
    forward(t);
    return true;
  }
  if (mark.state == State::done) return true;
  if (mark.state == State::open) return false;
  mark.state = State::open;
  TypeId outer = std::exchange(current_, t.name.empty() ? 0 : t.id);
  bool sayable = true;
  for (uint32_t i = 0; sayable && i < t.vlen; ++i) sayable = visit(btf_.member(t, i).type, Use::by_value);
  current_ = outer;
  mark.state = sayable ? State::done : State::untouched;
  if (sayable && !t.name.empty()) definition(t);
  return sayable;
}

void CWriter::forward(const Type& t) {
  TypeId id = t.kind == Kind::fwd ? names_.definition_of(t) : t.id;
  Mark& mark = marks_[id];
  if (mark.state == State::done || mark.declared || id == current_) return;
  mark.declared = true;
  base(t);
  out_ += ";\n\n";
}

void CWriter::left_over_enums(TypeId from) {
  for (TypeId id = from; id < btf_.count(); ++id)
    if (Type t = btf_.type(id); is_enum(t) && t.name.empty()) definition(t);
}

}  // namespace skep::btf
