// SPDX-License-Identifier: Apache-2.0
// prog_array: program handles by index. The map counts them and never calls them; programs never look inside, they
// tail-call. On the system-call side a lookup answers the program's id, as Linux does; putting a program in is set(),
// because a value of sys_update is a file descriptor, which this layer does not know: it answers -EBADF.
#pragma once

#include <mutex>

#include "maps/map.hpp"

namespace skep::maps {

struct Handle {
  std::shared_ptr<void> program = nullptr;
  uint32_t id = 0;  // what a system-call lookup answers
};

class ProgArray final : public Map {
 public:
  static Result<std::shared_ptr<Map>> create(const Definition& definition, unsigned lanes);
  ProgArray(const Definition& definition, unsigned lanes, Segment segment);

  int set(uint32_t index, Handle handle, uint64_t flags = 0);  // E2BIG past the end, EINVAL for any flag
  int clear(uint32_t index);                                   // ENOENT where there was none
  Handle handle(uint32_t index) const;
  std::shared_ptr<void> get(uint32_t index) const { return handle(index).program; }  // null: none, or past the end

  using Map::lookup;
  using Map::remove;
  using Map::update;
  void* lookup(const uint8_t* key, unsigned lane) override;
  int update(const uint8_t* key, const uint8_t* value, uint64_t flags, unsigned lane) override;
  int remove(const uint8_t* key, unsigned lane) override;
  std::optional<ValueAt> value_at(const void* address) const override;

 protected:
  int copy_value(const uint8_t* key, MutableBytes value) override;
  int set_value(const uint8_t* key, const uint8_t* value, uint64_t flags) override;
  int next_key(const uint8_t* key, MutableBytes next) override;
  Batch lookup_batch(Bytes from, uint32_t count, uint64_t flags) override;
  bool has_update_batch() const override { return false; }

 private:
  mutable std::mutex mutex_;                      // set and clear against get; runs get later an epoch instead
  std::vector<std::unique_ptr<Handle[]>> pages_;  // made when first set in
};

}  // namespace skep::maps
