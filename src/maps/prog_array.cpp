// SPDX-License-Identifier: Apache-2.0
#include "maps/prog_array.hpp"

#include "facts/uapi.hpp"
#include "maps/array.hpp"
#include "maps/checks.hpp"

namespace skep::maps {
namespace {

constexpr uint32_t handles_a_page = 512;

}  // namespace

Result<std::shared_ptr<Map>> ProgArray::create(const Definition& d, unsigned lanes) {
  using namespace facts::map_flag;
  TRY_VOID(exactly(d, "value_size", d.value_size, 4));
  if (uint32_t refused = d.flags & (rdonly_prog | wronly_prog)) TRY_VOID(only_flags(d, ~refused));
  TRY_VOID(check_array(d));
  TRY(reserve(uint64_t{d.max_entries} * sizeof(Handle)));  // as much as it may come to need, given back at once
  return std::make_shared<ProgArray>(d, lanes, TRY(reserve(0)));
}

ProgArray::ProgArray(const Definition& d, unsigned lanes, Segment segment)
    : Map(d, lanes, std::move(segment)), pages_((d.max_entries - 1) / handles_a_page + 1) {}

int ProgArray::set(uint32_t index, Handle handle, uint64_t flags) {
  if (flags != facts::update_any) return -EINVAL;
  if (index >= definition().max_entries) return -E2BIG;
  std::unique_lock lock(mutex_);
  auto& page = pages_[index / handles_a_page];
  if (!page) page = std::make_unique<Handle[]>(handles_a_page);
  std::swap(page[index % handles_a_page], handle);
  lock.unlock();  // what was there ends outside the lock: its end may be long
  return 0;
}

int ProgArray::clear(uint32_t index) {
  if (index >= definition().max_entries) return -E2BIG;
  std::unique_lock lock(mutex_);
  auto& page = pages_[index / handles_a_page];
  Handle old = page ? std::exchange(page[index % handles_a_page], {}) : Handle{};
  lock.unlock();
  return old.program ? 0 : -ENOENT;
}

Handle ProgArray::handle(uint32_t index) const {
  if (index >= definition().max_entries) return {};
  std::lock_guard lock(mutex_);
  const auto& page = pages_[index / handles_a_page];
  return page ? page[index % handles_a_page] : Handle{};
}

// Linux's verifier refuses programs that try.
void* ProgArray::lookup(const uint8_t*, unsigned) { return nullptr; }
int ProgArray::update(const uint8_t*, const uint8_t*, uint64_t, unsigned) { return -EINVAL; }
std::optional<ValueAt> ProgArray::value_at(const void*) const { return std::nullopt; }

int ProgArray::remove(const uint8_t* key, unsigned) { return clear(load<uint32_t>(key)); }

int ProgArray::copy_value(const uint8_t* key, MutableBytes value) {
  Handle h = handle(load<uint32_t>(key));
  if (!h.program) return -ENOENT;
  store(value.data(), h.id);
  return 0;
}

int ProgArray::set_value(const uint8_t* key, const uint8_t*, uint64_t flags) {
  if (flags != facts::update_any) return -EINVAL;
  return load<uint32_t>(key) >= definition().max_entries ? -E2BIG : -EBADF;
}

int ProgArray::next_key(const uint8_t* key, MutableBytes next) {
  return next_index(key, definition().max_entries, next);
}

Batch ProgArray::lookup_batch(Bytes, uint32_t, uint64_t) { return {.err = not_supported}; }

}  // namespace skep::maps
