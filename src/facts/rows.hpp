// SPDX-License-Identifier: Apache-2.0
// What every table of facts has in common: rows with an id and a name, laws the compiler proves, and lookups.
//
// An enumerated table is an X-macro only so that the enumerator and its text are the same word; a C++ keyword
// takes a trailing underscore, which the text drops.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace skep::facts {

constexpr std::string_view word(std::string_view enumerator) {
  if (enumerator.ends_with('_')) enumerator.remove_suffix(1);
  return enumerator;
}

// Row i has id i: an enumerator is an index.
template <class Row, std::size_t N>
consteval bool complete(const Row (&rows)[N]) {
  for (std::size_t i = 0; i < N; ++i)
    if (static_cast<std::size_t>(rows[i].id) != i) return false;
  return true;
}

template <class Row, std::size_t N>
consteval bool names_are_unique(const Row (&rows)[N]) {
  for (std::size_t i = 0; i < N; ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (rows[i].name == rows[k].name) return false;
  return true;
}

// The row of this name, or null.
template <class Row, std::size_t N>
constexpr const Row* find_row(const Row (&rows)[N], std::string_view name) {
  for (const Row& r : rows)
    if (r.name == name) return &r;
  return nullptr;
}

// Every name, for "did you mean" and for lists.
template <class Row, std::size_t N>
std::vector<std::string> names(const Row (&rows)[N]) {
  std::vector<std::string> all;
  for (const Row& r : rows) all.emplace_back(r.name);
  return all;
}

// A set of a table's ids, below 64. A group that several rows share has a name in the tables that use it.
// all() asks the table: every_one(Id) beside it returns the set of what counts.
template <class Id>
class Set {
 public:
  constexpr Set() = default;
  constexpr Set(std::initializer_list<Id> ids) {
    for (Id id : ids) bits_ |= bit(id);
  }
  static constexpr Set all() { return every_one(Id{}); }
  constexpr bool has(Id id) const { return (bits_ & bit(id)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr Set operator|(Set other) const { return Set(bits_ | other.bits_); }
  constexpr Set without(Set other) const { return Set(bits_ & ~other.bits_); }
  constexpr bool operator==(const Set&) const = default;

 private:
  explicit constexpr Set(uint64_t bits) : bits_(bits) {}
  static constexpr uint64_t bit(Id id) { return uint64_t{1} << static_cast<unsigned>(id); }
  uint64_t bits_ = 0;
};

}  // namespace skep::facts
