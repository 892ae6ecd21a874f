// SPDX-License-Identifier: Apache-2.0
// The BTF of an object and what belongs to its instructions, ready to be asked.
#pragma once

#include <map>
#include <span>

#include "btf/ext.hpp"
#include "object/object.hpp"

namespace skep::object {

// Global functions of .text that are hidden: a loader tells the kernel that they are static, so that they are verified
// where they are called; whoever joins objects leaves them as they are written.
enum class Hidden : uint8_t { as_written, as_static };

// `btf` is null and everything is empty where the object has none. Records of a section ascend by instruction.
class Types {
 public:
  static Result<Types> read(const Object& object, Hidden hidden = Hidden::as_written);

  const btf::Shared& btf() const { return btf_; }
  // The records for bytes [begin, end) of a section.
  std::span<const btf::LineInfo> lines(uint32_t section, uint64_t begin, uint64_t end) const;
  std::span<const btf::CoreRelo> relos(uint32_t section, uint64_t begin, uint64_t end) const;
  // The sections that have CO-RE relocations, in the order of .BTF.ext.
  const std::vector<uint32_t>& relocated() const { return relocated_; }
  // All records of a section.
  const btf::ExtSection& all_of(uint32_t section) const { return sections_[section]; }
  // The func that begins there; 0: not known.
  btf::TypeId function_at(uint32_t section, uint64_t offset) const;
  // The datasec of this name; 0: not known.
  btf::TypeId section_type(std::string_view section) const;

  // Whether a name that the object does not define is the kernel's (section .ksyms), and its type: a function's
  // prototype; 0: void, or not known.
  bool is_ksym(std::string_view name) const { return ksyms_.contains(name); }
  btf::TypeId ksym(std::string_view name) const;

 private:
  static Result<Types> as_written(const Object& object);

  btf::Shared btf_, written_;  // the records' names lie in the latter, where it is another
  std::map<std::string_view, btf::TypeId> ksyms_;
  std::vector<btf::ExtSection> sections_;  // by ELF section
  std::vector<uint32_t> relocated_;
};

}  // namespace skep::object
