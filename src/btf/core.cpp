// SPDX-License-Identifier: Apache-2.0
#include "btf/core.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/suggest.hpp"
#include "btf/bits.hpp"
#include "btf/core_match.hpp"
#include "btf/errors.hpp"

namespace skep::btf::core {

std::string_view name_of(Ask a) {
  static constexpr std::array<std::string_view, ask_count> names = {
      "field_byte_offset", "field_byte_size", "field_exists",   "field_signed", "field_lshift_u64",
      "field_rshift_u64",  "type_id_local",   "type_id_target", "type_exists",  "type_size",
      "enumval_exists",    "enumval_value",   "type_matches"};
  return names[static_cast<std::size_t>(a)];
}
bool asks_field(Ask a) { return a <= Ask::field_rshift_u64; }
bool asks_enumerator(Ask a) { return a == Ask::enumval_exists || a == Ask::enumval_value; }

// ---- what is asked ----------------------------------------------------------------------------------------------

static Result<std::vector<uint32_t>> numbers_of(std::string_view access) {
  constexpr std::size_t most = 64;  // Linux's limit
  std::vector<uint32_t> out;
  const char *at = access.data(), *end = at + access.size();
  for (bool more = true; more; ++at) {
    uint32_t n = 0;
    auto [after, problem] = std::from_chars(at, end, n);
    if (problem != std::errc{} || out.size() == most || (after != end && *after != ':'))
      return fail(CoreAccess{.access = std::string(access)});
    out.push_back(n);
    more = after != end;
    at = after;
  }
  return out;
}

// One number of the access is a step further into `at`; what it leads to is the type of the next.
static Result<TypeId> step(Spec& s, TypeId at, uint32_t index) {
  const Btf& btf = *s.btf;
  Type t = btf.resolve(at);
  if (is_record(t)) {
    if (index >= t.vlen) return fail(CoreOutside{.index = index, .type = btf.spelled(t.id), .count = t.vlen});
    Member m = btf.member(t, index);
    s.bit_offset += m.bit_offset;
    if (!m.name.empty()) s.steps.push_back({.type = t.id, .index = index, .name = m.name});
    return m.type;
  }
  if (t.kind != Kind::array) return fail(CoreNoMembers{.index = index, .type = btf.spelled(t.id)});
  Array a = btf.array_of(t);
  if (index >= a.count && !is_flexible(btf, s.steps, a))
    return fail(CoreOutside{.index = index, .type = btf.spelled(t.id), .count = a.count});
  TypeId element = btf.resolve(a.element).id;
  auto size = btf.size_of(element);
  if (!size) return fail(CoreNoSize{.type = btf.spelled(element)});
  s.bit_offset += uint64_t{index} * *size * 8;
  s.steps.push_back({.type = element, .index = index, .name = {}});
  return element;
}

Result<Spec> spec_of(const Btf& local, const CoreRelo& relo) {
  if (relo.kind >= ask_count) return fail(CoreUnknownAsk{.kind = relo.kind});
  Spec s{.btf = &local, .ask = static_cast<Ask>(relo.kind), .root = relo.type, .steps = {}, .bit_offset = 0};
  auto numbers = TRY(numbers_of(relo.access));
  Type t = local.resolve(relo.type);
  if (!asks_field(s.ask)) {
    if (numbers.size() != 1 || (!asks_enumerator(s.ask) && numbers[0] != 0))
      return fail(CoreAccess{.access = std::string(relo.access)});
    if (!asks_enumerator(s.ask)) return s;
    if (!is_enum(t)) return fail(CoreNoMembers{.index = numbers[0], .type = local.spelled(t.id)});
    if (numbers[0] >= t.vlen)
      return fail(CoreOutside{.index = numbers[0], .type = local.spelled(t.id), .count = t.vlen});
    s.steps.push_back({.type = t.id, .index = numbers[0], .name = local.enumerator(t, numbers[0]).name});
    return s;
  }
  auto size = local.size_of(t.id);
  if (!size) return fail(CoreNoSize{.type = local.spelled(t.id)});
  s.steps.push_back({.type = t.id, .index = numbers[0], .name = {}});
  s.bit_offset = uint64_t{numbers[0]} * *size * 8;
  TypeId at = t.id;
  for (std::size_t i = 1; i < numbers.size(); ++i) at = TRY(step(s, at, numbers[i]));
  return s;
}

static std::string step_text(const Step& s, std::size_t position) {
  if (!s.name.empty()) return "." + std::string(s.name);
  if (position == 0 && s.index == 0) return "";
  return "[" + std::to_string(s.index) + "]";
}

std::string text(const Spec& s) {
  std::string out = s.btf->spelled(s.root);
  if (asks_enumerator(s.ask)) return out + "::" + std::string(s.steps[0].name);
  for (std::size_t i = 0; i < s.steps.size(); ++i) out += step_text(s.steps[i], i);
  return out;
}

// ---- who may be meant -------------------------------------------------------------------------------------------

// Of a module: its own types, not those it shares with the kernel.
static void add_candidates(std::vector<Candidate>& to, const Btf& btf, const Type& wanted) {
  for (TypeId id : btf.flavours(essential_name(wanted.name)))
    if (id >= btf.first_id() && same_sort(btf.type(id).kind, wanted.kind)) to.push_back({.btf = &btf, .type = id});
}

std::vector<Candidate> candidates(const Spec& local, const Target& target) {
  std::vector<Candidate> out;
  Type wanted = local.btf->type(local.root);
  if (local.ask == Ask::type_id_local || wanted.name.empty() || wanted.kind == Kind::void_) return out;
  if (target.btf) add_candidates(out, *target.btf, wanted);
  if (out.empty() && target.modules)
    for (const Shared& module : target.modules()) add_candidates(out, *module, wanted);
  return out;
}

// ---- the answer of one of them ----------------------------------------------------------------------------------

namespace {

struct Answer {
  uint64_t value = 0;
  Expect expect = Expect::original;
  uint32_t bytes = 0;  // of the field, where its offset is asked for and it is no bit-field
  TypeId type = 0;     // its type
};

// The smallest aligned load of 1 to 8 bytes, no smaller than the type, that holds all bits of a bit-field.
struct Unit {
  uint64_t offset;
  uint32_t bytes;
};
Result<Unit> unit_of(uint64_t bit_offset, uint32_t bits, uint32_t bytes) {
  if (bytes == 0) return fail(CoreBitfield{.bits = bits, .offset = bit_offset});
  uint64_t offset = bit_offset / 8 / bytes * bytes;
  while (bit_offset + bits - offset * 8 > uint64_t{bytes} * 8) {
    if (bytes >= 8) return fail(CoreBitfield{.bits = bits, .offset = bit_offset});
    bytes *= 2;
    offset = bit_offset / 8 / bytes * bytes;
  }
  return Unit{.offset = offset, .bytes = bytes};
}

Result<uint32_t> size_of(const Btf& btf, TypeId type) {
  auto size = btf.size_of(type);
  if (!size) return fail(CoreNoSize{.type = btf.spelled(type)});
  return *size;
}

Result<Answer> element_answer(const Spec& s) {
  TypeId type = s.steps.back().type;
  uint32_t bytes = TRY(size_of(*s.btf, type));
  if (s.ask == Ask::field_byte_size) return Answer{.value = bytes};
  if (s.ask == Ask::field_byte_offset) return Answer{.value = s.bit_offset / 8, .bytes = bytes, .type = type};
  return fail(CoreElement{.ask = name_of(s.ask), .spec = text(s)});
}

bool is_signed(const Btf& btf, const Type& t) {
  return is_enum(t) ? t.kind_flag : t.kind == Kind::int_ && btf.int_of(t).is_signed;
}

// The compiler may have chosen another load for a bit-field than we would; signedness and width are beyond dispute.
Result<Answer> field_answer(const Spec& s, std::endian order) {
  if (s.ask == Ask::field_exists) return Answer{.value = 1};
  if (s.steps.back().name.empty()) return element_answer(s);
  const Btf& btf = *s.btf;
  Member m = btf.member(btf.type(s.steps.back().type), s.steps.back().index);
  Type t = btf.resolve(m.type);
  Unit unit{.offset = s.bit_offset / 8, .bytes = TRY(size_of(btf, t.id))};
  const bool bitfield = m.bitfield_bits != 0;
  if (bitfield) unit = TRY(unit_of(s.bit_offset, m.bitfield_bits, unit.bytes));
  const uint64_t bits = bitfield ? m.bitfield_bits : uint64_t{unit.bytes} * 8, before = s.bit_offset - unit.offset * 8;
  const Expect expect = bitfield ? Expect::anything : Expect::original;
  switch (s.ask) {
    case Ask::field_byte_offset:
      return Answer{
          .value = unit.offset, .expect = expect, .bytes = bitfield ? 0 : unit.bytes, .type = bitfield ? 0 : t.id};
    case Ask::field_byte_size: return Answer{.value = unit.bytes, .expect = expect};
    case Ask::field_signed: return Answer{.value = is_signed(btf, t)};
    case Ask::field_lshift_u64:
      return Answer{
          .value = order == std::endian::little ? 64 - (before + bits) : 64 - uint64_t{unit.bytes} * 8 + before,
          .expect = expect};
    case Ask::field_rshift_u64: return Answer{.value = 64 - bits};
    case Ask::field_exists:
    case Ask::type_id_local:
    case Ask::type_id_target:
    case Ask::type_exists:
    case Ask::type_size:
    case Ask::enumval_exists:
    case Ask::enumval_value:
    case Ask::type_matches: break;
  }
  std::unreachable();
}

// Values of 32-bit enums are ints to Linux, whatever the enum says of its sign.
uint64_t enumerator_value(const Btf& btf, const Step& s) {
  Type t = btf.type(s.type);
  uint64_t value = btf.enumerator(t, s.index).value;
  return t.kind == Kind::enum_ ? static_cast<uint64_t>(int64_t{static_cast<int32_t>(value)}) : value;
}

Result<Answer> answer(const Spec& s, std::endian order) {
  if (asks_field(s.ask)) return field_answer(s, order);
  switch (s.ask) {
    case Ask::type_id_local:  // numbers of types change where objects are joined
    case Ask::type_id_target: return Answer{.value = s.root, .expect = Expect::anything};
    case Ask::type_size: return Answer{.value = TRY(size_of(*s.btf, s.root))};
    case Ask::enumval_value: return Answer{.value = enumerator_value(*s.btf, s.steps[0])};
    case Ask::type_exists:
    case Ask::type_matches:
    case Ask::enumval_exists: return Answer{.value = 1};
    case Ask::field_byte_offset:
    case Ask::field_byte_size:
    case Ask::field_exists:
    case Ask::field_signed:
    case Ask::field_lshift_u64:
    case Ask::field_rshift_u64: break;
  }
  std::unreachable();
}

// What is asked for is not there: "no" and "0 bytes" are answers, everything else is poison.
bool answers_absence(Ask a) { return asks_field(a) ? a == Ask::field_exists : a != Ask::enumval_value; }

Resize resize_of(const Spec& local, const Answer& here, const Spec& target, const Answer& there) {
  if (here.bytes == there.bytes) return Resize::allowed;
  Type a = local.btf->type(here.type), b = target.btf->type(there.type);
  if (a.kind == Kind::ptr && b.kind == Kind::ptr) return Resize::allowed;
  bool unsigned_integers = a.kind == Kind::int_ && b.kind == Kind::int_ && !local.btf->int_of(a).is_signed &&
                           !target.btf->int_of(b).is_signed;
  return unsigned_integers ? Resize::allowed : Resize::refused;
}

// ---- what is missing --------------------------------------------------------------------------------------------

void collect_members(const Btf& btf, TypeId record, std::vector<std::string>& names) {
  constexpr std::size_t most = 4096;
  Type t = btf.resolve(record);
  if (!is_record(t)) return;
  for (Member m : btf.members(t)) {
    if (names.size() >= most) return;
    if (m.name.empty())
      collect_members(btf, m.type, names);
    else
      names.emplace_back(m.name);
  }
}

std::string instead(std::string_view wanted, const std::vector<std::string>& names) {
  std::string near = did_you_mean(wanted, names);
  return near.empty() ? "; it has " + listed(names) : near;
}

// In the target's words.
std::string missing(const Spec& local, const Candidate& candidate, const Stop& stop) {
  const Btf& btf = *candidate.btf;
  auto theirs = [&] { return "the target's " + btf.spelled(stop.target); };
  std::vector<std::string> names;
  switch (stop.why) {
    case Stop::Why::no_member:
      collect_members(btf, stop.target, names);
      return theirs() + " has no member '" + std::string(stop.name) + "'" + instead(stop.name, names);
    case Stop::Why::no_enumerator:
      if (Type t = btf.type(stop.target); is_enum(t))
        for (Enumerator e : btf.enumerators(t)) names.emplace_back(e.name);
      return theirs() + " has no '" + std::string(stop.name) + "'" + instead(stop.name, names);
    case Stop::Why::other_type:
      return "member '" + std::string(stop.name) + "' is " + btf.spelled(stop.target) + " in the target, " +
             local.btf->spelled(stop.local) + " here";
    case Stop::Why::no_array: return theirs() + " is no array";
    case Stop::Why::outside: return theirs() + " has no element " + std::to_string(stop.index);
    case Stop::Why::nothing:
    case Stop::Why::other_shape: return theirs() + " is of another shape";
  }
  std::unreachable();
}

// Two candidates disagree if the field lies elsewhere, even where the values are the same.
bool agree(const Spec& a, const Answer& x, const Spec& b, const Answer& y) {
  return a.bit_offset == b.bit_offset && x.value == y.value;
}
std::unexpected<Error> ambiguous(const Spec& local, const Spec& a, const Answer& x, const Spec& b, const Answer& y) {
  auto said = [](const Spec& s, const Answer& answer) {
    std::string value = std::to_string(answer.value);
    return asks_field(s.ask) ? value + " (bit " + std::to_string(s.bit_offset) + ")" : value;
  };
  return fail(CoreAmbiguous{.spec = text(local),
                            .ask = name_of(local.ask),
                            .first = a.root,
                            .one = said(a, x),
                            .second = b.root,
                            .other = said(b, y)});
}

}  // namespace

// ---- the decision -----------------------------------------------------------------------------------------------

Result<Decision> decide(const Spec& local, std::span<const Candidate> candidates, std::endian order) {
  if (local.ask == Ask::type_id_local)
    return Decision{.expect = Expect::anything, .original = local.root, .value = local.root};
  Type wanted = local.btf->type(local.root);
  if (wanted.name.empty()) return fail(CoreAnonymous{.ask = name_of(local.ask), .kind = name_of(wanted.kind)});
  const Answer here = TRY(answer(local, order));
  Decision d{.expect = here.expect, .original = here.value, .original_bytes = here.bytes};
  std::optional<Spec> spec;
  std::optional<Answer> there;
  for (const Candidate& c : candidates) {
    Match m = TRY(match(local, c));
    if (!m.spec) {
      // Not where absence is an answer: a hostile type may have more members than match() has looked at.
      if (d.missing.empty() && !there && !answers_absence(local.ask)) d.missing = missing(local, c, m.stop);
      continue;
    }
    Answer a = TRY(answer(*m.spec, order));
    if (there && !agree(*spec, *there, *m.spec, a)) return ambiguous(local, *spec, *there, *m.spec, a);
    d.matched.push_back(c);
    if (!there) there = a, spec = std::move(m.spec);
  }
  if (there) {
    d.value = there->value, d.bytes = there->bytes;
    d.resize = resize_of(local, here, *spec, *there);
    d.missing.clear();
    return d;
  }
  d.bytes = d.original_bytes;
  if (answers_absence(local.ask)) return d;
  d.verdict = Verdict::poison;
  if (candidates.empty()) d.missing = "the target has no " + local.btf->spelled(local.root);
  return d;
}

}  // namespace skep::btf::core
