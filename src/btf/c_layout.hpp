// SPDX-License-Identifier: Apache-2.0
// How a struct or union is written so that C puts every member where BTF has it.
//
// BTF has offsets and sizes, C has rules: a member goes to the next place that its alignment allows, a bit-field
// stays within the unit of its type, the whole is rounded up to its largest alignment. So a record is written
//   plain        when its members can stand where they are, with holes filled in where C would leave none;
//   packed       when not: then C leaves no holes at all, and every one of them is written;
//   overlapping  as a packed union of packed structs, each a hole and one member, when members of a struct lie over
//                each other or those of a union do not begin at 0. No C compiler makes such types; others do.
// The alignments are those of what is written, not those of the source: a struct that was aligned to 64 bytes is
// written with holes, and so is whatever holds it.
#pragma once

#include <unordered_map>

#include "btf/types.hpp"

namespace skep::btf {

enum class Form : uint8_t { plain, packed, overlapping };

// Bits, not bytes, are counted throughout.
struct CField {
  std::string_view name;  // of records only it may be empty
  TypeId type;
  uint64_t begin;
  uint64_t width;
  bool is_bitfield;
};

class CLayout {
 public:
  struct Shape {
    Form form;
    uint32_t align;  // bytes
  };

  explicit CLayout(const Btf& btf) : btf_(btf) {}

  Shape shape_of(const Type& record);
  Shape shape_of(const Type& record, const std::vector<CField>& fields);
  std::vector<CField> fields_of(const Type& record) const;  // those C can say, by rising offset
  // Where C puts the field if it follows what ends at `end`.
  uint64_t natural_begin(const CField& f, uint64_t end, Form form);

 private:
  uint32_t align_of(TypeId id);
  bool fits(const Type& record, const std::vector<CField>& fields, Form form, uint32_t align);

  const Btf& btf_;
  std::unordered_map<TypeId, Shape> shapes_;
};

}  // namespace skep::btf
