// SPDX-License-Identifier: Apache-2.0
// For tests and fuzzing: a type written again.
#pragma once

#include "btf/writer.hpp"

namespace skep::btf::made {

// Through the functions that take values: what accessors give, given back.
template <class T, class F>
std::vector<T> list(const F& range) {
  std::vector<T> out;
  for (T x : range) out.push_back(x);
  return out;
}
inline TypeId by_value(Writer& w, const Btf& b, const Type& t) {
  switch (t.kind) {
    case Kind::void_:
    case Kind::unknown: break;
    case Kind::int_: return w.integer(t.name, b.int_of(t));
    case Kind::array: return w.array(b.array_of(t));
    case Kind::struct_:
    case Kind::union_: return w.record(t.kind, t.name, t.size_or_type, list<Member>(b.members(t)));
    case Kind::enum_:
    case Kind::enum64:
      return w.enumeration(t.kind, t.name, t.size_or_type,
                           t.kind_flag ? Writer::Sign::signed_ : Writer::Sign::unsigned_,
                           list<Enumerator>(b.enumerators(t)));
    case Kind::fwd: return w.forward(t.kind_flag ? Kind::union_ : Kind::struct_, t.name);
    case Kind::ptr:
    case Kind::typedef_:
    case Kind::volatile_:
    case Kind::const_:
    case Kind::restrict_:
    case Kind::type_tag: return w.refer(t.kind, t.name, t.size_or_type);
    case Kind::func: return w.function(t.name, t.size_or_type, b.linkage_of(t));
    case Kind::func_proto: return w.function_proto(t.size_or_type, list<Param>(b.params(t)));
    case Kind::var: return w.variable(t.name, t.size_or_type, b.linkage_of(t));
    case Kind::datasec: return w.section(t.name, t.size_or_type, list<SectionVar>(b.section_vars(t)));
    case Kind::float_: return w.floating(t.name, t.size_or_type);
    case Kind::decl_tag: return w.decl_tag(t.name, t.size_or_type, b.tagged_component(t));
  }
  return 0;
}

}  // namespace skep::btf::made
