// SPDX-License-Identifier: Apache-2.0
// How a struct or union is written so that C puts every member where BTF has it.
//
// BTF has offsets and sizes, C has rules: a member goes to the next place that its alignment allows, a bit-field
// stays within the unit of its type, the whole is rounded up to its largest alignment. So a record is written
//   plain        when its members can stand where they are, with holes filled in where C would leave none;
//   packed       when not: then C leaves no holes at all, and every one of them is written;
//   overlapping  as a packed union of packed structs, each a hole and one member, when members of a struct lie over
//                each other or those of a union do not begin at 0. No C compiler makes such types; others do.
// The alignments are those of what is written. What the source was aligned to can only be guessed: a plain struct is
// written as `aligned` where this explains what is left at its end, and no use of it speaks against it; and where it
// has no members at all, as Linux's opaque structs, which are aligned to 8. A wrong guess costs beauty, not truth.
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
    uint32_t align;           // bytes
    bool is_aligned = false;  // it says so itself, more than its members do
  };

  explicit CLayout(const Btf& btf);

  Shape shape_of(const Type& record);
  Shape shape_of(const Type& record, const std::vector<CField>& fields);
  std::vector<CField> fields_of(const Type& record) const;  // those C can say, by rising offset
  // Where C puts the field if it follows what ends at `end`.
  uint64_t natural_begin(const CField& f, uint64_t end, Form form);

 private:
  uint32_t align_of(TypeId id);
  bool fits(const Type& record, const std::vector<CField>& fields, Form form, uint32_t align);

  uint32_t guess_of(const Type& record, const std::vector<CField>& fields, uint32_t align) const;

  const Btf& btf_;
  std::vector<uint32_t> uses_;  // by id: the places where structs hold it and their sizes, their set bits united
  std::unordered_map<TypeId, Shape> shapes_;
};

}  // namespace skep::btf
