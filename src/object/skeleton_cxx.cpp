// SPDX-License-Identifier: Apache-2.0
// A skeleton in C++: a class over <skep/skeleton.hpp>, which has whatever is the same for all of them. `@` stands for
// the skeleton's name.
#include <fmt/format.h>

#include <set>

#include "object/skeleton_plan.hpp"

namespace skep::object {
namespace {

constexpr std::string_view begin = R"(// Made by `skep gen skeleton`; do not edit.
#ifndef @_SKELETON_HPP
#define @_SKELETON_HPP

#include <cstddef>
#include <skep/skeleton.hpp>

// The types of the object's variables and maps.
namespace @_types {

)";

constexpr std::string_view opening = R"(}  // namespace @_types

//     auto skel = @::open();   then set variables, skel->load(), skel->progs.… .run(packet, size)
class @ : public skep::skeleton::Object {
 public:
  static skep::skeleton::Result<@> open(const skep_open_options& options = {}) {
    auto object = open_bytes(elf(), elf_size(), "@", options);
    if (!object) return object.error();
    return @(*object);
  }
  static skep::skeleton::Result<@> open_and_load(const skep_open_options& options = {}) {
    auto skel = open(options);
    if (!skel) return skel;
    if (auto loaded = skel->load(); !loaded) return loaded.error();
    return skel;
  }

)";

constexpr std::string_view closing = R"(
  // The object file.
  static const void* elf();
  static constexpr std::size_t elf_size() { return $; }

 private:
  explicit @(skep_object* object);
};

)";

// Names that nothing in the object's types has.
class FreeNames {
 public:
  explicit FreeNames(const btf::Btf* btf) : btf_(btf) {
    if (btf == nullptr) return;
    for (btf::TypeId id = 1; id < btf->count(); ++id)
      if (const btf::Type t = btf->type(id); t.kind == btf::Kind::enum_ || t.kind == btf::Kind::enum64)
        for (const btf::Enumerator e : btf->enumerators(t)) taken_.emplace(e.name);
  }
  std::string claim(std::string name) {
    while ((btf_ != nullptr && btf_->find(name)) || !taken_.insert(name).second) name += '_';
    return name;
  }

 private:
  const btf::Btf* btf_;
  std::set<std::string> taken_;
};

class Writer {
 public:
  explicit Writer(const Plan& plan) : plan_(plan), names_(plan.btf.get()) {}
  Result<std::string> write();

 private:
  Result<void> section(const PlannedMap& map);
  Result<void> handle(const PlannedMap& map);
  Result<std::string> alias(const PlannedMap& map, std::string_view part, btf::TypeId type, uint32_t size);
  std::vector<btf::TypeId> roots() const;

  const Plan& plan_;
  FreeNames names_;
  std::string types_;      // in the namespace
  std::string accessors_;  // in the class
  std::string maps_;       // its members
  std::string found_;      // what initialises them
};

// What can be passed by value: anything that has a size, but for what points into the program.
bool is_value(const btf::Btf& btf, btf::TypeId id, uint32_t size) {
  if (id == 0 || size == 0 || btf.size_of(id) != size) return false;
  const btf::Kind kind = btf.resolve(id).kind;
  return kind != btf::Kind::ptr && kind != btf::Kind::datasec && kind != btf::Kind::var;
}

bool has_typed_values(const Plan& plan, const module::MapDef& m) {
  return plan.btf && m.data_section == module::DataSection::none && !m.inner &&
         is_value(*plan.btf, m.key_type, m.key_size) && is_value(*plan.btf, m.value_type, m.value_size);
}

bool is_per_lane(facts::MapType t) {
  using enum facts::MapType;
  return t == percpu_hash || t == percpu_array || t == lru_percpu_hash || t == percpu_cgroup_storage;
}

// A list of handles and what finds each.
void add_row(std::string& list, std::string_view function, std::string_view name) {
  list +=
      fmt::format("{}\n          {}(object, {})", list.empty() ? "" : ",", function, string_literal(as_bytes(name)));
}

Result<void> Writer::section(const PlannedMap& map) {
  const std::string tag = names_.claim(map.name);
  types_ += TRY(section_struct(plan_, map, tag)) + ";\n";
  for (const PlannedVariable& v : map.variables)
    types_ += fmt::format("static_assert(offsetof({0}, {1}) == {2} && sizeof({0}::{1}) == {3}, \"{1}\");\n", tag,
                          v.name, v.at.offset, v.at.size);
  types_ += '\n';
  accessors_ +=
      fmt::format("  @_types::{0}& {1}() const {{ return section<@_types::{0}>(maps.{1}); }}\n", tag, map.name);
  return {};
}

// A name for the type of keys or values. Arrays, which C++ does not pass by value, are wrapped.
Result<std::string> Writer::alias(const PlannedMap& map, std::string_view part, btf::TypeId type, uint32_t size) {
  const std::string name = names_.claim(fmt::format("{}_{}", map.name, part));
  const btf::Btf& btf = *plan_.btf;
  btf::Type t = btf.type(type);
  while (t.kind == btf::Kind::const_ || t.kind == btf::Kind::volatile_ || t.kind == btf::Kind::type_tag)
    t = btf.type(t.size_or_type);
  if (btf.resolve(type).kind == btf::Kind::array) {
    const btf::CVariable only = {.name = "at", .type = t.id, .offset = 0};
    types_ += TRY(btf::c_section(btf, {&only, 1}, name, plan_.style)) + ";\n";
  } else {
    types_ += fmt::format("typedef {};\n", TRY(btf::c_declaration(btf, t.id, name, plan_.style)));
  }
  types_ += fmt::format("static_assert(sizeof({}) == {}, \"{} of {}\");\n", name, size, part, map.name);
  return name;
}

Result<void> Writer::handle(const PlannedMap& map) {
  const module::MapDef& m = *map.map;
  std::string type = "skep::skeleton::Map";
  if (has_typed_values(plan_, m)) {
    const std::string key = TRY(alias(map, "key", m.key_type, m.key_size));
    std::string value = "@_types::" + TRY(alias(map, "value", m.value_type, m.value_size));
    if (is_per_lane(m.type)) value = "skep::skeleton::PerLane<" + value + ">";
    type = fmt::format("skep::skeleton::MapOf<@_types::{}, {}>", key, value);
    types_ += '\n';
  }
  maps_ += fmt::format("    {} {};\n", type, map.name);
  add_row(found_, "skep_object_find_map", m.name);
  return {};
}

std::vector<btf::TypeId> Writer::roots() const {
  std::vector<btf::TypeId> out = variable_types(plan_);
  for (const PlannedMap& m : plan_.maps)
    if (has_typed_values(plan_, *m.map)) out.insert(out.end(), {m.map->key_type, m.map->value_type});
  return out;
}

Result<std::string> Writer::write() {
  std::string out{begin};
  if (plan_.btf && plan_.types == SkeletonTypes::in_header)
    out += TRY(btf::c_definitions(*plan_.btf, roots(), plan_.style));
  for (const PlannedMap& m : plan_.maps) {
    if (!m.variables.empty()) TRY_VOID(section(m));
    TRY_VOID(handle(m));
  }
  std::string programs, found_programs;
  for (const PlannedProgram& p : plan_.programs) {
    programs += fmt::format("    skep::skeleton::Program {};\n", p.name);
    add_row(found_programs, "skep_object_find_program", p.program->name);
  }
  out += types_ + std::string(opening) + accessors_;
  out += "\n  struct {\n" + maps_ + "  } maps;\n  struct {\n" + programs + "  } progs;\n";
  out += replaced(closing, '$', std::to_string(plan_.bytes.size()));
  out += "inline @::@([[maybe_unused]] skep_object* object)\n    : Object(object),\n      maps{" + found_ +
         "},\n      progs{" + found_programs + "} {}\n\n";
  out +=
      "#pragma GCC diagnostic push\n#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n"
      "inline const void* @::elf() {\n  alignas(8) static const char bytes[] =\n";
  return out;
}

}  // namespace

Result<std::string> cxx_skeleton(const Plan& plan) {
  const std::string text = replaced(TRY(Writer(plan).write()), '@', plan.name);
  return text + indented(string_literal(plan.bytes), "      ") +
         ";\n  return bytes;\n}\n#pragma GCC diagnostic pop\n\n#endif  // " + plan.name + "_SKELETON_HPP\n";
}

}  // namespace skep::object
