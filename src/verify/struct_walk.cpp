// SPDX-License-Identifier: Apache-2.0
#include "verify/struct_walk.hpp"
#include "btf/bits.hpp"

#include <optional>
#include <string>

#include "btf/bits.hpp"
#include "verify/object_errors.hpp"

namespace skep::verify {
namespace {

using btf::Btf;
using btf::Kind;
using btf::Type;

std::string words_for(const Type& record) { return record.name.empty() ? "(anon)" : std::string(record.name); }

// The element at the end of dimensions, arrays of arrays taken as one.
Type element_of(const Btf& types, Type t) {
  while (t.kind == Kind::array) t = types.resolve(types.array_of(t).element);
  return t;
}

// An array without a size at the end of a structure goes on for ever.
struct Tail {
  bool present = false;
  Type element = {};
  uint32_t offset = 0;
};
Tail flexible_tail(const Btf& types, const Type& record) {
  if (record.vlen == 0) return {};
  const btf::Member last = types.member(record, record.vlen - 1);
  const Type t = types.resolve(last.type);
  if (t.kind != Kind::array || types.array_of(t).count != 0) return {};
  return {.present = true, .element = types.resolve(types.array_of(t).element), .offset = last.bit_offset / 8};
}

RegFlags flags_of_tag(const Btf& types, btf::TypeId to) {
  const Type tag = types.type(to);
  if (tag.kind != Kind::type_tag || tag.kind_flag) return {};
  if (tag.name == "user") return RegFlag::user;
  if (tag.name == "percpu") return RegFlag::percpu;
  if (tag.name == "rcu") return RegFlag::rcu;
  return {};
}

class Descent {
 public:
  Descent(const Btf& types, uint64_t off, uint64_t size, RegFlags flags)
      : types_(types), off_(off), size_(size), flags_(flags) {}

  Result<AtOffset> into(btf::TypeId id) {
    for (;;) {
      const Type record = types_.resolve(id);
      if (!btf::is_record(record)) return fail(ObjectBeyond{.type = words_for(record), .off = off_, .size = size_});
      if (record.kind == Kind::union_ && record.vlen != 1) flags_ = flags_ | RegFlag::untrusted;
      if (off_ + size_ > record.size_or_type) {
        const Tail tail = flexible_tail(types_, record);
        const bool fits = tail.present && off_ >= tail.offset;
        if (fits && tail.element.kind == Kind::int_) return AtOffset{.what = Found::number};
        if (!fits || !btf::is_record(tail.element) || tail.element.size_or_type == 0)
          return fail(ObjectBeyond{.type = words_for(record), .off = off_, .size = size_});
        off_ = (off_ - tail.offset) % tail.element.size_or_type;
        id = tail.element.id;
        continue;
      }
      if (const std::optional<AtOffset> found = TRY(members(record))) return *found;
      id = inside_;
    }
  }

 private:
  // Nothing: the search goes on in the structure `inside_`, at off_.
  Result<std::optional<AtOffset>> members(const Type& record) {
    for (const btf::Member m : types_.members(record)) {
      const uint64_t at = m.bit_offset / 8;
      if (off_ + size_ <= at) break;
      if (m.bitfield_bits != 0) {
        const uint64_t end = (m.bit_offset + m.bitfield_bits + 7) / 8;
        if (off_ <= at && end <= off_ + size_) return AtOffset{.what = Found::number};
        continue;
      }
      if (off_ < at) break;
      const auto bytes = types_.size_of(m.type);
      if (!bytes || off_ >= at + *bytes) continue;
      return member(record, m, at, *bytes);
    }
    return fail(ObjectHole{.type = words_for(record), .off = off_});
  }

  Result<std::optional<AtOffset>> member(const Type& record, const btf::Member& m, uint64_t at, uint32_t bytes) {
    const uint64_t end = at + bytes;
    Type t = types_.resolve(m.type);
    if (t.kind == Kind::array) {
      t = element_of(types_, t);
      const uint64_t each = t.kind == Kind::void_ ? 0 : types_.size_of(t.id).value_or(0);
      if (each != 0) at += (off_ - at) / each * each;
      bytes = static_cast<uint32_t>(each);
    }
    if (btf::is_record(t)) {
      if (off_ == at) return AtOffset{.what = Found::structure, .type = t.id, .flags = flags_};
      off_ -= at;
      inside_ = t.id;
      return std::nullopt;
    }
    if (t.kind == Kind::ptr) {
      if (bytes != size_ || off_ != at)
        return fail(PartOfMember{
            .member = std::string(m.name), .at = at, .type = words_for(record), .off = off_, .size = size_});
      const Type to = types_.resolve(t.size_or_type);
      if (!btf::is_record(to)) return AtOffset{.what = Found::foreign_pointer};
      return AtOffset{.what = Found::pointer,
                      .type = to.id,
                      .flags = flags_ | flags_of_tag(types_, t.size_or_type),
                      .member = m.name};
    }
    // Once a union was passed, numbers may be read across members.
    if (off_ + size_ > end && !flags_.has(RegFlag::untrusted))
      return fail(BeyondMember{
          .member = std::string(m.name), .end = end, .type = words_for(record), .off = off_, .size = size_});
    return AtOffset{.what = Found::number};
  }

  const Btf& types_;
  uint64_t off_, size_;
  RegFlags flags_;
  btf::TypeId inside_ = 0;
};

}  // namespace

Result<AtOffset> step_into(const Btf& types, btf::TypeId structure, uint64_t off, uint64_t size, RegFlags flags) {
  return Descent(types, off, size, flags).into(structure);
}

Result<AtOffset> walk_struct(const Btf& types, btf::TypeId structure, uint64_t off, uint64_t size) {
  AtOffset found = TRY(step_into(types, structure, off, size, {}));
  while (found.what == Found::structure) found = TRY(step_into(types, found.type, 0, size, found.flags));
  return found;
}

}  // namespace skep::verify
