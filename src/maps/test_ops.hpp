// SPDX-License-Identifier: Apache-2.0
// For tests and the fuzzer: operations as data, and a model that says in the plainest words what each should do.
// The same operation goes to the model, to a map, and to the kernel's map (maps_kernel_test.cpp).
#pragma once

#include <map>
#include <ostream>

#include "facts/uapi.hpp"
#include "maps/map.hpp"

namespace skep::maps::test {

enum class Kind : uint8_t { lookup, update, remove, sys_lookup, sys_update, sys_remove, sys_lookup_remove };
constexpr Kind all_kinds[] = {Kind::lookup,     Kind::update,     Kind::remove,           Kind::sys_lookup,
                              Kind::sys_update, Kind::sys_remove, Kind::sys_lookup_remove};

struct Op {
  Kind kind;
  uint32_t key = 0;
  uint8_t value = 0;
  uint64_t flags = 0;
  unsigned lane = 0;
};

struct Outcome {
  int err = 0;
  Buffer value = {};
  bool operator==(const Outcome&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const Op& op) {
  constexpr const char* words[] = {"lookup",     "update",     "remove",           "sys_lookup",
                                   "sys_update", "sys_remove", "sys_lookup_remove"};
  return out << words[static_cast<unsigned>(op.kind)] << " key=" << op.key << " value=" << unsigned{op.value}
             << " flags=" << op.flags << " lane=" << op.lane;
}
inline std::ostream& operator<<(std::ostream& out, const Outcome& o) { return out << o.err << " " << to_hex(o.value); }

inline bool is_array(const Definition& d) {
  return d.type == facts::MapType::array || d.type == facts::MapType::percpu_array;
}
inline bool per_cpu(const Definition& d) { return facts::row(d.type).copies == facts::Copies::per_cpu; }

// Key number n: as four bytes and then their sum, so that keys of any size differ in every word.
inline Buffer key_bytes(const Definition& d, uint32_t n) {
  Buffer key(d.key_size);
  for (uint32_t i = 0; i < d.key_size; ++i) key[i] = static_cast<uint8_t>(i < 4 ? n >> (8 * i) : n + i);
  return key;
}
inline Buffer value_bytes(const Definition& d, uint8_t v) { return Buffer(d.value_size, v); }
// On the system-call side lane l gets v + l, padding included.
inline Buffer sys_value_bytes(const Definition& d, unsigned lanes, uint8_t v) {
  if (!per_cpu(d)) return value_bytes(d, v);
  Buffer all;
  for (unsigned l = 0; l < lanes; ++l) all.insert(all.end(), round_up(d.value_size, 8), static_cast<uint8_t>(v + l));
  return all;
}

// What a map is, with no thought for speed: keys to values, a value for each lane.
class Model {
 public:
  Model(Definition d, unsigned lanes) : d_(std::move(d)), lanes_(lanes) {
    if (is_array(d_))
      for (uint32_t i = 0; i < d_.max_entries; ++i) content_[key_bytes(d_, i)] = zeros();
  }

  Outcome apply(const Op& op) {
    Buffer key = key_bytes(d_, op.key);
    switch (op.kind) {
      case Kind::lookup: return content_.contains(key) ? Outcome{0, part(content_[key], op.lane)} : Outcome{-ENOENT};
      case Kind::update: return update(key, op);
      case Kind::remove: return remove(key);
      case Kind::sys_lookup:
        if (op.flags) return {-EINVAL};
        return content_.contains(key) ? Outcome{0, content_[key]} : Outcome{-ENOENT};
      case Kind::sys_update: return op.flags & facts::update_lock ? Outcome{-EINVAL} : update(key, op);
      case Kind::sys_remove: return remove(key);
      case Kind::sys_lookup_remove: {
        if (op.flags) return {-EINVAL};
        if (is_array(d_)) return {not_supported};
        auto at = content_.find(key);
        if (at == content_.end()) return {-ENOENT};
        Outcome out{0, at->second};
        content_.erase(at);
        return out;
      }
    }
    return {};
  }
  const std::map<Buffer, Buffer>& content() const { return content_; }
  void clear() { content_.clear(); }

 private:
  Buffer zeros() const { return Buffer(sys_value_bytes(d_, lanes_, 0).size()); }
  std::size_t offset(unsigned lane) const { return per_cpu(d_) ? lane * round_up(d_.value_size, 8) : 0; }
  Buffer part(const Buffer& all, unsigned lane) const {
    auto from = all.begin() + static_cast<std::ptrdiff_t>(offset(lane));
    return {from, from + d_.value_size};
  }

  Outcome update(const Buffer& key, const Op& op) {
    if ((op.flags & ~facts::update_lock) > facts::update_exist) return {-EINVAL};
    if (!is_array(d_) && op.flags & facts::update_lock) return {-EINVAL};
    if (is_array(d_) && op.key >= d_.max_entries) return {-E2BIG};
    bool there = content_.contains(key);
    if (there && op.flags & facts::update_noexist) return {-EEXIST};
    if (!there && op.flags & facts::update_exist) return {-ENOENT};
    if (op.flags & facts::update_lock) return {-EINVAL};
    if (!there && content_.size() == d_.max_entries) return {-E2BIG};
    Buffer& value = there ? content_[key] : content_[key] = zeros();
    if (op.kind == Kind::sys_update)
      value = sys_value_bytes(d_, lanes_, op.value);
    else
      std::fill_n(value.begin() + static_cast<std::ptrdiff_t>(offset(op.lane)), d_.value_size, op.value);
    return {};
  }
  Outcome remove(const Buffer& key) {
    if (is_array(d_)) return {-EINVAL};
    return {content_.erase(key) ? 0 : -ENOENT};
  }

  Definition d_;
  unsigned lanes_;
  std::map<Buffer, Buffer> content_;
};

inline Outcome outcome(Answer<Buffer> a) { return a ? Outcome{0, std::move(*a)} : Outcome{a.error()}; }

inline Outcome apply(Map& map, const Op& op) {
  const Definition& d = map.definition();
  Buffer key = key_bytes(d, op.key), value = value_bytes(d, op.value);
  switch (op.kind) {
    case Kind::lookup: {
      auto* at = static_cast<uint8_t*>(map.lookup(key, op.lane));
      return at ? Outcome{0, Buffer(at, at + d.value_size)} : Outcome{-ENOENT};
    }
    case Kind::update: return {map.update(key, value, op.flags, op.lane)};
    case Kind::remove: return {map.remove(key, op.lane)};
    case Kind::sys_lookup: return outcome(map.sys_lookup(key, op.flags));
    case Kind::sys_update: return {map.sys_update(key, sys_value_bytes(d, map.lanes(), op.value), op.flags)};
    case Kind::sys_remove: return {map.sys_remove(key)};
    case Kind::sys_lookup_remove: return outcome(map.sys_lookup_remove(key, op.flags));
  }
  return {};
}

// The whole content as a walk from the first key finds it; a walk that is longer than the map ends.
inline std::map<Buffer, Buffer> content(Map& map) {
  std::map<Buffer, Buffer> all;
  auto key = map.sys_next_key(std::nullopt);
  for (uint64_t i = 0; key && i <= map.definition().max_entries; ++i) {
    all[*key] = map.sys_lookup(*key).value_or(Buffer{});
    key = map.sys_next_key(*key);
  }
  return all;
}

inline std::map<Buffer, Buffer> content(const Definition& d, std::size_t value_size, const Batch& b) {
  std::map<Buffer, Buffer> all;
  for (uint32_t i = 0; i < b.count; ++i) {
    auto key = Bytes(b.keys).subspan(i * d.key_size, d.key_size),
         value = Bytes(b.values).subspan(i * value_size, value_size);
    all[Buffer(key.begin(), key.end())] = Buffer(value.begin(), value.end());
  }
  return all;
}

}  // namespace skep::maps::test
