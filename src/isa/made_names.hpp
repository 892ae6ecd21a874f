// SPDX-License-Identifier: Apache-2.0
// A few names for tests and fuzz targets of this layer.
#pragma once

#include <algorithm>
#include <iterator>

#include "isa/names.hpp"

namespace skep::isa {

class MadeNames : public Names {
 public:
  std::string name(Kind kind, NameId id) const override {
    for (const Row& r : rows)
      if (r.kind == kind && r.id == id) return std::string(r.name);
    return {};
  }
  std::optional<NameId> find(Kind kind, std::string_view name) const override {
    for (const Row& r : rows)
      if (r.kind == kind && r.name == name) return r.id;
    return std::nullopt;
  }
  std::vector<std::string> known(Kind kind) const override {
    std::vector<std::string> all;
    for (const Row& r : rows)
      if (r.kind == kind) all.emplace_back(r.name);
    return all;
  }

 private:
  struct Row {
    Kind kind;
    std::string_view name;
    NameId id;
  };
  static constexpr Row rows[] = {
      {Kind::helper, "map_lookup_elem", {.id = 1}},
      {Kind::helper, "ktime_get_ns", {.id = 5}},
      {Kind::helper, "get_prandom_u32", {.id = 7}},
      {Kind::map, "counts", {.id = 0}},
      {Kind::map, ".rodata", {.id = 1}},
      {Kind::map, "two words", {.id = 2}},
      {Kind::subprogram, "main", {.id = 0}},
      {Kind::subprogram, "sum", {.id = 9}},
      {Kind::subprogram, "bpf_ktime_get_ns", {.id = 20}},  // hidden: the helper is meant
      {Kind::kfunc, "bpf_rcu_read_lock", {.id = 77, .btf = 2}},
      {Kind::kfunc, "sum", {.id = 78}},  // hidden by the subprogram
      {Kind::variable, "runqueues", {.id = 300}},
      {Kind::label, "out", {.id = 4}},
  };
};

}  // namespace skep::isa
