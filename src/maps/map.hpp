// SPDX-License-Identifier: Apache-2.0
// Live maps: storage and concurrency, with Linux's meaning of every operation.
//
// A map has two faces. Programs see lookup, update and remove: a pointer into the map and three errnos. User space
// sees what bpf(2) offers, the sys_ functions: values as copies, per-CPU values as lanes × round_up(value, 8) bytes,
// walking, batches, freezing. Results inside operations are negative errnos, because programs and judges see them;
// Error is for what people get wrong when they ask for a map.
//
//     auto map = TRY(maps::create({.name = "hits", .type = facts::MapType::hash, .key_size = 4, .value_size = 8,
//                                  .max_entries = 1024}, domain.lanes()));
//     auto* hits = static_cast<uint64_t*>(map->lookup(key, lane.index()));     // null: not there
//
// One relocatable segment holds all of a map that programs can change: offsets inside, never pointers, at an address
// that is reserved when the map is made and stays. So a pointer to a value is good as long as the map lives; after a
// remove it points to memory of the map that another key may use, as in Linux's preallocated maps.
// All operations are thread-safe. Within one lane at most one thread runs; `no_lane` is who is outside all lanes.
// tests: model_test.cpp walks every short sequence of operations, maps_kernel_test.cpp asks the running kernel.
#pragma once

#include <atomic>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "facts/map_types.hpp"
#include "maps/segment.hpp"

namespace skep::maps {

// What is asked for. Sizes in bytes; flags are Linux's BPF_F_* of BPF_MAP_CREATE.
struct Definition {
  std::string name = {};
  facts::MapType type = {};
  uint32_t key_size = 0;
  uint32_t value_size = 0;
  uint32_t max_entries = 0;
  uint32_t flags = 0;
  uint64_t extra = 0;
};

inline constexpr unsigned no_lane = ~0u;    // the system-call side is on no lane
inline constexpr int not_supported = -524;  // ENOTSUPP, which Linux's user headers do not have

// An operation's result, or a negative errno.
template <class T>
using Answer = std::expected<T, int>;

// Elements one after the other. `err` may be -ENOENT with elements present: there were no more.
struct Batch {
  int err = 0;
  uint32_t count = 0;
  Buffer keys = {}, values = {};
  Buffer next = {};  // where the next batch starts; empty: nowhere
};
struct BatchDone {
  int err = 0;
  uint32_t count = 0;  // how many were done before err
};

enum class Life : uint8_t { free, live };

// Which value an address lies in.
struct ValueAt {
  uint8_t* base;
  uint32_t size;
  unsigned lane;  // no_lane where lanes share the value
  Life life;      // free: the element was removed, or was never used; its memory is still the map's
};

// Maps whose lookup is arithmetic: base + lane × lane_stride + index × stride while index < entries. lane_stride is
// 0 where lanes share the values. index_mask is the smallest 2^n - 1 that covers every index.
struct ArrayShape {
  uint8_t* base;
  uint64_t stride, lane_stride;
  uint32_t entries, index_mask;
};

class Map {
 public:
  virtual ~Map() = default;
  Map(const Map&) = delete;
  Map& operator=(const Map&) = delete;

  const Definition& definition() const { return definition_; }
  facts::MapType type() const { return definition_.type; }
  unsigned lanes() const { return lanes_; }
  // Bytes of a value on the system-call side: lanes × round_up(value, 8) for per-CPU types.
  std::size_t sys_value_size() const { return sys_value_size_; }

  // What programs may do with values (BPF_F_RDONLY_PROG, BPF_F_WRONLY_PROG); the verifier asks, operations do not.
  bool programs_may_read() const;
  bool programs_may_write() const;
  bool frozen() const { return frozen_.load(std::memory_order_acquire); }

  // Program side. `key` and `value` are at least key_size and value_size bytes; what follows them is not read.
  virtual void* lookup(const uint8_t* key, unsigned lane) = 0;  // null: no such element
  virtual int update(const uint8_t* key, const uint8_t* value, uint64_t flags, unsigned lane) = 0;
  virtual int remove(const uint8_t* key, unsigned lane) = 0;
  void* lookup(Bytes key, unsigned lane) { return lookup(key.data(), lane); }
  int update(Bytes key, Bytes value, uint64_t flags, unsigned lane) {
    return update(key.data(), value.data(), flags, lane);
  }
  int remove(Bytes key, unsigned lane) { return remove(key.data(), lane); }

  // System-call side: bpf(2)'s commands, checks in the kernel's order. A key or value of another size is -EINVAL
  // (the kernel reads as many bytes as the map says; a span knows better).
  Answer<Buffer> sys_lookup(Bytes key, uint64_t flags = 0);
  int sys_update(Bytes key, Bytes value, uint64_t flags = 0);
  int sys_remove(Bytes key);
  Answer<Buffer> sys_lookup_remove(Bytes key, uint64_t flags = 0);
  Answer<Buffer> sys_next_key(std::optional<Bytes> key);  // nullopt, or a key that is not there: the first
  Batch sys_lookup_batch(Bytes from, uint32_t count, uint64_t flags = 0);  // from: empty, or Batch::next
  Batch sys_lookup_remove_batch(Bytes from, uint32_t count, uint64_t flags = 0);
  BatchDone sys_update_batch(Bytes keys, Bytes values, uint32_t count, uint64_t flags = 0);
  BatchDone sys_remove_batch(Bytes keys, uint32_t count, uint64_t flags = 0);
  int sys_freeze();

  // Which value of this map holds `address`; nothing where none does. O(1).
  virtual std::optional<ValueAt> value_at(const void* address) const = 0;
  virtual std::optional<ArrayShape> array_shape() const { return std::nullopt; }

  MutableBytes segment() { return segment_.bytes(); }

 protected:
  Map(const Definition& definition, unsigned lanes, Segment segment);

  // What the sys_ functions rest on, after the checks that all types share. `not_supported` is the answer of types that
  // lack an operation.
  virtual int copy_value(const uint8_t* key, MutableBytes value) = 0;
  virtual int set_value(const uint8_t* key, const uint8_t* value, uint64_t flags) = 0;  // value: sys_value_size()
  virtual int take_value(const uint8_t* key, MutableBytes value);
  virtual int next_key(const uint8_t* key, MutableBytes next) = 0;  // key may be null
  virtual Batch lookup_batch(Bytes from, uint32_t count, uint64_t flags);
  virtual Batch take_batch(Bytes from, uint32_t count, uint64_t flags);
  virtual bool has_update_batch() const { return true; }
  virtual bool has_remove_batch() const { return false; }

  Segment& storage() { return segment_; }
  const Segment& storage() const { return segment_; }

 private:
  bool sys_may_read() const;
  bool sys_may_write() const;

  Definition definition_;
  unsigned lanes_;
  std::size_t sys_value_size_;
  Segment segment_;
  std::atomic<bool> frozen_{false};
};

// Makes a map, refusing what bpf(2) refuses with the errno it gives (in the error's row). Who asks knows which map it
// is and says so: TRY_WITHIN(create(…), "map 'hits'").
Result<std::shared_ptr<Map>> create(const Definition& definition, unsigned lanes);

}  // namespace skep::maps
