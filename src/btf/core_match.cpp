// SPDX-License-Identifier: Apache-2.0
#include "btf/core_match.hpp"

#include <algorithm>

#include "btf/bits.hpp"
#include "btf/errors.hpp"

namespace skep::btf::core {

bool same_sort(Kind a, Kind b) {
  auto enumeration = [](Kind k) { return k == Kind::enum_ || k == Kind::enum64; };
  return a == b || (enumeration(a) && enumeration(b));
}

bool is_flexible(const Btf& btf, const std::vector<Step>& before, const Array& a) {
  if (a.count != 0 || before.empty() || before.back().name.empty()) return false;
  return before.back().index + 1 == btf.type(before.back().type).vlen;
}

namespace {

constexpr int most_levels = 32;            // Linux's limit for types that refer to types
constexpr uint32_t most_steps = 1U << 18;  // for hostile types: every anonymous member could hold many others
constexpr std::size_t most_accesses = 64;  // Linux's limit for a path, anonymous members counted

// Two lengths of C types walked together.
class Matcher {
 public:
  Matcher(const Btf& local, const Candidate& candidate) : local_(local), target_(*candidate.btf) {}

  Result<bool> field(const Spec& local, TypeId root);
  bool enumerator(const Spec& local, TypeId root);
  Result<bool> compatible(TypeId local, TypeId target, int level);
  enum class Behind : uint8_t { value, pointer };
  Result<bool> alike(TypeId local, TypeId target, Behind behind, int level);

  Spec spec = {};
  Stop stop;

 private:
  Result<bool> member(const Step& wanted, TypeId record, std::size_t accesses, uint64_t bit_offset);
  Result<bool> element(const Step& wanted, std::size_t position);
  bool fields_agree(TypeId local, TypeId target);
  bool names_agree(const Type& local, const Type& target) const {
    return essential_name(local.name) == essential_name(target.name);
  }
  // Old compilers wrote bit-fields as integers that begin within their bytes; these agree with nothing.
  bool whole(const Type& a, const Type& b) const {
    return local_.int_of(a).offset == 0 && target_.int_of(b).offset == 0;
  }
  Result<bool> parameters(const Type& local, const Type& target, auto same);
  bool forwards_alike(const Type& local, const Type& target, Behind behind) const;
  bool enums_alike(const Type& local, const Type& target);
  Result<bool> records_alike(const Type& local, const Type& target, int level);
  Result<void> spend() {
    if (++steps_ > most_steps) return fail(CoreTooLarge{.most = most_steps});
    return {};
  }

  const Btf &local_, &target_;
  TypeId at_ = 0;  // the target's type that the path has come to
  std::size_t accesses_ = 0;
  uint32_t steps_ = 0;
};

// ---- fields -----------------------------------------------------------------------------------------------------

// Sizes and signs may differ, what is looked at through them may not.
bool Matcher::fields_agree(TypeId local, TypeId target) {
  Type a = local_.resolve(local), b = target_.resolve(target);
  while (a.kind == Kind::array && b.kind == Kind::array) {
    a = local_.resolve(local_.array_of(a).element);
    b = target_.resolve(target_.array_of(b).element);
  }
  if (is_record(a) && is_record(b)) return true;
  if (!same_sort(a.kind, b.kind)) return false;
  if (a.kind == Kind::int_) return whole(a, b);
  if (a.kind == Kind::fwd || is_enum(a))
    return essential_name(a.name).empty() || essential_name(b.name).empty() || names_agree(a, b);
  return a.kind == Kind::ptr || a.kind == Kind::float_;
}

// Looks for a member by name, through anonymous ones in their order.
Result<bool> Matcher::member(const Step& wanted, TypeId record, std::size_t accesses, uint64_t bit_offset) {
  Type t = target_.resolve(record);
  if (!is_record(t)) return false;
  for (uint32_t i = 0; i < t.vlen; ++i) {
    TRY_VOID(spend());
    if (accesses == most_accesses) return fail(CoreTooDeep{.most = most_accesses});
    Member m = target_.member(t, i);
    uint64_t at = bit_offset + m.bit_offset;
    if (m.name.empty()) {
      if (TRY(member(wanted, m.type, accesses + 1, at))) return true;
      if (stop.why != Stop::Why::nothing) return false;
      continue;
    }
    if (m.name != wanted.name) continue;
    TypeId local = local_.member(local_.type(wanted.type), wanted.index).type;
    if (!fields_agree(local, m.type)) {
      stop = {.why = Stop::Why::other_type, .local = local, .target = m.type, .name = wanted.name};
      return false;
    }
    spec.steps.push_back({.type = t.id, .index = i, .name = m.name});
    spec.bit_offset = at;
    at_ = m.type;
    accesses_ = accesses + 1;
    return true;
  }
  return false;
}

// The first step counts whole objects of the root's type, the others elements of arrays.
Result<bool> Matcher::element(const Step& wanted, std::size_t position) {
  Type t = target_.resolve(at_);
  if (position > 0) {
    if (t.kind != Kind::array) {
      stop = {.why = Stop::Why::no_array, .target = t.id, .index = wanted.index};
      return false;
    }
    Array a = target_.array_of(t);
    if (wanted.index >= a.count && !is_flexible(target_, spec.steps, a)) {
      stop = {.why = Stop::Why::outside, .target = t.id, .index = wanted.index};
      return false;
    }
    t = target_.resolve(a.element);
  }
  if (accesses_ == most_accesses) return fail(CoreTooDeep{.most = most_accesses});
  auto size = target_.size_of(t.id);
  if (!size) return fail(CoreNoSize{.type = target_.spelled(t.id)});
  ++accesses_;
  spec.steps.push_back({.type = t.id, .index = wanted.index, .name = {}});
  spec.bit_offset += uint64_t{wanted.index} * *size * 8;
  at_ = t.id;
  return true;
}

Result<bool> Matcher::field(const Spec& local, TypeId root) {
  at_ = root;
  for (std::size_t i = 0; i < local.steps.size(); ++i) {
    const Step& wanted = local.steps[i];
    if (wanted.name.empty()) {
      if (!TRY(element(wanted, i))) return false;
      continue;
    }
    TypeId record = target_.resolve(at_).id;
    if (TRY(member(wanted, record, accesses_, spec.bit_offset))) continue;
    if (stop.why == Stop::Why::nothing) stop = {.why = Stop::Why::no_member, .target = record, .name = wanted.name};
    return false;
  }
  return true;
}

bool Matcher::enumerator(const Spec& local, TypeId root) {
  Type t = target_.resolve(root);
  if (is_enum(t))
    for (uint32_t i = 0; i < t.vlen; ++i)
      if (auto name = target_.enumerator(t, i).name; essential_name(name) == essential_name(local.steps[0].name)) {
        spec.steps.push_back({.type = t.id, .index = i, .name = name});
        return true;
      }
  stop = {.why = Stop::Why::no_enumerator, .target = t.id, .name = local.steps[0].name};
  return false;
}

// ---- types ------------------------------------------------------------------------------------------------------

Result<bool> Matcher::parameters(const Type& local, const Type& target, auto same) {
  if (local.vlen != target.vlen) return false;
  for (uint32_t i = 0; i < local.vlen; ++i)
    if (!TRY(same(local_.param(local, i).type, target_.param(target, i).type))) return false;
  return true;
}

// "Exists": pointers, arrays and functions refer to the same sorts of types; what structs hold is not looked at.
Result<bool> Matcher::compatible(TypeId local, TypeId target, int level) {
  for (int depth = most_levels; depth > 0; --depth) {
    TRY_VOID(spend());
    Type a = local_.resolve(local), b = target_.resolve(target);
    if (!same_sort(a.kind, b.kind)) return false;
    if (a.kind == Kind::void_ || a.kind == Kind::fwd || is_record(a) || is_enum(a)) return true;
    if (a.kind == Kind::int_) return whole(a, b);
    if (a.kind == Kind::array) {
      local = local_.array_of(a).element, target = target_.array_of(b).element;
      continue;
    }
    if (a.kind != Kind::ptr && a.kind != Kind::func_proto) return false;  // libbpf knows floats in fields only
    if (a.kind == Kind::func_proto) {
      if (level == 0) return fail(CoreTooDeep{.most = most_levels});
      if (!TRY(parameters(a, b, [&](TypeId x, TypeId y) { return compatible(x, y, level - 1); }))) return false;
    }
    local = a.size_or_type, target = b.size_or_type;
  }
  return fail(CoreTooDeep{.most = most_levels});
}

// A forward declaration says struct or union; behind a pointer that is all one needs to know.
bool Matcher::forwards_alike(const Type& local, const Type& target, Behind behind) const {
  auto is_union = [](const Type& t) { return t.kind == Kind::fwd ? t.kind_flag : t.kind == Kind::union_; };
  if (behind == Behind::value && local.kind != target.kind) return false;
  return (is_record(target) || target.kind == Kind::fwd) && is_union(local) == is_union(target);
}

bool Matcher::enums_alike(const Type& local, const Type& target) {
  if (!is_enum(target) || local.size_or_type != target.size_or_type || local.vlen > target.vlen) return false;
  std::vector<std::string_view> names;
  for (Enumerator e : target_.enumerators(target)) names.push_back(essential_name(e.name));
  std::ranges::sort(names);
  return std::ranges::all_of(local_.enumerators(local), [&](const Enumerator& e) {
    return std::ranges::binary_search(names, essential_name(e.name));
  });
}

Result<bool> Matcher::records_alike(const Type& local, const Type& target, int level) {
  if (local.kind != target.kind || local.vlen > target.vlen) return false;
  for (Member wanted : local_.members(local)) {
    bool found = false;
    for (uint32_t i = 0; i < target.vlen && !found; ++i) {
      TRY_VOID(spend());
      Member m = target_.member(target, i);
      if (essential_name(m.name) != essential_name(wanted.name)) continue;
      found = TRY(alike(wanted.type, m.type, Behind::value, level - 1));
    }
    if (!found) {
      stop = {.why = Stop::Why::no_member, .target = target.id, .name = wanted.name};
      return false;
    }
  }
  return true;
}

// "Matches": everything that the local type says is so in the target too, which may have more.
Result<bool> Matcher::alike(TypeId local, TypeId target, Behind behind, int level) {
  if (level <= 0) return fail(CoreTooDeep{.most = most_levels});
  for (int depth = most_levels; depth > 0; --depth) {
    TRY_VOID(spend());
    Type a = local_.resolve(local), b = target_.resolve(target);
    if (!names_agree(a, b)) return false;
    if (a.kind == Kind::fwd) return forwards_alike(a, b, behind);
    if (is_record(a) && behind == Behind::pointer) return forwards_alike(a, b, behind);
    if (is_enum(a)) return enums_alike(a, b);
    if (a.kind != b.kind) return false;
    if (is_record(a)) return records_alike(a, b, level);
    if (a.kind == Kind::int_)
      return a.size_or_type == b.size_or_type && local_.int_of(a).is_signed == target_.int_of(b).is_signed;
    if (a.kind == Kind::array) {
      if (local_.array_of(a).count != target_.array_of(b).count) return false;
      local = local_.array_of(a).element, target = target_.array_of(b).element;
      continue;
    }
    if (a.kind == Kind::func_proto &&
        !TRY(parameters(a, b, [&](TypeId x, TypeId y) { return alike(x, y, behind, level - 1); })))
      return false;
    if (a.kind != Kind::ptr && a.kind != Kind::func_proto) return a.kind == Kind::void_;  // libbpf knows no others here
    if (a.kind == Kind::ptr) behind = Behind::pointer;
    local = a.size_or_type, target = b.size_or_type;
  }
  return fail(CoreTooDeep{.most = most_levels});
}

}  // namespace

Result<bool> compatible(const Btf& local, TypeId type, const Candidate& candidate) {
  return Matcher(local, candidate).compatible(type, candidate.type, most_levels);
}

Result<Match> match(const Spec& local, const Candidate& candidate) {
  Matcher m(*local.btf, candidate);
  m.spec = {.btf = candidate.btf, .ask = local.ask, .root = candidate.type, .steps = {}, .bit_offset = 0};
  bool found = false;
  if (asks_field(local.ask))
    found = TRY(m.field(local, candidate.type));
  else if (asks_enumerator(local.ask))
    found = m.enumerator(local, candidate.type);
  else if (local.ask == Ask::type_matches)
    found = TRY(m.alike(local.root, candidate.type, Matcher::Behind::value, most_levels));
  else
    found = TRY(m.compatible(local.root, candidate.type, most_levels));
  if (found) return Match{.spec = std::move(m.spec), .stop = {}};
  if (m.stop.why == Stop::Why::nothing)
    m.stop = {.why = Stop::Why::other_shape, .local = local.root, .target = candidate.type};
  return Match{.spec = {}, .stop = m.stop};
}

}  // namespace skep::btf::core
