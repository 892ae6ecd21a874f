// SPDX-License-Identifier: Apache-2.0
// Bytes to data, by type. The work is bounded by a budget of values, because a hostile type may describe the same
// bytes many times over: structs of 65,535 members at one offset, nested.
#include <algorithm>
#include <bit>
#include <cmath>

#include "base/utf8.hpp"
#include "btf/bits.hpp"
#include "btf/datum.hpp"
#include "btf/errors.hpp"

namespace skep::btf {

bool operator==(const Datum& a, const Datum& b) { return a.value == b.value; }

namespace {

std::string hex_number(Bytes bytes) {  // the most significant byte first
  Buffer turned(bytes.rbegin(), bytes.rend());
  if constexpr (std::endian::native == std::endian::big) std::ranges::reverse(turned);
  return "0x" + to_hex(turned);
}

class Decoder {
 public:
  Decoder(const Btf& btf, std::size_t size) : btf_(btf), budget_(65'536 + 64 * size), size_(size) {}
  Result<Datum> value(TypeId id, Bytes at);

 private:
  Result<void> spend(std::size_t values) {
    if (budget_ < values) return fail(TooManyValues{.size = size_});
    budget_ -= values;
    return {};
  }
  Result<void> members(const Type& t, Bytes at, Record& into);
  Result<Datum> record(const Type& t, Bytes at);
  Result<Datum> section(const Type& t, Bytes at);
  Result<Datum> array(const Type& t, Bytes at);
  Datum enumerator(const Type& t, uint64_t bits, unsigned width) const;
  Datum number(const Type& t, uint64_t bits, unsigned width) const;

  const Btf& btf_;
  std::size_t budget_, size_;
};

// The integer or enum of `width` bits.
Datum Decoder::number(const Type& t, uint64_t bits, unsigned width) const {
  if (is_enum(t)) return enumerator(t, bits, width);
  Int i = btf_.int_of(t);
  if (i.is_bool && bits <= 1) return {bits == 1};
  if (i.is_signed) return {sign_extended(bits, width)};
  return {bits};
}

Datum Decoder::enumerator(const Type& t, uint64_t bits, unsigned width) const {
  for (Enumerator e : btf_.enumerators(t))
    if (low_bits(e.value, width) == bits) return {std::string(e.name)};
  if (t.kind_flag) return {sign_extended(bits, width)};
  return {bits};
}

Datum decode_float(Bytes at) {
  double v = NAN;
  if (at.size() == sizeof(float)) v = load<float>(at.data());
  if (at.size() == sizeof(double)) v = load<double>(at.data());
  if (std::isnan(v)) return {hex_number(at)};
  return {v};
}

// The text of a char array, or nothing where it is better shown as numbers.
std::optional<std::string> printable(Bytes at) {
  auto end = std::ranges::find(at, 0);
  if (end == at.end()) return std::nullopt;
  if (std::any_of(end, at.end(), [](uint8_t c) { return c != 0; })) return std::nullopt;
  std::string text(at.begin(), end);
  for (std::string_view rest = text; !rest.empty(); rest.remove_prefix(utf8_length(rest)))
    if (utf8_length(rest) == 0 || control_length(rest) != 0) return std::nullopt;
  return text;
}

Result<Datum> Decoder::array(const Type& t, Bytes at) {
  Array a = btf_.array_of(t);
  uint32_t size = *btf_.size_of(a.element);
  if (is_char(btf_, a.element))
    if (auto text = printable(at)) return Datum{*text};
  List out;
  if (size == 0) return Datum{out};
  out.reserve(std::min<std::size_t>(a.count, budget_));
  for (uint32_t i = 0; i < a.count; ++i)
    out.push_back(TRY_WITHIN(value(a.element, at.subspan(std::size_t{i} * size, size)), index_place(i)));
  return Datum{std::move(out)};
}

Result<void> Decoder::members(const Type& t, Bytes at, Record& into) {
  for (Member m : btf_.members(t)) {
    TRY_VOID(spend(1));
    Type inner = btf_.resolve(m.type);
    if (m.name.empty() && is_record(inner)) {
      TRY_VOID(members(inner, at.subspan(m.bit_offset / 8, *btf_.size_of(m.type)), into));
      continue;
    }
    if (m.name.empty() && m.bitfield_bits != 0) continue;  // padding with a declaration: int : 3;
    if (m.bitfield_bits != 0) {
      into.push_back(
          {std::string(m.name), number(inner, get_bits(at, m.bit_offset, m.bitfield_bits), m.bitfield_bits)});
      continue;
    }
    into.push_back({std::string(m.name), TRY_WITHIN(value(m.type, at.subspan(m.bit_offset / 8, *btf_.size_of(m.type))),
                                                    member_place(m.name))});
  }
  return {};
}

Result<Datum> Decoder::record(const Type& t, Bytes at) {
  Record out;
  TRY_VOID(members(t, at, out));
  return Datum{std::move(out)};
}

Result<Datum> Decoder::section(const Type& t, Bytes at) {
  Record out;
  for (SectionVar v : btf_.section_vars(t)) {
    Type var = btf_.type(v.type);
    auto size = btf_.size_of(v.type);
    if (var.kind != Kind::var || !size) continue;
    auto bytes = slice(at, v.offset, *size);
    if (!bytes)
      return fail_within(
          std::move(
              fail(ValueCutOff{.type = btf_.spelled(v.type), .needs = uint64_t{v.offset} + *size, .found = at.size()})
                  .error()),
          member_place(var.name));
    out.push_back({std::string(var.name), TRY_WITHIN(value(v.type, *bytes), member_place(var.name))});
  }
  return Datum{std::move(out)};
}

Result<Datum> Decoder::value(TypeId id, Bytes at) {
  Type t = value_type(btf_, id);
  TRY_VOID(spend(is_enum(t) ? 1 + t.vlen / 16 : 1));  // an enum's names are searched
  switch (t.kind) {
    case Kind::int_:
    case Kind::enum_:
    case Kind::enum64:
      if (at.size() > 8) return Datum{hex_number(at)};
      return number(t, get_bits(at, offset_of(btf_, t), width_of(btf_, t)), width_of(btf_, t));
    case Kind::ptr: return Datum{hex_number(at)};
    case Kind::float_: return decode_float(at);
    case Kind::array: return array(t, at);
    case Kind::struct_:
    case Kind::union_: return record(t, at);
    case Kind::datasec: return section(t, at);
    case Kind::void_:
    case Kind::fwd:
    case Kind::func:
    case Kind::func_proto:
    case Kind::decl_tag:
    case Kind::typedef_:
    case Kind::volatile_:
    case Kind::const_:
    case Kind::restrict_:
    case Kind::type_tag:
    case Kind::var:
    case Kind::unknown: return fail(NoSize{.inner = btf_.spelled(id)});
  }
  std::unreachable();
}

}  // namespace

Result<Datum> decode(const Btf& btf, TypeId id, Bytes bytes) {
  if (id >= btf.count()) return fail(TypeOutside{.refers_to = id, .count = btf.count() - 1});
  auto size = btf.size_of(id);
  if (!size) return fail(NoSize{.inner = btf.spelled(id)});
  if (btf.type(id).kind == Kind::datasec) return Decoder(btf, bytes.size()).value(id, bytes);
  if (bytes.size() < *size) return fail(ValueCutOff{.type = btf.spelled(id), .needs = *size, .found = bytes.size()});
  return Decoder(btf, *size).value(id, bytes.first(*size));
}

}  // namespace skep::btf
