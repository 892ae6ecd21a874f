// SPDX-License-Identifier: Apache-2.0
#include "maps/hash.hpp"

#include <sys/random.h>

#include <algorithm>
#include <bit>
#include <thread>

#include "facts/uapi.hpp"
#include "maps/checks.hpp"
#include "maps/copy.hpp"

namespace skep::maps {

namespace map_flag = facts::map_flag;
using std::memory_order_acquire, std::memory_order_relaxed, std::memory_order_release;

struct Hash::Header {
  alignas(64) std::atomic<uint64_t> free;   // number of the first free element, and above it a count against ABA
  std::atomic<Number> used;                 // elements ever handed out
  alignas(64) std::atomic<uint32_t> count;  // elements in the map
};

struct alignas(64) Hash::Bucket {
  static constexpr unsigned slots = 8;
  std::atomic<uint32_t> lock;  // 0, or who has it: lane + 1; no_lane + 2 outside all lanes
  std::atomic<uint32_t> version;
  std::atomic<Number> chain;
  uint32_t reserved;  // for the intent of a writer, once processes share maps
  std::atomic<uint64_t> tags;
  std::atomic<Number> numbers[slots];

  void bump() { version.store(version.load(memory_order_relaxed) + 1, memory_order_release); }
  bool empty() const { return tags.load(memory_order_relaxed) == 0 && chain.load(memory_order_relaxed) == 0; }
};

struct Hash::Element {
  std::atomic<Number> next;  // in the chain, or among the free
  std::atomic<Life> life;
  uint64_t key[];
};

// What a reader found, and what to compare before believing it.
struct Hash::Found {
  const Bucket* bucket;
  uint32_t version;
  Number number;
  bool still_true() const {
    std::atomic_thread_fence(memory_order_acquire);
    return bucket->version.load(memory_order_relaxed) == version;
  }
};

struct Hash::Fresh {
  Number number;
  enum : uint8_t { untouched, reused } memory;
};

namespace {

constexpr uint64_t every_byte = 0x0101010101010101;
constexpr uint64_t tag_of(uint64_t hash) { return 0x80 | hash >> 57; }

// A bit in each byte that equals `tag`; the byte above a match may say so wrongly, and the key will tell.
constexpr uint64_t matches(uint64_t tags, uint64_t tag) {
  uint64_t x = tags ^ (every_byte * tag);
  return (x - every_byte) & ~x & (every_byte << 7);
}

Seed random_seed() {
  uint64_t bits[2];
  if (getrandom(bits, sizeof bits, 0) != sizeof bits) return {};
  return {bits[0], bits[1]};
}

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

// Linux keeps an element in one allocation of at most 4 MiB and its own header in it.
constexpr uint64_t largest_element = (4 << 20) - 48;
constexpr uint32_t most_entries = 1u << 27;  // Linux's array of buckets is at most 4 GiB

Hash::Geometry geometry(const Definition& d, unsigned lanes) {
  bool per_cpu = d.type == facts::MapType::percpu_hash;
  Hash::Geometry g{};
  uint64_t key = round_up(d.key_size, 8), value = round_up(d.value_size, 8);
  uint32_t buckets = std::bit_ceil((d.max_entries + 3) / 4);  // up to 4 of 8 slots in use
  g.bucket_mask = buckets - 1;
  g.pool = d.max_entries + (per_cpu ? 0 : std::min(lanes, 255u) + 1);  // a change of a value needs one for a moment
  g.elements = 128 + uint64_t{buckets} * 64;
  g.element_stride = 8 + key + (per_cpu ? 0 : value);
  uint64_t end = g.elements + g.pool * g.element_stride;  // 2^28 × 2^23: no overflow
  if (per_cpu) {
    g.values = round_up(end, 4096);
    g.value_stride = value;
    g.lane_stride = round_up(g.pool * value, 4096);
    if (__builtin_mul_overflow(lanes, g.lane_stride, &g.size)) g.size = UINT64_MAX - g.values;
    g.size += g.values;
  } else {
    g.values = g.elements + 8 + key;
    g.value_stride = g.element_stride;
    g.size = end;
  }
  return g;
}

}  // namespace

Result<std::shared_ptr<Map>> Hash::create(const Definition& d, unsigned lanes) {
  bool per_cpu = d.type == facts::MapType::percpu_hash;
  uint32_t known = map_flag::no_prealloc | map_flag::zero_seed | map_flag::rdonly | map_flag::wronly |
                   map_flag::rdonly_prog | map_flag::wronly_prog;
  if (!per_cpu) known |= map_flag::numa_node;
  TRY_VOID(only_flags(d, known));
  TRY_VOID(not_zero("max_entries", d.max_entries));
  TRY_VOID(not_zero("key_size", d.key_size));
  TRY_VOID(not_zero("value_size", d.value_size));
  TRY_VOID(at_most("key_size + value_size", uint64_t{d.key_size} + d.value_size, largest_element - 1));
  if (per_cpu) TRY_VOID(at_most("value_size", d.value_size, per_cpu_limit));
  TRY_VOID(at_most("max_entries", d.max_entries, most_entries));
  Geometry g = geometry(d, lanes);
  return std::make_shared<Hash>(d, lanes, TRY(reserve(g.size)), g);
}

Hash::Hash(const Definition& definition, unsigned lanes, Segment segment, const Geometry& geometry)
    : Map(definition, lanes, std::move(segment)), geometry_(geometry) {
  static_assert(sizeof(Header) == 128 && sizeof(Bucket) == 64 && sizeof(Element) == 8);
  uint8_t* base = storage().at(0);
  header_ = reinterpret_cast<Header*>(base);  // zeros are an empty map
  buckets_ = reinterpret_cast<Bucket*>(base + sizeof(Header));
  elements_ = base + geometry_.elements - geometry_.element_stride;
  values_ = base + geometry_.values - geometry_.value_stride;
  if (!(definition.flags & map_flag::zero_seed)) seed_ = random_seed();
}

inline Hash::Element& Hash::element(Number n) const {
  return *reinterpret_cast<Element*>(elements_ + n * geometry_.element_stride);
}
inline uint8_t* Hash::value(Number n, unsigned lane) const {
  return values_ + lane * geometry_.lane_stride + n * geometry_.value_stride;
}
inline bool Hash::equal(const Element& e, const KeyWords& key) const {
  for (uint32_t i = 0; i < key.count(); ++i)
    if (std::atomic_ref(const_cast<uint64_t&>(e.key[i])).load(memory_order_relaxed) != key[i]) return false;
  return true;
}
uint32_t Hash::count() const { return header().count.load(memory_order_relaxed); }

inline Hash::Found Hash::find(const KeyWords& key) const {
  uint64_t hash = hash_of(key, seed_);
  const Bucket& b = buckets_[hash & geometry_.bucket_mask];
  while (true) {
    Found found{&b, b.version.load(memory_order_acquire), 0};
    for (uint64_t m = matches(b.tags.load(memory_order_relaxed), tag_of(hash)); m; m &= m - 1) {
      found.number = b.numbers[std::countr_zero(m) / 8].load(memory_order_acquire);
      if (found.number && equal(element(found.number), key) && found.still_true()) return found;
    }
    found.number = b.chain.load(memory_order_acquire);
    while (found.number && found.still_true()) {
      if (equal(element(found.number), key) && found.still_true()) return found;
      found.number = element(found.number).next.load(memory_order_acquire);
    }
    found.number = 0;
    if (found.still_true()) return found;
  }
}

void* Hash::lookup(const uint8_t* key, unsigned lane) {
  Found found = find(words(key));
  return found.number ? value(found.number, lane) : nullptr;
}

// Holding a bucket's lock. A run that meets the lock of a run it interrupted (same lane) is told so, as in Linux.
class Hash::Locked {
 public:
  Locked(Bucket& b, unsigned lane) : b_(b) {
    uint32_t me = lane == no_lane ? no_lane : lane + 1;
    for (unsigned tries = 1;; ++tries) {
      uint32_t free = 0;
      if (b.lock.compare_exchange_weak(free, me, memory_order_acquire, memory_order_relaxed)) return;
      if (free == me && lane != no_lane) {
        err_ = -EDEADLK;
        return;
      }
      if (tries % 64 == 0)
        std::this_thread::yield();
      else
        pause();
    }
  }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;
  ~Locked() {
    if (!err_) b_.lock.store(0, memory_order_release);
  }
  int err() const { return err_; }

 private:
  Bucket& b_;
  int err_ = 0;
};

// Where the number of this key's element stands; null where there is none. For who holds the lock.
std::atomic<Hash::Number>* Hash::link_to(Bucket& b, const KeyWords& key, uint64_t hash) const {
  for (uint64_t m = matches(b.tags.load(memory_order_relaxed), tag_of(hash)); m; m &= m - 1) {
    auto& slot = b.numbers[std::countr_zero(m) / 8];
    if (Number n = slot.load(memory_order_relaxed); n && equal(element(n), key)) return &slot;
  }
  for (auto* link = &b.chain;;) {
    Number n = link->load(memory_order_relaxed);
    if (n == 0) return nullptr;
    if (equal(element(n), key)) return link;
    link = &element(n).next;
  }
}

void Hash::unlink_number(Bucket& b, Number n) {
  for (auto& slot : b.numbers)
    if (slot.load(memory_order_relaxed) == n) {
      unlink(b, &slot);
      return;
    }
  auto* link = &b.chain;
  while (link->load(memory_order_relaxed) != n) link = &element(link->load(memory_order_relaxed)).next;
  unlink(b, link);
}

template <class Visit>
void Hash::for_each(const Bucket& b, Visit visit) const {
  for (const auto& slot : b.numbers)
    if (Number n = slot.load(memory_order_relaxed)) visit(n);
  for (Number n = b.chain.load(memory_order_relaxed); n;) {
    Number next = element(n).next.load(memory_order_relaxed);
    visit(n);
    n = next;
  }
}

Hash::Fresh Hash::allocate() {
  Header& h = header();
  while (true) {
    uint64_t head = h.free.load(memory_order_acquire);
    while (auto n = static_cast<Number>(head)) {
      uint64_t next = (((head >> 32) + 1) << 32) | element(n).next.load(memory_order_relaxed);
      if (h.free.compare_exchange_weak(head, next, memory_order_acquire)) return {n, Fresh::reused};
    }
    Number used = h.used.load(memory_order_relaxed);
    while (used < geometry_.pool)
      if (h.used.compare_exchange_weak(used, used + 1, memory_order_relaxed)) return {used + 1, Fresh::untouched};
    std::this_thread::yield();  // all spare elements are with writers that are about to finish
  }
}

void Hash::release(Number n) {
  Header& h = header();
  element(n).life.store(Life::free, memory_order_relaxed);
  uint64_t head = h.free.load(memory_order_relaxed), mine;
  do {
    element(n).next.store(static_cast<Number>(head), memory_order_relaxed);
    mine = (((head >> 32) + 1) << 32) | n;
  } while (!h.free.compare_exchange_weak(head, mine, memory_order_release, memory_order_relaxed));
}

// The count last, so that who may insert finds an element.
void Hash::put_back(Number n) {
  release(n);
  header().count.fetch_sub(1, memory_order_relaxed);
}

void Hash::write_value(Number n, const uint8_t* from, unsigned lane, Lanes which) {
  if (which == Lanes::one) return copy_in(value(n, lane), from, definition().value_size);
  for (unsigned l = 0; l < copies(); ++l) copy_in(value(n, l), from + l * geometry_.value_stride, sys_copy());
}

void Hash::read_value(Number n, MutableBytes to) const {
  for (unsigned l = 0; l < copies(); ++l) copy_out(&to[l * geometry_.value_stride], value(n, l), sys_copy());
}

void Hash::read_key(Number n, uint8_t* key) const { copy_out(key, element(n).key, definition().key_size); }

// Readers may still compare the key of a reused element, which is why the words are atomic, and why everything that
// freed it (the bucket's new version) becomes visible before them.
void Hash::fill(Fresh made, const KeyWords& key, const uint8_t* from, unsigned lane, Lanes which) {
  Element& e = element(made.number);
  std::atomic_thread_fence(memory_order_release);
  for (uint32_t i = 0; i < key.count(); ++i) std::atomic_ref(e.key[i]).store(key[i], memory_order_relaxed);
  if (made.memory == Fresh::reused && which == Lanes::one && geometry_.lane_stride)
    for (unsigned l = 0; l < copies(); ++l) clear(value(made.number, l), geometry_.value_stride);
  write_value(made.number, from, lane, which);
  e.life.store(Life::live, memory_order_relaxed);
}

void Hash::link(Bucket& b, uint64_t hash, Number n) {
  for (unsigned i = 0; i < Bucket::slots; ++i) {
    if (b.numbers[i].load(memory_order_relaxed)) continue;
    uint64_t others = b.tags.load(memory_order_relaxed) & ~(uint64_t{0xff} << (8 * i));
    b.tags.store(others | tag_of(hash) << (8 * i), memory_order_relaxed);
    b.numbers[i].store(n, memory_order_release);
    return;
  }
  element(n).next.store(b.chain.load(memory_order_relaxed), memory_order_relaxed);
  b.chain.store(n, memory_order_release);
}

// Takes out what `link` names. The caller releases the element, after this has changed the version.
Hash::Number Hash::unlink(Bucket& b, std::atomic<Number>* link) {
  Number n = link->load(memory_order_relaxed);
  bool in_slot = link >= b.numbers && link < b.numbers + Bucket::slots;
  link->store(in_slot ? 0 : element(n).next.load(memory_order_relaxed), memory_order_release);
  if (in_slot) {
    auto slot = static_cast<unsigned>(link - b.numbers);
    b.tags.store(b.tags.load(memory_order_relaxed) & ~(uint64_t{0xff} << (8 * slot)), memory_order_relaxed);
  }
  b.bump();
  return n;
}

int Hash::insert(Bucket& b, const KeyWords& key, uint64_t hash, const uint8_t* from, unsigned lane, Lanes which) {
  Header& h = header();
  if (h.count.fetch_add(1, memory_order_relaxed) >= definition().max_entries) {
    h.count.fetch_sub(1, memory_order_relaxed);
    return -E2BIG;
  }
  Fresh made = allocate();
  fill(made, key, from, lane, which);
  link(b, hash, made.number);
  return 0;
}

int Hash::store_value(const uint8_t* at, const uint8_t* from, uint64_t flags, unsigned lane, Lanes which) {
  if (flags > facts::update_exist) return -EINVAL;  // BPF_F_LOCK too: no value has a lock yet
  KeyWords key = words(at);
  uint64_t hash = hash_of(key, seed_);
  Bucket& b = buckets_[hash & geometry_.bucket_mask];
  Locked locked(b, which == Lanes::all ? no_lane : lane);
  if (locked.err()) return locked.err();
  std::atomic<Number>* where = link_to(b, key, hash);
  if (where && flags == facts::update_noexist) return -EEXIST;
  if (!where && flags == facts::update_exist) return -ENOENT;
  if (!where) return insert(b, key, hash, from, lane, which);
  Number old = where->load(memory_order_relaxed);
  if (geometry_.lane_stride) {
    write_value(old, from, lane, which);
    return 0;
  }
  Fresh made = allocate();
  fill(made, key, from, lane, which);
  element(made.number).next.store(element(old).next.load(memory_order_relaxed), memory_order_relaxed);
  where->store(made.number, memory_order_release);
  b.bump();
  release(old);
  return 0;
}

int Hash::update(const uint8_t* key, const uint8_t* value, uint64_t flags, unsigned lane) {
  return store_value(key, value, flags, lane, Lanes::one);
}
int Hash::set_value(const uint8_t* key, const uint8_t* value, uint64_t flags) {
  return store_value(key, value, flags, 0, Lanes::all);
}

int Hash::take_out(const uint8_t* at, unsigned lane, MutableBytes value) {
  KeyWords key = words(at);
  uint64_t hash = hash_of(key, seed_);
  Bucket& b = buckets_[hash & geometry_.bucket_mask];
  Number n = 0;
  {
    Locked locked(b, lane);
    if (locked.err()) return locked.err();
    std::atomic<Number>* where = link_to(b, key, hash);
    if (!where) return -ENOENT;
    n = unlink(b, where);
    if (!value.empty()) read_value(n, value);
  }
  put_back(n);
  return 0;
}

int Hash::remove(const uint8_t* key, unsigned lane) { return take_out(key, lane, {}); }
int Hash::take_value(const uint8_t* key, MutableBytes value) { return take_out(key, no_lane, value); }

int Hash::copy_value(const uint8_t* key, MutableBytes value) {
  while (true) {
    Found found = find(words(key));
    if (!found.number) return -ENOENT;
    read_value(found.number, value);
    if (found.still_true()) return 0;
  }
}

// Walking goes bucket by bucket, in a bucket slot by slot, then along the chain.

int Hash::next_key(const uint8_t* at, MutableBytes next) {
  uint32_t from = 0;
  if (at) {
    KeyWords key = words(at);
    uint64_t hash = hash_of(key, seed_);
    from = static_cast<uint32_t>(hash) & geometry_.bucket_mask;
    Locked locked(buckets_[from], no_lane);
    if (auto* where = link_to(buckets_[from], key, hash)) {
      Number here = where->load(memory_order_relaxed), follower = 0;
      enum { before, behind } place = before;
      for_each(buckets_[from], [&](Number n) {
        if (place == behind && !follower) follower = n;
        if (n == here) place = behind;
      });
      if (follower) {
        read_key(follower, next.data());
        return 0;
      }
      ++from;
    } else {
      from = 0;  // not there: from the beginning, as Linux does
    }
  }
  for (uint64_t i = from; i <= geometry_.bucket_mask; ++i) {
    if (buckets_[i].empty()) continue;
    Locked locked(buckets_[i], no_lane);
    Number first = 0;
    for_each(buckets_[i], [&](Number n) { first = first ? first : n; });
    if (!first) continue;
    read_key(first, next.data());
    return 0;
  }
  return -ENOENT;
}

// A batch ends where it is full; `next` says how many elements of which bucket were given. (Linux gives whole
// buckets only, and -ENOSPC where the first does not fit; how many share a bucket is nobody's business but a map's.)
// Callers of bpf(2) have room for 4 bytes, so that is what it takes outside; a place that does not fit is -ENOSPC.
struct Hash::Cursor {
  uint32_t bucket, given;

  static constexpr unsigned bucket_bits = 26;
  static Cursor from(Bytes token) {
    const auto t = load<uint32_t>(token.data());
    return {.bucket = t & ((1u << bucket_bits) - 1), .given = t >> bucket_bits};
  }
  bool fits() const { return bucket >> bucket_bits == 0 && given >> (32 - bucket_bits) == 0; }
  uint32_t token() const { return given << bucket_bits | bucket; }
};

Batch Hash::read_batch(Bytes from, uint32_t count, uint64_t flags, Reads how) {
  if (flags) return {.err = -EINVAL};
  if (count == 0) return {};
  if (!from.empty() && from.size() != sizeof(uint32_t)) return {.err = -EINVAL};
  Cursor at = from.empty() ? Cursor{} : Cursor::from(from);
  Batch batch{.err = -ENOENT};
  for (; at.bucket <= geometry_.bucket_mask; ++at.bucket, at.given = 0) {
    Bucket& b = buckets_[at.bucket];
    if (b.empty()) continue;
    std::vector<Number> taken;
    {
      Locked locked(b, no_lane);
      uint32_t seen = 0;
      for_each(b, [&](Number n) {
        if (seen++ < at.given) return;
        if (batch.count == count) {
          batch.err = 0;
          return;
        }
        append(batch, n);
        taken.push_back(n);
      });
      if (how == Reads::take)
        for (Number n : taken) unlink_number(b, n);
    }
    if (how == Reads::copy)
      at.given += static_cast<uint32_t>(taken.size());
    else
      for (Number n : taken) put_back(n);
    if (batch.err == 0) break;
  }
  if (batch.err == 0 && !at.fits()) batch.err = -ENOSPC;
  batch.next.resize(sizeof(uint32_t));
  store(batch.next.data(), at.token());
  return batch;
}

void Hash::append(Batch& batch, Number n) const {
  ++batch.count;
  batch.keys.resize(batch.keys.size() + definition().key_size);
  read_key(n, batch.keys.data() + batch.keys.size() - definition().key_size);
  batch.values.resize(batch.values.size() + sys_value_size());
  read_value(n, MutableBytes(batch.values).last(sys_value_size()));
}

Batch Hash::lookup_batch(Bytes from, uint32_t count, uint64_t flags) {
  return read_batch(from, count, flags, Reads::copy);
}
Batch Hash::take_batch(Bytes from, uint32_t count, uint64_t flags) {
  return read_batch(from, count, flags, Reads::take);
}

std::optional<ValueAt> Hash::value_at(const void* address) const {
  auto offset = static_cast<uint64_t>(static_cast<const uint8_t*>(address) - storage().at(0));  // below: huge
  if (offset < geometry_.values) return std::nullopt;
  offset -= geometry_.values;
  uint64_t lane = geometry_.lane_stride ? offset / geometry_.lane_stride : 0;
  if (lane >= copies()) return std::nullopt;
  offset -= lane * geometry_.lane_stride;
  uint64_t n = offset / geometry_.value_stride + 1;
  if (n > geometry_.pool || offset % geometry_.value_stride >= definition().value_size) return std::nullopt;
  auto number = static_cast<Number>(n);
  return ValueAt{.base = value(number, static_cast<unsigned>(lane)),
                 .size = definition().value_size,
                 .lane = geometry_.lane_stride ? static_cast<unsigned>(lane) : no_lane,
                 .life = element(number).life.load(memory_order_relaxed)};
}

}  // namespace skep::maps
