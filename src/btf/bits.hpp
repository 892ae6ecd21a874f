// SPDX-License-Identifier: Apache-2.0
// What decode and encode ask about types and bits alike. Bit offsets count from the least significant bit of the
// first byte, as BTF does for little-endian targets.
#pragma once

#include <algorithm>

#include "btf/types.hpp"

namespace skep::btf {

inline uint64_t low_bits(uint64_t v, unsigned width) { return width >= 64 ? v : v & ((uint64_t{1} << width) - 1); }
inline int64_t sign_extended(uint64_t v, unsigned width) {
  return width >= 64 ? static_cast<int64_t>(v) : static_cast<int64_t>(v << (64 - width)) >> (64 - width);
}

inline uint64_t get_bits(Bytes at, unsigned offset, unsigned width) {
  uint64_t v = 0;
  for (unsigned i = 0; i < width; i += 8 - (offset + i) % 8)
    v |= uint64_t{at[(offset + i) / 8]} >> (offset + i) % 8 << i;
  return low_bits(v, width);
}
inline void set_bits(MutableBytes at, unsigned offset, unsigned width, uint64_t v) {
  for (unsigned i = 0; i < width;) {
    unsigned shift = (offset + i) % 8, count = std::min(8 - shift, width - i);
    auto mask = static_cast<uint8_t>(low_bits(~uint64_t{0}, count) << shift);
    uint8_t& byte = at[(offset + i) / 8];
    byte = static_cast<uint8_t>((byte & ~mask) | (v >> i << shift & mask));
    i += count;
  }
}

inline bool is_record(const Type& t) { return t.kind == Kind::struct_ || t.kind == Kind::union_; }
inline bool is_enum(const Type& t) { return t.kind == Kind::enum_ || t.kind == Kind::enum64; }
inline bool is_number(const Type& t) { return t.kind == Kind::int_ || is_enum(t); }

// The type behind typedefs, qualifiers and the variable that has it.
inline Type value_type(const Btf& btf, TypeId id) {
  Type t = btf.resolve(id);
  while (t.kind == Kind::var) t = btf.resolve(t.size_or_type);
  return t;
}
inline bool is_char(const Btf& btf, TypeId id) {  // compilers differ in the encoding they give char, not in its name
  Type t = btf.resolve(id);
  return t.kind == Kind::int_ && t.size_or_type == 1 && t.name == "char";
}
// Where a number's bits are in its bytes.
inline unsigned width_of(const Btf& btf, const Type& number) {
  return number.kind == Kind::int_ ? btf.int_of(number).bits : number.size_or_type * 8;
}
inline unsigned offset_of(const Btf& btf, const Type& number) {
  return number.kind == Kind::int_ ? btf.int_of(number).offset : 0u;
}

inline std::string index_place(std::size_t i) { return "element " + std::to_string(i); }
inline std::string member_place(std::string_view name) { return "member '" + std::string(name) + "'"; }

}  // namespace skep::btf
