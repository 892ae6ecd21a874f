// SPDX-License-Identifier: Apache-2.0
// hash and percpu_hash: buckets of one cache line over a pool of elements.
//
//     segment   header │ buckets, 64 bytes each │ elements │ percpu_hash: values, lane by lane
//     bucket    lock · version · chain · 8 tags · 8 element numbers
//     element   next · state · key, padded to 8 · value (percpu_hash: none here)
//
// An element number is 1 … pool; 0 is none. Tags are 7 bits of the hash with the top bit set, so one word finds the
// candidates. The ninth element of a bucket and those after it hang on `chain`, so nothing ever fails to fit.
//
// Readers take no lock. They read the bucket's version, scan, compare the key, and look at the version again: writers
// bump it after every unlinking and before the unlinked element can be reused, so an unchanged version means that
// what was compared was the bucket's all along. Writers hold the bucket's lock; changing a value of a hash is a new
// element and one store of its number, so who copies a value sees the old one or the new one.
// percpu_hash changes values in place, as Linux does: each lane's value is that lane's.
//
// Elements of the pool are handed out in order and reused last in, first out; memory is touched when first used.
#pragma once

#include "maps/hashing.hpp"
#include "maps/map.hpp"

namespace skep::maps {

class Hash final : public Map {
 public:
  static Result<std::shared_ptr<Map>> create(const Definition& definition, unsigned lanes);

  // Where everything is, in bytes from the start of the segment.
  struct Geometry {
    uint32_t bucket_mask;
    uint32_t pool;                      // elements
    uint64_t elements, element_stride;  // of element number 1, and from one to the next
    uint64_t values, value_stride;      // likewise
    uint64_t lane_stride;               // 0: lanes share the values
    uint64_t size;
  };
  Hash(const Definition& definition, unsigned lanes, Segment segment, const Geometry& geometry);

  using Map::lookup;
  using Map::remove;
  using Map::update;
  void* lookup(const uint8_t* key, unsigned lane) override;
  int update(const uint8_t* key, const uint8_t* value, uint64_t flags, unsigned lane) override;
  int remove(const uint8_t* key, unsigned lane) override;
  std::optional<ValueAt> value_at(const void* address) const override;
  uint32_t count() const;

 protected:
  int copy_value(const uint8_t* key, MutableBytes value) override;
  int set_value(const uint8_t* key, const uint8_t* value, uint64_t flags) override;
  int take_value(const uint8_t* key, MutableBytes value) override;
  int next_key(const uint8_t* key, MutableBytes next) override;
  Batch lookup_batch(Bytes from, uint32_t count, uint64_t flags) override;
  Batch take_batch(Bytes from, uint32_t count, uint64_t flags) override;
  bool has_remove_batch() const override { return true; }

 private:
  using Number = uint32_t;  // of an element; 0 is none
  struct Header;
  struct Bucket;
  struct Element;
  struct Found;
  struct Fresh;
  struct Cursor;
  class Locked;
  enum class Reads : uint8_t { copy, take };
  enum class Lanes : uint8_t { one, all };

  Header& header() const { return *header_; }
  Element& element(Number n) const;
  uint8_t* value(Number n, unsigned lane) const;
  unsigned copies() const { return geometry_.lane_stride ? lanes() : 1; }
  // The system-call side copies per-CPU values with their padding, as Linux does.
  std::size_t sys_copy() const { return geometry_.lane_stride ? geometry_.value_stride : definition().value_size; }
  KeyWords words(const uint8_t* key) const { return {key, definition().key_size}; }
  bool equal(const Element& e, const KeyWords& key) const;

  Found find(const KeyWords& key) const;
  std::atomic<Number>* link_to(Bucket& b, const KeyWords& key, uint64_t hash) const;
  template <class Visit>
  void for_each(const Bucket& b, Visit visit) const;

  int store_value(const uint8_t* key, const uint8_t* value, uint64_t flags, unsigned lane, Lanes which);
  int insert(Bucket& b, const KeyWords& key, uint64_t hash, const uint8_t* value, unsigned lane, Lanes which);
  void fill(Fresh made, const KeyWords& key, const uint8_t* value, unsigned lane, Lanes which);
  void write_value(Number n, const uint8_t* value, unsigned lane, Lanes which);
  void read_value(Number n, MutableBytes value) const;
  void read_key(Number n, uint8_t* key) const;
  void link(Bucket& b, uint64_t hash, Number n);
  Number unlink(Bucket& b, std::atomic<Number>* link);
  void unlink_number(Bucket& b, Number n);
  void append(Batch& batch, Number n) const;
  int take_out(const uint8_t* key, unsigned lane, MutableBytes value);
  Batch read_batch(Bytes from, uint32_t count, uint64_t flags, Reads how);

  Fresh allocate();
  void release(Number n);
  void put_back(Number n);

  Geometry geometry_;
  Seed seed_;
  Header* header_;
  Bucket* buckets_;
  uint8_t* elements_;  // of number 0, which is none
  uint8_t* values_;
};

}  // namespace skep::maps
