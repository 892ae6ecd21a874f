// SPDX-License-Identifier: Apache-2.0
// What the C++ skeletons that `skep gen skeleton` writes are made of: skep.h with owners, values and types. C++17.
//
//     auto count = count::open();                          // Result<count>: a skeleton or an Error
//     if (!count) return fprintf(stderr, "%s\n", count.error().text.c_str()), 1;
//     count->rodata().limit = 100;                         // until load; bss() and data() always
//     if (auto done = count->load(); !done) …
//     auto run = count->progs.on_packet.run(frame, size);  // Result<skep_run_result>
//     auto flow = count->maps.flows.lookup({from, to});    // Result<count_types::flow_stats>
//
// A skeleton owns its object and its links; what `maps` and `progs` hold are handles, copied freely and good as long
// as the skeleton (moved or not) lives. References that bss(), data(), rodata() and kconfig() give are good until
// load(), which moves the memory. Nothing throws but std::bad_alloc. Threads: as skep.h says of objects.
#pragma once

#include <skep/skep.h>

#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace skep::skeleton {

// skep_last_error(), kept.
struct Error {
  int err = 0;                                   // a positive errno
  std::string code, place, message, hint, text;  // text: all of it on one line

  static Error last() {
    const skep_error* e = skep_last_error();
    return {e->err, e->code, e->place, e->message, e->hint, e->text};
  }
};

// A value or an Error. Look which: `if (!result)`.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}
  explicit operator bool() const { return held_.index() == 0; }
  T& operator*() & { return *std::get_if<0>(&held_); }
  const T& operator*() const& { return *std::get_if<0>(&held_); }
  T&& operator*() && { return std::move(*std::get_if<0>(&held_)); }
  T* operator->() { return std::get_if<0>(&held_); }
  const T* operator->() const { return std::get_if<0>(&held_); }
  const Error& error() const { return *std::get_if<1>(&held_); }

 private:
  std::variant<T, Error> held_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}
  explicit operator bool() const { return !error_; }
  const Error& error() const { return *error_; }

 private:
  std::optional<Error> error_;
};
using Done = Result<void>;
inline Done done(int answer) { return answer < 0 ? Done(Error::last()) : Done(); }

// ---- maps ----------------------------------------------------------------------------------------------------------

// Any map. What is missing here, skep.h has for get().
class Map {
 public:
  Map(skep_map* map = nullptr) : map_(map) {}
  skep_map* get() const { return map_; }
  const char* name() const { return skep_map_name(map_); }
  Done set_max_entries(uint32_t entries) const { return done(skep_map_set_max_entries(map_, entries)); }
  Done set_autocreate(bool autocreate) const { return done(skep_map_set_autocreate(map_, autocreate)); }

 private:
  skep_map* map_;
};

// The value of a per-CPU map: one V for each lane.
template <class V>
class PerLane {
 public:
  PerLane() : bytes_(stride * skep_lanes()) {}
  std::size_t size() const { return bytes_.size() / stride; }
  V operator[](std::size_t lane) const {
    V value;
    std::memcpy(&value, bytes_.data() + lane * stride, sizeof value);
    return value;
  }
  void set(std::size_t lane, const V& value) { std::memcpy(bytes_.data() + lane * stride, &value, sizeof value); }
  void* bytes() { return bytes_.data(); }
  const void* bytes() const { return bytes_.data(); }
  std::size_t byte_count() const { return bytes_.size(); }

 private:
  static constexpr std::size_t stride = (sizeof(V) + 7) / 8 * 8;
  std::vector<unsigned char> bytes_;
};

template <class V>
void* bytes_of(V& value) {
  return &value;
}
template <class V>
const void* bytes_of(const V& value) {
  return &value;
}
template <class V>
std::size_t byte_count(const V&) {
  return sizeof(V);
}
template <class V>
void* bytes_of(PerLane<V>& value) {
  return value.bytes();
}
template <class V>
const void* bytes_of(const PerLane<V>& value) {
  return value.bytes();
}
template <class V>
std::size_t byte_count(const PerLane<V>& value) {
  return value.byte_count();
}

// A map whose keys and values have types. Missing elements are errors too: err is ENOENT.
template <class K, class V>
class MapOf : public Map {
 public:
  using Map::Map;
  Result<V> lookup(const K& key, uint64_t flags = 0) const {
    V value{};
    if (skep_map_lookup(get(), &key, sizeof key, bytes_of(value), byte_count(value), flags) < 0) return Error::last();
    return value;
  }
  Done update(const K& key, const V& value, uint64_t flags = 0) const {
    return done(skep_map_update(get(), &key, sizeof key, bytes_of(value), byte_count(value), flags));
  }
  Done erase(const K& key) const { return done(skep_map_delete(get(), &key, sizeof key, 0)); }

  // All of them; those that come and go meanwhile may be seen or not.
  Result<std::vector<std::pair<K, V>>> entries() const {
    std::vector<std::pair<K, V>> all;
    K key{}, next{};
    const uint32_t most = skep_map_max_entries(get());
    for (uint32_t i = 0; i < most; ++i, key = next) {
      if (int err = skep_map_next_key(get(), i == 0 ? nullptr : &key, &next, sizeof next); err < 0) {
        if (err == -2) break;  // ENOENT: that was the last
        return Error::last();
      }
      if (auto value = lookup(next)) all.emplace_back(next, std::move(*value));
    }
    return all;
  }
};

// ---- programs and links
// ----------------------------------------------------------------------------------------------

struct DestroyLink {
  void operator()(skep_link* link) const { skep_link_destroy(link); }
};
using Link = std::unique_ptr<skep_link, DestroyLink>;

class Program {
 public:
  Program(skep_program* program = nullptr) : program_(program) {}
  skep_program* get() const { return program_; }
  const char* name() const { return skep_program_name(program_); }
  Done set_autoload(bool autoload) const { return done(skep_program_set_autoload(program_, autoload)); }

  // After load. `options.size` need not be set.
  Result<skep_run_result> run(skep_run_options options = {}) const {
    skep_run_result result{};
    result.size = sizeof result;
    options.size = sizeof options;
    if (skep_program_run(program_, &options, &result) < 0) return Error::last();
    return result;
  }
  Result<skep_run_result> run(const void* packet, std::size_t size) const {
    skep_run_options options{};
    options.packet = packet;
    options.packet_size = size;
    return run(options);
  }
  Result<Link> attach() const {
    skep_link* link = skep_program_attach(program_);
    if (link == nullptr) return Error::last();
    return Link(link);
  }

 private:
  skep_program* program_;
};

// ---- the base of all skeletons
// ---------------------------------------------------------------------------------------

class Object {
 public:
  skep_object* get() const { return object_.get(); }

  // Makes the maps and loads the programs; the sections' memory is another one from then on.
  Done load() { return done(skep_object_load(get())); }

  // Attaches every loaded program to what its section names: all or none.
  Done attach() {
    std::vector<Link> links;
    for (skep_program* p = nullptr; (p = skep_object_next_program(get(), p)) != nullptr;) {
      if (!skep_program_is_loaded(p)) continue;
      auto link = Program(p).attach();
      if (!link) return link.error();
      links.push_back(std::move(*link));
    }
    for (Link& link : links) links_.push_back(std::move(link));
    return {};
  }
  void detach() { links_.clear(); }

 protected:
  explicit Object(skep_object* object) : object_(object) {}

  static Result<skep_object*> open_bytes(const void* bytes, std::size_t size, const char* name,
                                         skep_open_options options) {
    options.size = sizeof options;
    if (options.name == nullptr) options.name = name;
    skep_object* object = skep_object_open_memory(bytes, size, &options);
    if (object == nullptr) return Error::last();
    return object;
  }
  template <class Section>
  static Section& section(const Map& map) {
    return *static_cast<Section*>(skep_map_memory(map.get(), nullptr));
  }

 private:
  struct Close {
    void operator()(skep_object* object) const { skep_object_close(object); }
  };
  std::unique_ptr<skep_object, Close> object_;
  std::vector<Link> links_;  // behind the object: they go first
};

}  // namespace skep::skeleton
