// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "api/c_error.hpp"
#include "api/c_object.hpp"
#include "maps/prog_array.hpp"

using namespace skep;
using namespace skep::c_api;

const module::MapDef& skep_map::definition() const { return object != nullptr ? object->module.maps[index] : own; }
module::MapDef& skep_map::definition() { return object != nullptr ? object->module.maps[index] : own; }

namespace skep::c_api {
namespace {

Bytes bytes_of(const void* from, std::size_t size) { return {static_cast<const uint8_t*>(from), size}; }

template <class Change>
int change(skep_map* map, Change&& how) {
  return answer([&]() -> Result<void> {
    if (map == nullptr) return fail(NullArgument{.what = "the map"});
    TRY_VOID(changeable(map->object, "map '" + map->definition().name + "'"));
    return how(map->definition());
  });
}
template <class T>
int change_to(skep_map* map, T module::MapDef::* field, T value) {
  return change(map, [&](module::MapDef& def) -> Result<void> {
    def.*field = value;
    return {};
  });
}

// An operation on a map that has been made: 0 or a negative errno, with a sentence.
template <class Operation>
int on(const skep_map* map, Operation&& operation) noexcept try {
  return remember_operation(map != nullptr && map->live != nullptr ? operation(*map->live) : -EBADF);
} catch (const std::bad_alloc&) {
  return remember_operation(-ENOMEM);
}

int give(const maps::Answer<Buffer>& answer, void* to, std::size_t size) {
  if (!answer) return answer.error();
  if (answer->size() != size) return -EINVAL;
  if (size != 0) std::memcpy(to, answer->data(), size);
  return 0;
}

// Where a batch goes on. Callers have room for 4 bytes, or for a key where that is more.
int give(const maps::Batch& batch, void* out, void* keys, void* values, uint32_t* count) {
  *count = batch.count;
  if (!batch.keys.empty()) std::memcpy(keys, batch.keys.data(), batch.keys.size());
  if (!batch.values.empty()) std::memcpy(values, batch.values.data(), batch.values.size());
  if (out != nullptr && !batch.next.empty()) std::memcpy(out, batch.next.data(), batch.next.size());
  return batch.err;
}

// Hash tables go on at a bucket, the others at a key.
Bytes batch_start(const maps::Map& map, const void* in) {
  if (in == nullptr) return {};
  const bool by_bucket = facts::row(map.type()).name.ends_with("hash");
  return bytes_of(in, by_bucket ? sizeof(uint32_t) : map.definition().key_size);
}

Result<skep_map*> created(const skep_map_options& o) {
  if (o.type >= std::size(facts::map_types)) return fail(NotANumberOf{.number = o.type, .what = "map type"});
  auto map = std::make_unique<skep_map>(skep_map{.object = nullptr, .index = 0, .autocreate = true});
  map->own.name = o.name != nullptr ? o.name : "";
  map->own.type = static_cast<facts::MapType>(o.type);
  map->own.key_size = o.key_size;
  map->own.value_size = o.value_size;
  map->own.max_entries = o.max_entries;
  map->own.flags = o.flags;
  map->own.extra = o.extra;
  map->live = TRY_WITHIN(maps::create({.name = map->own.name,
                                       .type = map->own.type,
                                       .key_size = o.key_size,
                                       .value_size = o.value_size,
                                       .max_entries = o.max_entries,
                                       .flags = o.flags,
                                       .extra = o.extra},
                                      engine().lanes()),
                         "map '" + map->own.name + "'");
  return map.release();
}

// A handle that keeps the program's object from going: not within one object, where that would be a circle.
maps::Handle handle_of(const skep_map& map, const skep_program& program) {
  std::shared_ptr<void> keeps;
  if (map.object != program.object) keeps = program.object->loaded;
  return {.program = std::shared_ptr<void>(keeps, const_cast<vm::Lowered*>(&program.live->code())),
          .id = program.index + 1};
}

Result<uint8_t*> memory_of(const skep_map& map, std::size_t* size) {
  auto& def = const_cast<module::MapDef&>(map.definition());
  if (def.data_section == module::DataSection::none) return fail(NotGlobalData{.map = def.name});
  if (size != nullptr) *size = def.value_size;
  if (map.live != nullptr)
    if (const auto shape = map.live->array_shape()) return shape->base;
  if (def.initial.empty()) def.initial.push_back({.key = Buffer(4), .value = {}});
  def.initial[0].value.resize(def.value_size);
  return def.initial[0].value.data();
}

}  // namespace

Result<void> share(skep_map& map, const skep_map* other) {
  if (other == nullptr) return fail(NullArgument{.what = "the map to share"});
  if (other->live == nullptr) return fail(NotMade{.map = other->definition().name});
  module::MapDef& def = map.definition();
  const maps::Definition& theirs = other->live->definition();
  def.type = theirs.type;
  def.key_size = theirs.key_size;
  def.value_size = theirs.value_size;
  def.max_entries = theirs.max_entries;
  def.flags = theirs.flags;
  def.extra = theirs.extra;
  if (def.name.empty()) def.name = theirs.name;
  // What the verifier may take for constant is what it holds.
  def.frozen = other->live->frozen() ? module::Frozen::yes : module::Frozen::no;
  if (module::constant_value(def))
    if (const auto shape = other->live->array_shape())
      def.initial = {{Buffer(def.key_size), Buffer(shape->base, shape->base + def.value_size)}};
  map.live = other->live;
  map.keeps = other->object != nullptr ? std::shared_ptr<void>(other->object->loaded) : other->keeps;
  return {};
}

}  // namespace skep::c_api

// ---- definitions --------------------------------------------------------------------------------------------------

const char* skep_map_name(const skep_map* m) { return m->definition().name.c_str(); }
skep_object* skep_map_object(const skep_map* m) { return m->object; }
uint32_t skep_map_type(const skep_map* m) { return static_cast<uint32_t>(m->definition().type); }
uint32_t skep_map_key_size(const skep_map* m) { return m->definition().key_size; }
uint32_t skep_map_value_size(const skep_map* m) { return m->definition().value_size; }
uint32_t skep_map_max_entries(const skep_map* m) { return m->definition().max_entries; }
uint32_t skep_map_flags(const skep_map* m) { return m->definition().flags; }
uint64_t skep_map_extra(const skep_map* m) { return m->definition().extra; }
uint32_t skep_map_key_type_id(const skep_map* m) { return m->definition().key_type; }
uint32_t skep_map_value_type_id(const skep_map* m) { return m->definition().value_type; }
bool skep_map_autocreate(const skep_map* m) { return m->autocreate; }
bool skep_map_is_global_data(const skep_map* m) { return m->definition().data_section != module::DataSection::none; }
bool skep_map_is_created(const skep_map* m) { return m->live != nullptr; }

int skep_map_set_type(skep_map* map, uint32_t type) {
  return change(map, [&](module::MapDef& def) -> Result<void> {
    if (type >= std::size(facts::map_types)) return fail(NotANumberOf{.number = type, .what = "map type"});
    def.type = static_cast<facts::MapType>(type);
    return {};
  });
}
int skep_map_set_key_size(skep_map* m, uint32_t bytes) { return change_to(m, &module::MapDef::key_size, bytes); }
int skep_map_set_max_entries(skep_map* m, uint32_t n) { return change_to(m, &module::MapDef::max_entries, n); }
int skep_map_set_flags(skep_map* m, uint32_t flags) { return change_to(m, &module::MapDef::flags, flags); }
int skep_map_set_extra(skep_map* m, uint64_t extra) { return change_to(m, &module::MapDef::extra, extra); }

int skep_map_set_value_size(skep_map* map, uint32_t bytes) {
  return change(map, [&](module::MapDef& def) -> Result<void> {
    def.value_size = bytes;
    if (def.data_section != module::DataSection::none && !def.initial.empty()) def.initial[0].value.resize(bytes);
    return {};
  });
}

int skep_map_share(skep_map* map, const skep_map* other) {
  return change(map, [&](module::MapDef&) { return share(*map, other); });
}

int skep_map_set_autocreate(skep_map* map, bool autocreate) {
  return change(map, [&](module::MapDef&) -> Result<void> {
    map->autocreate = autocreate;
    return {};
  });
}

void* skep_map_memory(const skep_map* map, size_t* size) {
  return pointer([&]() -> Result<uint8_t*> {
    if (map == nullptr) return fail(NullArgument{.what = "the map"});
    return memory_of(*map, size);
  });
}

// ---- content ------------------------------------------------------------------------------------------------------

skep_map* skep_map_create(const skep_map_options* options) {
  return pointer([&]() -> Result<skep_map*> { return created(TRY(given(options))); });
}
void skep_map_destroy(skep_map* map) {
  if (map != nullptr && map->object == nullptr) delete map;
}

unsigned skep_lanes() { return engine().lanes(); }

size_t skep_map_user_value_size(const skep_map* map) {
  if (map->live != nullptr) return map->live->sys_value_size();
  const module::MapDef& def = map->definition();
  if (facts::row(def.type).copies == facts::Copies::one) return def.value_size;
  return std::size_t{skep_lanes()} * round_up(def.value_size, 8);
}

int skep_map_lookup(const skep_map* map, const void* key, size_t key_size, void* value, size_t value_size,
                    uint64_t flags) {
  return on(map, [&](maps::Map& m) { return give(m.sys_lookup(bytes_of(key, key_size), flags), value, value_size); });
}
int skep_map_update(const skep_map* map, const void* key, size_t key_size, const void* value, size_t value_size,
                    uint64_t flags) {
  return on(map,
            [&](maps::Map& m) { return m.sys_update(bytes_of(key, key_size), bytes_of(value, value_size), flags); });
}
int skep_map_delete(const skep_map* map, const void* key, size_t key_size, uint64_t flags) {
  return on(map, [&](maps::Map& m) { return flags != 0 ? -EINVAL : m.sys_remove(bytes_of(key, key_size)); });
}
int skep_map_lookup_and_delete(const skep_map* map, const void* key, size_t key_size, void* value, size_t value_size,
                               uint64_t flags) {
  return on(map, [&](maps::Map& m) {
    if (value_size != m.sys_value_size()) return -EINVAL;  // before it is gone
    return give(m.sys_lookup_remove(bytes_of(key, key_size), flags), value, value_size);
  });
}
int skep_map_next_key(const skep_map* map, const void* key, void* next, size_t key_size) {
  return on(map, [&](maps::Map& m) {
    return give(m.sys_next_key(key != nullptr ? std::optional(bytes_of(key, key_size)) : std::nullopt), next, key_size);
  });
}

int skep_map_lookup_batch(const skep_map* map, const void* in, void* out, void* keys, void* values, uint32_t* count,
                          uint64_t flags) {
  return on(map, [&](maps::Map& m) {
    return give(m.sys_lookup_batch(batch_start(m, in), *count, flags), out, keys, values, count);
  });
}
int skep_map_lookup_and_delete_batch(const skep_map* map, const void* in, void* out, void* keys, void* values,
                                     uint32_t* count, uint64_t flags) {
  return on(map, [&](maps::Map& m) {
    return give(m.sys_lookup_remove_batch(batch_start(m, in), *count, flags), out, keys, values, count);
  });
}
int skep_map_update_batch(const skep_map* map, const void* keys, const void* values, uint32_t* count, uint64_t flags) {
  return on(map, [&](maps::Map& m) {
    const auto done = m.sys_update_batch(bytes_of(keys, std::size_t{*count} * m.definition().key_size),
                                         bytes_of(values, *count * m.sys_value_size()), *count, flags);
    *count = done.count;
    return done.err;
  });
}
int skep_map_delete_batch(const skep_map* map, const void* keys, uint32_t* count, uint64_t flags) {
  return on(map, [&](maps::Map& m) {
    const auto done = m.sys_remove_batch(bytes_of(keys, std::size_t{*count} * m.definition().key_size), *count, flags);
    *count = done.count;
    return done.err;
  });
}

int skep_map_freeze(const skep_map* map) {
  return on(map, [&](maps::Map& m) { return m.sys_freeze(); });
}

int skep_map_set_program(const skep_map* map, uint32_t index, const skep_program* program) {
  if (map != nullptr && map->live != nullptr)
    if (auto* array = dynamic_cast<maps::ProgArray*>(map->live.get()); array != nullptr)
      return on(map, [&](maps::Map&) {
        if (program == nullptr) return array->clear(index);
        return program->live != nullptr ? array->set(index, handle_of(*map, *program)) : -EINVAL;
      });
  return answer([&]() -> Result<void> {
    if (map == nullptr) return fail(NullArgument{.what = "the map"});
    return fail(NotAProgArray{.map = map->definition().name, .type = std::string(name(map->definition().type))});
  });
}
