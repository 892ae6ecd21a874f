// SPDX-License-Identifier: Apache-2.0
// The maps of an object: declared ones (BTF-defined in .maps, legacy struct bpf_map_def in `maps` and `TYPE/maps`),
// then one for each section of global data, then .kconfig, as libbpf orders them. And what a symbol means to them.
#pragma once

#include <map>
#include <optional>

#include "module/module.hpp"
#include "object/types.hpp"

namespace skep::object {

// An address that a program can take: a map itself, or a byte of a global-data map's value.
struct MapAddress {
  std::size_t map;
  std::optional<uint32_t> offset;  // nothing: the map itself
};

// A value that a declaration gives to a slot of a prog_array or a map of maps.
struct GivenSlot {
  std::size_t map;
  uint32_t slot;
  uint32_t symbol;
};

class Maps {
 public:
  static Result<Maps> read(const Object& object, const Types& types);

  std::vector<module::MapDef>& defs() { return defs_; }
  const std::vector<GivenSlot>& given() const { return given_; }

  // What a program means that names this symbol and, in its instruction, this offset.
  Result<MapAddress> address(const Symbol& symbol, uint64_t addend) const;
  // The map that begins exactly there, or nothing.
  std::optional<std::size_t> declared_at(uint32_t section, uint64_t offset) const;
  // An extern of .kconfig, by name.
  std::optional<MapAddress> kconfig(std::string_view name) const;

 private:
  Maps(const Object& object, const Types& types) : object_(object), types_(types) {}
  Result<void> read_declared();
  Result<void> read_legacy();
  Result<void> read_given(uint32_t section);
  Result<void> read_data();
  Result<module::MapDef> data_def(uint32_t section, module::DataSection kind) const;
  void read_kconfig();
  std::vector<module::Variable> variables_of(uint32_t section) const;

  const Object& object_;
  const Types& types_;
  std::vector<module::MapDef> defs_;
  std::vector<GivenSlot> given_;
  std::map<std::pair<uint32_t, uint64_t>, std::size_t> declared_;  // by section and offset
  std::map<std::size_t, uint64_t> values_at_;                      // by map: where in its struct `values` begins
  std::map<uint32_t, std::size_t> data_;                           // by section
  std::optional<std::size_t> kconfig_;
  std::vector<std::vector<uint32_t>> symbols_of_;  // by section
};

// The entries that a map gets for those that it asks for: Linux has rings of a power of two of pages only, and whoever
// says less gets the next one.
uint32_t fitting_entries(facts::MapType type, uint32_t asked);

// What a struct in .maps declares.
struct Declaration {
  module::MapDef def;
  std::optional<uint64_t> values_at;  // the byte of its member `values`, if it has one
};
Result<Declaration> declaration_of(const btf::Btf& btf, btf::TypeId type, std::string name);

}  // namespace skep::object
