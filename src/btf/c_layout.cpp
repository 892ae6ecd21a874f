// SPDX-License-Identifier: Apache-2.0
#include "btf/c_layout.hpp"

#include <algorithm>

#include "btf/bits.hpp"

namespace skep::btf {

CLayout::CLayout(const Btf& btf) : btf_(btf), uses_(btf.count()) {
  for (TypeId id = 1; id < btf.count(); ++id) {
    Type outer = btf.type(id);
    if (!is_record(outer)) continue;
    for (Member m : btf.members(outer)) {
      Type held = btf.resolve(m.type);
      while (held.kind == Kind::array) held = btf.resolve(btf.array_of(held).element);
      if (is_record(held)) uses_[held.id] |= m.bit_offset / 8 | outer.size_or_type;
    }
  }
}

std::vector<CField> CLayout::fields_of(const Type& record) const {
  std::vector<CField> fields;
  fields.reserve(record.vlen);
  for (Member m : btf_.members(record)) {
    uint64_t width = uint64_t{*btf_.size_of(m.type)} * 8;  // members have sizes: parse() saw to it
    Type t = btf_.resolve(m.type);
    CField f{.name = m.name, .type = m.type, .begin = m.bit_offset, .width = width, .is_bitfield = false};
    if (m.bitfield_bits != 0 || m.bit_offset % 8 != 0) {  // a number between bytes is a bit-field of all its bits
      if (!is_number(t) || width > 64 + 64 * (m.bitfield_bits != 0)) continue;
      f.is_bitfield = true;
      if (m.bitfield_bits != 0) f.width = m.bitfield_bits;
    }
    if (m.name.empty() && !is_record(t)) continue;  // C has no word for it: a hole
    fields.push_back(f);
  }
  if (record.kind == Kind::struct_) std::ranges::stable_sort(fields, {}, &CField::begin);
  return fields;
}

uint32_t CLayout::align_of(TypeId id) {
  Type t = btf_.resolve(id);
  switch (t.kind) {
    case Kind::int_:
    case Kind::enum_:
    case Kind::enum64: return t.size_or_type;
    case Kind::ptr: return 8;
    case Kind::array: return align_of(btf_.array_of(t).element);
    case Kind::struct_:
    case Kind::union_: return shape_of(t).align;
    case Kind::var: return align_of(t.size_or_type);
    case Kind::float_: return t.size_or_type == 4 || t.size_or_type == 8 ? t.size_or_type : 1;
    case Kind::void_:
    case Kind::fwd:
    case Kind::typedef_:
    case Kind::volatile_:
    case Kind::const_:
    case Kind::restrict_:
    case Kind::func:
    case Kind::func_proto:
    case Kind::datasec:
    case Kind::decl_tag:
    case Kind::type_tag:
    case Kind::unknown: return 1;
  }
  std::unreachable();
}

// System V's rule for bit-fields, which BPF and all hosts follow: it moves to the next unit if it would cross one.
uint64_t CLayout::natural_begin(const CField& f, uint64_t end, Form form) {
  if (form != Form::plain) return f.is_bitfield ? end : round_up(end, 8);
  uint64_t align = uint64_t{align_of(f.type)} * 8;
  return f.is_bitfield && end % align + f.width <= align ? end : round_up(end, align);
}

bool CLayout::fits(const Type& record, const std::vector<CField>& fields, Form form, uint32_t align) {
  uint64_t end = 0;
  for (const CField& f : fields) {
    if (natural_begin(f, f.begin, form) != f.begin) return false;
    end = std::max(end, f.begin + f.width);
  }
  uint64_t size = uint64_t{record.size_or_type} * 8;
  return size % (uint64_t{align} * 8) == 0 && end <= size;
}

CLayout::Shape CLayout::shape_of(const Type& record) {
  if (auto it = shapes_.find(record.id); it != shapes_.end()) return it->second;
  Shape s = shape_of(record, fields_of(record));
  shapes_.emplace(record.id, s);
  return s;
}

CLayout::Shape CLayout::shape_of(const Type& record, const std::vector<CField>& fields) {
  uint64_t end = 0;
  uint32_t align = 1;
  for (const CField& f : fields) {
    if (f.begin < end) return {.form = Form::overlapping, .align = 1};
    if (record.kind == Kind::struct_) end = f.begin + f.width;
    if (record.kind == Kind::union_ && f.begin != 0) return {.form = Form::overlapping, .align = 1};
    align = std::max(align, align_of(f.type));
  }
  if (!fits(record, fields, Form::plain, align)) return {.form = Form::packed, .align = 1};
  uint32_t guess = record.kind == Kind::struct_ ? guess_of(record, fields, align) : align;
  return {.form = Form::plain, .align = guess, .is_aligned = guess != align};
}

uint32_t CLayout::guess_of(const Type& record, const std::vector<CField>& fields, uint32_t align) const {
  constexpr uint32_t most = 64, opaque = 8;
  uint64_t size = record.size_or_type;
  if (fields.empty()) return size != 0 && (size | uses_[record.id]) % opaque == 0 ? opaque : align;
  uint64_t end = round_up(fields.back().begin + fields.back().width, 8) / 8;
  uint32_t guess = align;
  while (guess < most && round_up(end, guess) != size) guess *= 2;
  return round_up(end, guess) == size && uses_[record.id] % guess == 0 ? guess : align;
}

}  // namespace skep::btf
