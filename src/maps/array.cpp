// SPDX-License-Identifier: Apache-2.0
#include "maps/array.hpp"

#include <bit>

#include "facts/uapi.hpp"
#include "maps/checks.hpp"
#include "maps/copy.hpp"

namespace skep::maps {

namespace map_flag = facts::map_flag;
using facts::MapType;

Result<void> check_array(const Definition& d) {
  bool plain = d.type == MapType::array;
  uint32_t known = map_flag::rdonly | map_flag::wronly | map_flag::rdonly_prog | map_flag::wronly_prog;
  if (d.type != MapType::percpu_array) known |= map_flag::numa_node;
  if (plain) known |= map_flag::mmapable | map_flag::inner_map;
  TRY_VOID(not_zero("max_entries", d.max_entries));
  TRY_VOID(exactly(d, "key_size", d.key_size, 4));
  TRY_VOID(not_zero("value_size", d.value_size));
  TRY_VOID(only_flags(d, known));
  TRY_VOID(at_most("value_size", d.value_size, INT32_MAX));
  return {};
}

Result<std::shared_ptr<Map>> Array::create(const Definition& d, unsigned lanes) {
  TRY_VOID(check_array(d));
  bool per_cpu = d.type == MapType::percpu_array;
  if (per_cpu) TRY_VOID(at_most("value_size", d.value_size, per_cpu_limit));
  uint64_t stride = round_up(d.value_size, 8);
  uint64_t lane_stride = per_cpu ? round_up(stride * d.max_entries, 4096) : 0;  // < 2^63: no overflow
  uint64_t size = stride * d.max_entries;
  if (per_cpu && __builtin_mul_overflow(lane_stride, lanes, &size)) size = UINT64_MAX;
  Segment segment = TRY(reserve(size));
  ArrayShape shape{.base = segment.at(0),
                   .stride = stride,
                   .lane_stride = lane_stride,
                   .entries = d.max_entries,
                   .index_mask = static_cast<uint32_t>(std::bit_ceil(uint64_t{d.max_entries}) - 1)};
  return std::make_shared<Array>(d, lanes, std::move(segment), shape);
}

Array::Array(const Definition& definition, unsigned lanes, Segment segment, const ArrayShape& shape)
    : Map(definition, lanes, std::move(segment)), shape_(shape) {}

int Array::may_update(uint32_t index, uint64_t flags) const {
  if ((flags & ~facts::update_lock) > facts::update_exist) return -EINVAL;
  if (index >= shape_.entries) return -E2BIG;
  if (flags & facts::update_noexist) return -EEXIST;  // everything is there from the start
  if (flags & facts::update_lock) return -EINVAL;     // no value has a lock yet
  return 0;
}

int Array::update(const uint8_t* key, const uint8_t* value, uint64_t flags, unsigned lane) {
  uint32_t index = load<uint32_t>(key);
  if (int err = may_update(index, flags)) return err;
  copy_in(at(index, lane), value, definition().value_size);
  return 0;
}

int Array::remove(const uint8_t*, unsigned) { return -EINVAL; }

std::optional<ValueAt> Array::value_at(const void* address) const {
  auto offset = static_cast<uint64_t>(static_cast<const uint8_t*>(address) - shape_.base);  // below the base: huge
  uint64_t lane = shape_.lane_stride ? offset / shape_.lane_stride : 0;
  if (lane >= copies()) return std::nullopt;
  offset -= lane * shape_.lane_stride;
  uint64_t index = offset / shape_.stride;
  if (index >= shape_.entries || offset % shape_.stride >= definition().value_size) return std::nullopt;
  return ValueAt{.base = shape_.base + lane * shape_.lane_stride + index * shape_.stride,
                 .size = definition().value_size,
                 .lane = shape_.lane_stride ? static_cast<unsigned>(lane) : no_lane,
                 .life = Life::live};
}

int Array::copy_value(const uint8_t* key, MutableBytes value) {
  uint32_t index = load<uint32_t>(key);
  if (index >= shape_.entries) return -ENOENT;
  for (unsigned lane = 0; lane < copies(); ++lane) copy_out(&value[lane * shape_.stride], at(index, lane), sys_copy());
  return 0;
}

int Array::set_value(const uint8_t* key, const uint8_t* value, uint64_t flags) {
  uint32_t index = load<uint32_t>(key);
  if (int err = may_update(index, flags)) return err;
  for (unsigned lane = 0; lane < copies(); ++lane) copy_in(at(index, lane), value + lane * shape_.stride, sys_copy());
  return 0;
}

int Array::next_key(const uint8_t* key, MutableBytes next) { return next_index(key, shape_.entries, next); }

int next_index(const uint8_t* key, uint32_t entries, MutableBytes next) {
  uint32_t index = key ? load<uint32_t>(key) : UINT32_MAX;
  if (index == entries - 1) return -ENOENT;
  store(next.data(), index < entries ? index + 1 : 0);
  return 0;
}

}  // namespace skep::maps
