// SPDX-License-Identifier: Apache-2.0
// What every table of facts has in common: rows with an id and a name, laws the compiler proves, and lookups.
//
// An enumerated table is an X-macro only so that the enumerator and its text are the same word; a C++ keyword
// takes a trailing underscore, which the text drops.
#pragma once

#include <cstddef>
#include <cstdint>
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

}  // namespace skep::facts
