// SPDX-License-Identifier: Apache-2.0
// Data to bytes, by type; refuses what does not fit exactly.
#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "base/suggest.hpp"
#include "btf/bits.hpp"
#include "btf/datum.hpp"
#include "btf/errors.hpp"

namespace skep::btf {
namespace {

// An integer of any type up to 64 bits: its value is `bits` read as int64 when negative, as uint64 otherwise.
struct Integer {
  uint64_t bits;
  bool negative;
};

std::optional<Integer> integer_of_text(std::string_view text) {
  bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  int base = text.starts_with("0x") || text.starts_with("0X") ? 16 : 10;
  if (base == 16) text.remove_prefix(2);
  uint64_t v = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), v, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (negative && v > uint64_t{1} << 63) return std::nullopt;
  return Integer{.bits = negative ? 0 - v : v, .negative = negative && v != 0};
}

std::optional<Integer> integer_of(const Datum& d) {
  if (auto b = d.as<bool>()) return Integer{.bits = *b ? 1u : 0u, .negative = false};
  if (auto i = d.as<int64_t>()) return Integer{.bits = static_cast<uint64_t>(*i), .negative = *i < 0};
  if (auto u = d.as<uint64_t>()) return Integer{.bits = *u, .negative = false};
  if (auto s = d.as<std::string>()) return integer_of_text(*s);
  return std::nullopt;
}

std::string shown(Integer i) {
  return i.negative ? std::to_string(static_cast<int64_t>(i.bits)) : std::to_string(i.bits);
}

std::string shown(const Datum& d) {
  if (auto s = d.as<std::string>()) return "\"" + *s + "\"";
  if (auto l = d.as<List>()) return "a list of " + std::to_string(l->size());
  if (auto f = d.as<double>()) return std::to_string(*f);
  if (d.as<Record>()) return "a record";
  if (auto i = integer_of(d)) return shown(*i);
  return "null";
}

// ---- addresses --------------------------------------------------------------------------------------------------

bool is_be32(const Btf& btf, TypeId id) {
  for (Type t = btf.type(id);; t = btf.type(t.size_or_type)) {
    if (t.kind == Kind::typedef_ && t.name == "__be32") return true;
    if (t.kind != Kind::typedef_ && t.kind != Kind::const_ && t.kind != Kind::volatile_ && t.kind != Kind::var &&
        t.kind != Kind::type_tag && t.kind != Kind::restrict_)
      return false;
  }
}

bool takes_address(const Btf& btf, TypeId id) {
  Type t = value_type(btf, id);
  if (is_record(t)) return t.name == "in_addr" || t.name == "in6_addr";
  if (t.kind != Kind::array) return is_be32(btf, id);
  TypeId element = btf.array_of(t).element;
  return is_be32(btf, element) || (btf.resolve(element).kind == Kind::int_ && btf.size_of(element) == 1);
}

std::optional<Buffer> address_of_text(const std::string& text, std::size_t size) {
  Buffer out(size);
  if (size == 4 && ::inet_pton(AF_INET, text.c_str(), out.data()) == 1) return out;
  if (size == 16 && ::inet_pton(AF_INET6, text.c_str(), out.data()) == 1) return out;
  if (size != 6 || text.size() != 17) return std::nullopt;
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (i % 3 != 2)
      digits += text[i];
    else if (text[i] != ':')
      return std::nullopt;
  return from_hex(digits);
}

// ---- encoding ---------------------------------------------------------------------------------------------------

// A member as its struct's users see it: those of anonymous inner structs have moved up.
struct FlatMember {
  Member member;
  uint64_t bit_offset;
};

class Encoder {
 public:
  explicit Encoder(const Btf& btf) : btf_(btf) {}
  Result<void> write(TypeId id, MutableBytes at, const Datum& d) const;

 private:
  Result<void> number(TypeId id, MutableBytes at, unsigned offset, unsigned width, const Datum& d) const;
  Result<void> wide(const Type& t, MutableBytes at, const Datum& d) const;
  Result<void> floating(const Type& t, MutableBytes at, const Datum& d) const;
  Result<void> array(const Type& t, MutableBytes at, const Datum& d) const;
  Result<void> record(const Type& t, MutableBytes at, const Datum& d) const;
  Result<void> section(const Type& t, MutableBytes at, const Datum& d) const;
  Result<Integer> named(const Type& t, const Datum& d) const;
  bool flatten(const Type& t, uint64_t base, std::vector<FlatMember>& into) const;
  std::unexpected<Error> wrong_shape(TypeId id, const Datum& d, std::string wanted) const {
    return fail(WrongShape{.found = shown(d), .type = btf_.spelled(id), .wanted = std::move(wanted)});
  }
  std::unexpected<Error> no_member(const Type& t, const std::string& name, std::span<const std::string> names) const {
    return fail(NoSuchMember{
        .name = name, .type = btf_.spelled(t.id), .members = listed(names), .suggestion = did_you_mean(name, names)});
  }

  const Btf& btf_;
};

// What an enum is given: an enumerator's name, or a number.
Result<Integer> Encoder::named(const Type& t, const Datum& d) const {
  auto text = d.as<std::string>();
  if (text != nullptr)
    for (Enumerator e : btf_.enumerators(t))
      if (e.name == *text)
        return Integer{.bits = e.value, .negative = t.kind_flag && static_cast<int64_t>(e.value) < 0};
  if (auto i = integer_of(d)) return *i;
  if (text == nullptr) return wrong_shape(t.id, d, "a name or a number");
  std::vector<std::string> names;
  for (Enumerator e : btf_.enumerators(t)) names.emplace_back(e.name);
  return fail(NoSuchEnumerator{
      .name = *text, .type = btf_.spelled(t.id), .names = listed(names), .suggestion = did_you_mean(*text, names)});
}

Result<void> Encoder::number(TypeId id, MutableBytes at, unsigned offset, unsigned width, const Datum& d) const {
  Type t = value_type(btf_, id);
  if (auto text = d.as<std::string>(); t.kind == Kind::int_ && text != nullptr && btf_.int_of(t).is_bool)
    if (*text == "true" || *text == "false") return number(id, at, offset, width, {*text == "true"});
  bool is_signed = is_enum(t) ? t.kind_flag : btf_.int_of(t).is_signed;
  std::optional<Integer> i;
  if (is_enum(t))
    i = TRY(named(t, d));
  else if (i = integer_of(d); !i)
    return wrong_shape(id, d, takes_address(btf_, id) ? "a number or an address" : "a number");
  bool fits = is_signed ? sign_extended(i->bits, width) == static_cast<int64_t>(i->bits) &&
                              i->negative == (static_cast<int64_t>(i->bits) < 0)
                        : !i->negative && low_bits(i->bits, width) == i->bits;
  if (!fits) {
    uint64_t most = low_bits(~uint64_t{0}, is_signed ? width - 1 : width);
    return fail(OutOfRange{.found = shown(*i),
                           .type = btf_.spelled(id),
                           .least = is_signed ? std::to_string(-static_cast<int64_t>(most) - 1) : "0",
                           .most = std::to_string(most)});
  }
  set_bits(at, offset, width, i->bits);
  return {};
}

// Little-endian bytes of "0x…", which may have fewer digits than fit; or of a number.
Result<void> Encoder::wide(const Type& t, MutableBytes at, const Datum& d) const {
  auto text = d.as<std::string>();
  if (text != nullptr && text->starts_with("0x") && text->size() > 2) {
    std::string digits = text->substr(2);
    if (digits.size() % 2 != 0) digits.insert(0, 1, '0');
    auto bytes = from_hex(digits);
    if (!bytes) return wrong_shape(t.id, d, "a number or \"0x…\"");
    if (bytes->size() > at.size())
      return fail(TooLong{.found = bytes->size(), .type = btf_.spelled(t.id), .most = at.size(), .what = "bytes"});
    std::ranges::copy(bytes->rbegin(), bytes->rend(), at.begin());
    return {};
  }
  auto i = integer_of(d);
  if (!i) return wrong_shape(t.id, d, "a number or \"0x…\"");
  std::ranges::fill(at, i->negative ? uint8_t{0xff} : uint8_t{0});
  set_bits(at, 0, static_cast<unsigned>(std::min<std::size_t>(at.size() * 8, 64)), i->bits);
  return {};
}

// What strtod reads to the end; so are "inf" and the hexadecimal forms of C.
bool is_decimal(const std::string& text) {
  char* end = nullptr;
  std::strtod(text.c_str(), &end);
  return !text.empty() && *end == '\0';
}

Result<void> Encoder::floating(const Type& t, MutableBytes at, const Datum& d) const {
  double v = 0;
  if (auto text = d.as<std::string>(); text != nullptr && text->starts_with("0x")) return wide(t, at, d);
  if (auto f = d.as<double>())
    v = *f;
  else if (auto text = d.as<std::string>(); text != nullptr && is_decimal(*text))
    v = std::strtod(text->c_str(), nullptr);
  else if (auto i = integer_of(d))
    v = i->negative ? static_cast<double>(static_cast<int64_t>(i->bits)) : static_cast<double>(i->bits);
  else
    return wrong_shape(t.id, d, "a number");
  constexpr double most = std::numeric_limits<float>::max();
  if (at.size() == sizeof(double)) {
    store(at.data(), v);
  } else if (at.size() != sizeof(float)) {
    return wrong_shape(t.id, d, "\"0x…\"");
  } else if (std::isfinite(v) && std::abs(v) > most) {
    return fail(OutOfRange{
        .found = shown(d), .type = btf_.spelled(t.id), .least = std::to_string(-most), .most = std::to_string(most)});
  } else {
    store(at.data(), static_cast<float>(v));
  }
  return {};
}

Result<void> Encoder::array(const Type& t, MutableBytes at, const Datum& d) const {
  Array a = btf_.array_of(t);
  auto too_long = [&](std::size_t found, std::string_view what) {
    return fail(TooLong{.found = found, .type = btf_.spelled(t.id), .most = a.count, .what = what});
  };
  if (auto text = d.as<std::string>()) {
    if (!is_char(btf_, a.element))
      return wrong_shape(t.id, d, takes_address(btf_, t.id) ? "a list or an address" : "a list");
    if (text->size() > a.count) return too_long(text->size(), "characters");
    std::ranges::copy(*text, at.begin());
    std::ranges::fill(at.subspan(text->size()), uint8_t{0});
    return {};
  }
  auto list = d.as<List>();
  if (list == nullptr) return wrong_shape(t.id, d, is_char(btf_, a.element) ? "a string or a list" : "a list");
  if (list->size() > a.count) return too_long(list->size(), "elements");
  std::size_t size = *btf_.size_of(a.element);
  for (std::size_t i = 0; i < list->size(); ++i)
    if (auto r = write(a.element, at.subspan(i * size, size), (*list)[i]); !r)
      return fail_within(std::move(r.error()), index_place(i));
  return {};
}

// False where a hostile type has more members than any honest one.
bool Encoder::flatten(const Type& t, uint64_t base, std::vector<FlatMember>& into) const {
  for (Member m : btf_.members(t)) {
    Type inner = btf_.resolve(m.type);
    if (into.size() > 200'000) return false;
    if (m.name.empty() && is_record(inner)) {
      if (!flatten(inner, base + m.bit_offset, into)) return false;
    } else {
      into.push_back({.member = m, .bit_offset = base + m.bit_offset});
    }
  }
  return true;
}

Result<void> Encoder::record(const Type& t, MutableBytes at, const Datum& d) const {
  auto given = d.as<Record>();
  if (given == nullptr) return wrong_shape(t.id, d, takes_address(btf_, t.id) ? "a record or an address" : "a record");
  std::vector<FlatMember> flat;
  if (!flatten(t, 0, flat)) return fail(TooManyValues{.size = at.size()});
  for (const Named& n : *given) {
    auto f = std::ranges::find(flat, std::string_view(n.name), [](const FlatMember& m) { return m.member.name; });
    if (f == flat.end() || n.name.empty()) {
      std::vector<std::string> names;
      for (const FlatMember& m : flat) names.emplace_back(m.member.name);
      return no_member(t, n.name, names);
    }
    const Member& m = f->member;
    Result<void> r;
    if (m.bitfield_bits != 0)
      r = number(m.type, at, static_cast<unsigned>(f->bit_offset), m.bitfield_bits, n.value);
    else
      r = write(m.type, at.subspan(f->bit_offset / 8, *btf_.size_of(m.type)), n.value);
    if (!r) return fail_within(std::move(r.error()), member_place(n.name));
  }
  return {};
}

Result<void> Encoder::section(const Type& t, MutableBytes at, const Datum& d) const {
  auto given = d.as<Record>();
  if (given == nullptr) return wrong_shape(t.id, d, "a record");
  auto vars = btf_.section_vars(t);
  for (const Named& n : *given) {
    auto found =
        std::ranges::find(vars, std::string_view(n.name), [&](SectionVar v) { return btf_.type(v.type).name; });
    if (found == vars.end()) {
      std::vector<std::string> names;
      for (SectionVar v : vars) names.emplace_back(btf_.type(v.type).name);
      return no_member(t, n.name, names);
    }
    SectionVar v = *found;
    auto size = btf_.size_of(v.type);
    if (!size || v.offset > at.size() || at.size() - v.offset < *size)
      return fail_within(std::move(fail(ValueCutOff{.type = btf_.spelled(v.type),
                                                    .needs = uint64_t{v.offset} + size.value_or(0),
                                                    .found = at.size()})
                                       .error()),
                         member_place(n.name));
    if (auto r = write(v.type, at.subspan(v.offset, *size), n.value); !r)
      return fail_within(std::move(r.error()), member_place(n.name));
  }
  return {};
}

Result<void> Encoder::write(TypeId id, MutableBytes at, const Datum& d) const {
  if (d.as<std::monostate>()) return {};
  if (auto text = d.as<std::string>(); text != nullptr && takes_address(btf_, id))
    if (auto address = address_of_text(*text, at.size())) {
      std::ranges::copy(*address, at.begin());
      return {};
    }
  Type t = value_type(btf_, id);
  if (t.kind == Kind::ptr || (is_number(t) && at.size() > 8)) return wide(t, at, d);
  if (is_number(t)) return number(id, at, offset_of(btf_, t), width_of(btf_, t), d);
  if (t.kind == Kind::float_) return floating(t, at, d);
  if (t.kind == Kind::array) return array(t, at, d);
  if (is_record(t)) return record(t, at, d);
  if (t.kind == Kind::datasec) return section(t, at, d);
  return fail(NoSize{.inner = btf_.spelled(id)});
}

}  // namespace

std::optional<uint64_t> integer_of(const Datum& d, unsigned width) {
  auto i = integer_of(d);
  if (!i || width == 0) return std::nullopt;
  bool fits = i->negative ? sign_extended(i->bits, width) == static_cast<int64_t>(i->bits)
                          : low_bits(i->bits, width) == i->bits;
  if (!fits) return std::nullopt;
  return low_bits(i->bits, width);
}

Result<Buffer> encode(const Btf& btf, TypeId id, const Datum& d) {
  if (id >= btf.count()) return fail(TypeOutside{.refers_to = id, .count = btf.count() - 1});
  auto size = btf.size_of(id);
  if (!size) return fail(NoSize{.inner = btf.spelled(id)});
  constexpr uint32_t most = 1 << 28;  // a value that somebody writes down is smaller than what a type can describe
  if (*size > most) return fail(TooLong{.found = *size, .type = btf.spelled(id), .most = most, .what = "bytes"});
  Buffer out(*size);
  TRY_VOID(Encoder(btf).write(id, out, d));
  return out;
}

}  // namespace skep::btf
