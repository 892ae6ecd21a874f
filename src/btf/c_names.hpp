// SPDX-License-Identifier: Apache-2.0
// What the types of a Btf are called in C.
//
// BTF allows what C does not: two types of one name, names that are C keywords, names of other languages. The rules,
// in the order of ids: a byte that no C identifier has becomes `_`; a reserved word gets a trailing `_`; the first
// type of a name keeps it and the next ones get `___2`, `___3`, which CO-RE ignores ("flavours"). Tags of structs,
// unions and enums are one name space, typedefs and enumerators another. A forward declaration has the name of the
// type that it declares.
#pragma once

#include <deque>
#include <unordered_map>
#include <unordered_set>

#include "btf/types.hpp"

namespace skep::btf {

// bpf: C for clang -target bpf. host: any compiler for a machine of 64 bits, C11 or C++; host_c: the same, and words
// that only C++ has stay as they are.
enum class Dialect { bpf, host, host_c };
std::string identifier(std::string_view name, Dialect dialect);

bool is_nameless_record(const Btf& btf, TypeId id);  // qualifiers aside

class CNames {
 public:
  struct Scope {
    std::unordered_set<std::string_view> taken;
    std::unordered_map<std::string_view, uint32_t> next;  // suffixes of the names that were wanted twice
    std::unordered_set<std::string_view> injected;        // members of anonymous members
    std::string_view tag;                                 // of the struct whose members these are
  };

  CNames(const Btf& btf, Dialect dialect, std::string_view prefix);

  std::string_view of(const Type& t) const;                                        // a tag or a typedef
  std::string_view enumerator(const Type& t, uint32_t i) const;                    // C has no empty enums: they get one
  TypeId definition_of(const Type& fwd) const { return definitions_.at(fwd.id); }  // the first fwd where there is none
  // Names within a struct or union.
  std::string_view member(std::string_view name, Scope& scope);
  std::string_view hole(uint64_t byte, Scope& scope);

 private:
  static uint64_t key_of(TypeId id) { return uint64_t{id} << 32; }
  static uint64_t key_of(TypeId id, uint32_t enumerator) { return key_of(id) | (enumerator + 1); }
  std::string_view keep(std::string s) { return made_.emplace_back(std::move(s)); }
  std::string_view identifier(std::string_view name);
  std::string_view claim(std::string_view name, Scope& scope);
  std::string_view global(std::string_view name, Scope& scope);
  void remember(uint64_t key, std::string_view wanted, std::string_view given);
  void name_typedef(const Type& t);
  void name_enumerators(const Type& t);

  const Btf& btf_;
  Dialect dialect_;
  std::string prefix_;
  std::deque<std::string> made_;  // a deque, because views of its strings are kept
  Scope tags_, ordinary_;
  std::unordered_map<uint64_t, std::string_view> changed_;  // names that are not as BTF has them
  std::unordered_map<TypeId, TypeId> definitions_;
};

}  // namespace skep::btf
