// SPDX-License-Identifier: Apache-2.0
// array and percpu_array: values by index, all there from the start and never gone. Values are round_up(size, 8)
// apart; a percpu_array repeats the whole array for each lane (lane-major), so lanes share no cache line and a lane
// that nobody enters costs no memory.
#pragma once

#include "maps/map.hpp"

namespace skep::maps {

class Array final : public Map {
 public:
  static Result<std::shared_ptr<Map>> create(const Definition& definition, unsigned lanes);
  Array(const Definition& definition, unsigned lanes, Segment segment, const ArrayShape& shape);

  void* at(uint32_t index, unsigned lane) const {
    if (index >= shape_.entries) return nullptr;
    return shape_.base + lane * shape_.lane_stride + index * shape_.stride;
  }

  using Map::lookup;
  using Map::remove;
  using Map::update;
  void* lookup(const uint8_t* key, unsigned lane) override { return at(load<uint32_t>(key), lane); }
  int update(const uint8_t* key, const uint8_t* value, uint64_t flags, unsigned lane) override;
  int remove(const uint8_t* key, unsigned lane) override;
  std::optional<ValueAt> value_at(const void* address) const override;
  std::optional<ArrayShape> array_shape() const override { return shape_; }

 protected:
  int copy_value(const uint8_t* key, MutableBytes value) override;
  int set_value(const uint8_t* key, const uint8_t* value, uint64_t flags) override;
  int next_key(const uint8_t* key, MutableBytes next) override;

 private:
  int may_update(uint32_t index, uint64_t flags) const;
  unsigned copies() const { return shape_.lane_stride ? lanes() : 1; }
  // The system-call side copies per-CPU values with their padding, as Linux does.
  std::size_t sys_copy() const { return shape_.lane_stride ? shape_.stride : definition().value_size; }

  ArrayShape shape_;
};

// Walking by index, for every type whose keys are 0 … entries - 1. `key` may be null.
int next_index(const uint8_t* key, uint32_t entries, MutableBytes next);

}  // namespace skep::maps
