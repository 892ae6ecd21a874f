// SPDX-License-Identifier: Apache-2.0
#include "maps/map.hpp"

#include <fmt/format.h>

#include "facts/uapi.hpp"
#include "maps/array.hpp"
#include "maps/checks.hpp"
#include "maps/errors.hpp"
#include "maps/hash.hpp"
#include "maps/prog_array.hpp"

namespace skep::maps {

namespace map_flag = facts::map_flag;

static bool per_cpu(const Definition& d) { return facts::row(d.type).copies == facts::Copies::per_cpu; }

Map::Map(const Definition& definition, unsigned lanes, Segment segment)
    : definition_(definition),
      lanes_(lanes),
      sys_value_size_(per_cpu(definition) ? lanes * round_up(definition.value_size, 8) : definition.value_size),
      segment_(std::move(segment)) {}

bool Map::programs_may_read() const { return !(definition_.flags & map_flag::wronly_prog); }
bool Map::programs_may_write() const { return !(definition_.flags & map_flag::rdonly_prog); }
bool Map::sys_may_read() const { return !(definition_.flags & map_flag::wronly); }
bool Map::sys_may_write() const { return !(definition_.flags & map_flag::rdonly) && !frozen(); }

int Map::take_value(const uint8_t*, MutableBytes) { return not_supported; }
Batch Map::take_batch(Bytes, uint32_t, uint64_t) { return {.err = not_supported}; }

// No map has a lock in its values yet, so BPF_F_LOCK asks for something that is not there: -EINVAL, like any
// flag that is unknown. Which of the checks comes first is the kernel's order (maps_kernel_test.cpp).

Answer<Buffer> Map::sys_lookup(Bytes key, uint64_t flags) {
  if (flags & ~facts::update_lock) return std::unexpected(-EINVAL);
  if (!sys_may_read()) return std::unexpected(-EPERM);
  if (flags || key.size() != definition_.key_size) return std::unexpected(-EINVAL);
  Buffer value(sys_value_size_);
  if (int err = copy_value(key.data(), value)) return std::unexpected(err);
  return value;
}

int Map::sys_update(Bytes key, Bytes value, uint64_t flags) {
  if (!sys_may_write()) return -EPERM;
  if (flags & facts::update_lock) return -EINVAL;
  if (key.size() != definition_.key_size || value.size() != sys_value_size_) return -EINVAL;
  return set_value(key.data(), value.data(), flags);
}

int Map::sys_remove(Bytes key) {
  if (!sys_may_write()) return -EPERM;
  if (key.size() != definition_.key_size) return -EINVAL;
  return remove(key.data(), no_lane);
}

Answer<Buffer> Map::sys_lookup_remove(Bytes key, uint64_t flags) {
  if (flags & ~facts::update_lock) return std::unexpected(-EINVAL);
  if (!sys_may_read() || !sys_may_write()) return std::unexpected(-EPERM);
  if (flags || key.size() != definition_.key_size) return std::unexpected(-EINVAL);
  Buffer value(sys_value_size_);
  if (int err = take_value(key.data(), value)) return std::unexpected(err);
  return value;
}

Answer<Buffer> Map::sys_next_key(std::optional<Bytes> key) {
  if (!sys_may_read()) return std::unexpected(-EPERM);
  if (key && key->size() != definition_.key_size) return std::unexpected(-EINVAL);
  Buffer next(definition_.key_size);
  if (int err = next_key(key ? key->data() : nullptr, next)) return std::unexpected(err);
  return next;
}

Batch Map::sys_lookup_batch(Bytes from, uint32_t count, uint64_t flags) {
  if (!sys_may_read()) return {.err = -EPERM};
  return lookup_batch(from, count, flags);
}

Batch Map::sys_lookup_remove_batch(Bytes from, uint32_t count, uint64_t flags) {
  if (!sys_may_read() || !sys_may_write()) return {.err = -EPERM};
  return take_batch(from, count, flags);
}

// Key by key. Whether a batch that is just full was the last is seen by the next one, which finds nothing.
Batch Map::lookup_batch(Bytes from, uint32_t count, uint64_t flags) {
  if (flags) return {.err = -EINVAL};
  std::size_t key_size = definition_.key_size;
  if (!from.empty() && from.size() != key_size) return {.err = -EINVAL};
  Batch batch;
  Buffer key(from.begin(), from.end()), next(key_size), value(sys_value_size_);
  while (batch.count < count) {
    batch.err = next_key(key.empty() ? nullptr : key.data(), next);
    if (batch.err) break;
    key = next;
    batch.err = copy_value(key.data(), value);
    if (batch.err == -ENOENT) continue;  // removed meanwhile, or an empty place
    if (batch.err) break;
    batch.keys.insert(batch.keys.end(), key.begin(), key.end());
    batch.values.insert(batch.values.end(), value.begin(), value.end());
    ++batch.count;
  }
  batch.next = key;
  return batch;
}

BatchDone Map::sys_update_batch(Bytes keys, Bytes values, uint32_t count, uint64_t flags) {
  if (!sys_may_write()) return {.err = -EPERM};
  if (!has_update_batch()) return {.err = not_supported};
  std::size_t key_size = definition_.key_size, value_size = sys_value_size_;
  if (flags || keys.size() != count * key_size || values.size() != count * value_size) return {.err = -EINVAL};
  BatchDone done;
  for (; done.count < count; ++done.count) {
    done.err = set_value(&keys[done.count * key_size], &values[done.count * value_size], facts::update_any);
    if (done.err) break;
  }
  return done;
}

BatchDone Map::sys_remove_batch(Bytes keys, uint32_t count, uint64_t flags) {
  if (!sys_may_write()) return {.err = -EPERM};
  if (!has_remove_batch()) return {.err = not_supported};
  std::size_t key_size = definition_.key_size;
  if (flags || keys.size() != count * key_size) return {.err = -EINVAL};
  BatchDone done;
  for (; done.count < count; ++done.count) {
    done.err = remove(&keys[done.count * key_size], no_lane);
    if (done.err) break;
  }
  return done;
}

int Map::sys_freeze() {
  if (!sys_may_write()) return -EPERM;  // twice, too: the first has taken the right to write
  return frozen_.exchange(true) ? -EBUSY : 0;
}

Result<void> only_flags(const Definition& d, uint32_t known) {
  if (uint32_t unknown = d.flags & ~known)
    return fail(UnknownFlags{.flags = fmt::format("{:#x}", unknown), .type = d.type});
  if (d.flags & map_flag::rdonly_prog && d.flags & map_flag::wronly_prog)
    return fail(FlagsContradict{.one = "BPF_F_RDONLY_PROG", .other = "BPF_F_WRONLY_PROG"});
  return {};
}

Result<void> not_zero(std::string_view field, uint32_t found) {
  if (found == 0) return fail(ZeroSize{.field = field});
  return {};
}

Result<void> exactly(const Definition& d, std::string_view field, uint32_t found, uint32_t expected) {
  if (found != expected) return fail(WrongSize{.field = field, .found = found, .type = d.type, .expected = expected});
  return {};
}

Result<void> at_most(std::string_view field, uint64_t found, uint64_t limit) {
  if (found > limit) return fail(TooLarge{.field = field, .found = found, .limit = limit});
  return {};
}

Result<Segment> reserve(uint64_t size) {
  if (auto segment = Segment::reserve(size)) return std::move(*segment);
  return fail(OutOfMemory{.bytes = size});
}

Result<std::shared_ptr<Map>> create(const Definition& d, unsigned lanes) {
  if (d.extra != 0) return fail(ExtraSet{.found = d.extra, .type = d.type});
  if (d.flags & map_flag::rdonly && d.flags & map_flag::wronly)
    return fail(FlagsContradict{.one = "BPF_F_RDONLY", .other = "BPF_F_WRONLY"});
  using enum facts::MapType;
  switch (d.type) {
    case array:
    case percpu_array: return Array::create(d, lanes);
    case hash:
    case percpu_hash: return Hash::create(d, lanes);
    case prog_array: return ProgArray::create(d, lanes);
    case unspec:
    case perf_event_array:
    case stack_trace:
    case cgroup_array:
    case lru_hash:
    case lru_percpu_hash:
    case lpm_trie:
    case array_of_maps:
    case hash_of_maps:
    case devmap:
    case sockmap:
    case cpumap:
    case xskmap:
    case sockhash:
    case cgroup_storage:
    case reuseport_sockarray:
    case percpu_cgroup_storage:
    case queue:
    case stack:
    case sk_storage:
    case devmap_hash:
    case struct_ops:
    case ringbuf:
    case inode_storage:
    case task_storage:
    case bloom_filter:
    case user_ringbuf:
    case cgrp_storage:
    case arena: break;
  }
  return fail(NotAvailable{.type = d.type});
}

}  // namespace skep::maps
