// SPDX-License-Identifier: Apache-2.0
// What a skeleton says, before it is said in C or C++: every name is an identifier, and in its scope the only one.
#pragma once

#include "btf/c_dump.hpp"
#include "module/module.hpp"
#include "object/skeleton.hpp"

namespace skep::object {

struct PlannedVariable {
  std::string name;
  module::Variable at;
};
struct PlannedMap {
  std::string name;  // "counts", "data_custom"
  const module::MapDef* map;
  std::vector<PlannedVariable> variables;  // by offset; none: it has no struct
};
struct PlannedProgram {
  std::string name;
  const module::ProgDef* program;
};

struct Plan {
  std::string name;  // "count_bpf"
  SkeletonTypes types;
  btf::Shared btf;  // may be null: then no map has variables
  btf::CDefinitions style;
  std::vector<PlannedMap> maps;
  std::vector<PlannedProgram> programs;
  Buffer bytes;  // of the stripped object
};

// What the two languages share, in skeleton.cpp.
std::string replaced(std::string_view text, char mark, std::string_view by);
std::string indented(std::string_view text, std::string_view by);  // every line that has something in it
std::string string_literal(Bytes bytes);                           // in lines of its own, quotes included
Result<std::string> section_struct(const Plan& plan, const PlannedMap& map, std::string_view tag);
std::vector<btf::TypeId> variable_types(const Plan& plan);

// In files of their own.
Result<std::string> c_skeleton(const Plan& plan);
Result<std::string> cxx_skeleton(const Plan& plan);

}  // namespace skep::object
