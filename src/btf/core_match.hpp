// SPDX-License-Identifier: Apache-2.0
// Whether a type of the target is what a relocation means. For core.cpp.
#pragma once

#include <optional>

#include "btf/core.hpp"

namespace skep::btf::core {

// Where a path came to its end.
struct Stop {
  enum class Why : uint8_t { nothing, no_member, no_enumerator, other_type, no_array, outside, other_shape };
  Why why = Why::nothing;
  TypeId local = 0, target = 0;  // the record or enum without the name, the types that differ, the array
  std::string_view name = {};
  uint32_t index = 0;
};

// The same way in a candidate, or nothing where it has no such way; `stop` then says why.
struct Match {
  std::optional<Spec> spec;
  Stop stop;
};
Result<Match> match(const Spec& local, const Candidate& candidate);

bool same_sort(Kind a, Kind b);  // equal kinds, or both enums

// An array that ends its struct and counts no elements has as many as somebody asks for.
bool is_flexible(const Btf& btf, const std::vector<Step>& before, const Array& a);

}  // namespace skep::btf::core
