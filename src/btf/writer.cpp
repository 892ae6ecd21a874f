// SPDX-License-Identifier: Apache-2.0
#include "btf/writer.hpp"

#include <algorithm>

namespace skep::btf {

Writer::Writer(Shared base) : base_(std::move(base)), slots_(1024) {
  if (!base_) {
    string("");
    return;
  }
  first_ = base_->count();
  first_string_ = static_cast<uint32_t>(base_->string_bytes());
  for (uint32_t at = 0; at < first_string_; at += static_cast<uint32_t>(base_->string(at)->size()) + 1) {
    std::string_view s = *base_->string(at);
    if (slots_[slot_of(s)] == 0) enter(at);
  }
}

// ---- strings ----------------------------------------------------------------------------------------------------

std::string_view Writer::text(uint32_t offset) const {
  return offset < first_string_ ? *base_->string(offset) : std::string_view(strings_.c_str() + offset - first_string_);
}

// Where the string is in the table, or the free slot where it would be.
std::size_t Writer::slot_of(std::string_view wanted) const {
  std::size_t mask = slots_.size() - 1, at = std::hash<std::string_view>{}(wanted)&mask;
  while (slots_[at] != 0 && text(slots_[at] - 1) != wanted) at = (at + 1) & mask;
  return at;
}

void Writer::enter(uint32_t offset) {
  if (2 * used_ >= slots_.size()) grow();
  slots_[slot_of(text(offset))] = offset + 1;
  ++used_;
}

void Writer::grow() {
  std::vector<uint32_t> old(2 * slots_.size());
  old.swap(slots_);
  for (uint32_t entry : old)
    if (entry != 0) slots_[slot_of(text(entry - 1))] = entry;
}

uint32_t Writer::string(std::string_view wanted) {
  if (uint32_t entry = slots_[slot_of(wanted)]; entry != 0) return entry - 1;
  auto offset = first_string_ + static_cast<uint32_t>(strings_.size());
  strings_.append(wanted).push_back('\0');
  enter(offset);
  return offset;
}

// ---- kinds ------------------------------------------------------------------------------------------------------

TypeId Writer::add(Info info, std::string_view name, uint32_t third) {
  TypeId id = next();
  offsets_.push_back(words_.size());
  put(string(name));
  put(word_of(info));
  put(third);
  return id;
}

static Info plain(Kind kind, std::size_t vlen = 0) {
  return {.kind = kind, .kind_flag = false, .vlen = static_cast<uint32_t>(vlen)};
}

TypeId Writer::integer(std::string_view name, const Int& i) {
  TypeId id = add(plain(Kind::int_), name, i.size_bytes);
  uint32_t encoding = uint32_t{i.is_signed} | uint32_t{i.is_char} << 1 | uint32_t{i.is_bool} << 2;
  put(encoding << 24 | uint32_t{i.offset} << 16 | i.bits);
  return id;
}
TypeId Writer::floating(std::string_view name, uint32_t size_bytes) {
  return add(plain(Kind::float_), name, size_bytes);
}
TypeId Writer::array(const Array& a) {
  TypeId id = add(plain(Kind::array), "", 0);
  put(a.element), put(a.index), put(a.count);
  return id;
}

TypeId Writer::record(Kind kind, std::string_view name, uint32_t size_bytes, std::span<const Member> members) {
  Info info = plain(kind, members.size());
  info.kind_flag = std::ranges::any_of(members, [](const Member& m) { return m.bitfield_bits != 0; });
  TypeId id = add(info, name, size_bytes);
  for (const Member& m : members) {
    put(string(m.name));
    put(m.type);
    put(m.bit_offset | uint32_t{m.bitfield_bits} << 24);
  }
  return id;
}

TypeId Writer::enumeration(Kind kind, std::string_view name, uint32_t size_bytes, Sign sign,
                           std::span<const Enumerator> enumerators) {
  Info info = plain(kind, enumerators.size());
  info.kind_flag = sign == Sign::signed_;
  TypeId id = add(info, name, size_bytes);
  for (const Enumerator& e : enumerators) {
    put(string(e.name));
    put(static_cast<uint32_t>(e.value));
    if (kind == Kind::enum64) put(static_cast<uint32_t>(e.value >> 32));
  }
  return id;
}

TypeId Writer::forward(Kind kind, std::string_view name) {
  return add({.kind = Kind::fwd, .kind_flag = kind == Kind::union_, .vlen = 0}, name, 0);
}
TypeId Writer::refer(Kind kind, std::string_view name, TypeId to) { return add(plain(kind), name, to); }
TypeId Writer::function(std::string_view name, TypeId proto, Linkage linkage) {
  return add(plain(Kind::func, static_cast<uint32_t>(linkage)), name, proto);
}
TypeId Writer::function_proto(TypeId returns, std::span<const Param> params) {
  TypeId id = add(plain(Kind::func_proto, params.size()), "", returns);
  for (const Param& p : params) {
    put(string(p.name));
    put(p.type);
  }
  return id;
}
TypeId Writer::variable(std::string_view name, TypeId type, Linkage linkage) {
  TypeId id = add(plain(Kind::var), name, type);
  put(static_cast<uint32_t>(linkage));
  return id;
}
TypeId Writer::section(std::string_view name, uint32_t size_bytes, std::span<const SectionVar> vars) {
  TypeId id = add(plain(Kind::datasec, vars.size()), name, size_bytes);
  for (const SectionVar& v : vars) put(v.type), put(v.offset), put(v.size_bytes);
  return id;
}
TypeId Writer::decl_tag(std::string_view name, TypeId of, int32_t component) {
  TypeId id = add(plain(Kind::decl_tag), name, of);
  put(static_cast<uint32_t>(component));
  return id;
}

// ---- bytes ------------------------------------------------------------------------------------------------------

Buffer Writer::bytes(Layouts wanted) const {
  struct KindLayout {  // struct btf_layout
    uint8_t fixed_bytes, item_bytes;
    uint16_t flags;
  };
  std::vector<KindLayout> table;
  if (wanted == Layouts::with)
    for (const Layout& l : std::span(layouts).first(kind_count))
      table.push_back({.fixed_bytes = static_cast<uint8_t>(4 * l.words),
                       .item_bytes = static_cast<uint8_t>(4 * l.words_per_item),
                       .flags = 0});
  auto types = static_cast<uint32_t>(words_.size() * 4), layout = static_cast<uint32_t>(table.size() * 4);
  uint32_t header_size = wanted == Layouts::with ? 32 : 24;
  const uint32_t header[] = {0x0001eb9f, header_size, 0, types, types + layout, static_cast<uint32_t>(strings_.size()),
                             types,      layout};
  Buffer out;
  out.reserve(header_size + types + layout + strings_.size());
  auto append = [&](const void* from, std::size_t size) {
    auto* bytes = static_cast<const uint8_t*>(from);
    out.insert(out.end(), bytes, bytes + size);
  };
  append(header, header_size);
  append(words_.data(), types);
  append(table.data(), layout);
  append(strings_.data(), strings_.size());
  return out;
}

}  // namespace skep::btf
