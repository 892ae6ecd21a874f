// SPDX-License-Identifier: Apache-2.0
#include <skep/libbpf/bpf/bpf.h>

#include "familiar/handles.hpp"

using namespace skep::familiar;

// ---- maps of objects ------------------------------------------------------------------------------------------------

int bpf_map__fd(const bpf_map* m) { return m != nullptr ? m->descriptor.number() : quietly(-EINVAL); }
const char* bpf_map__name(const bpf_map* m) { return m != nullptr ? m->name.c_str() : nullptr; }
bool bpf_map__autocreate(const bpf_map* m) { return skep_map_autocreate(m->inner); }
int bpf_map__set_autocreate(bpf_map* m, bool autocreate) {
  return quietly(skep_map_set_autocreate(m->inner, autocreate));
}
bpf_map_type bpf_map__type(const bpf_map* m) { return static_cast<bpf_map_type>(skep_map_type(m->inner)); }
int bpf_map__set_type(bpf_map* m, bpf_map_type type) { return quietly(skep_map_set_type(m->inner, type)); }
__u32 bpf_map__max_entries(const bpf_map* m) { return skep_map_max_entries(m->inner); }
int bpf_map__set_max_entries(bpf_map* m, __u32 n) { return quietly(skep_map_set_max_entries(m->inner, n)); }
__u32 bpf_map__map_flags(const bpf_map* m) { return skep_map_flags(m->inner); }
int bpf_map__set_map_flags(bpf_map* m, __u32 flags) { return quietly(skep_map_set_flags(m->inner, flags)); }
__u32 bpf_map__key_size(const bpf_map* m) { return skep_map_key_size(m->inner); }
int bpf_map__set_key_size(bpf_map* m, __u32 size) { return quietly(skep_map_set_key_size(m->inner, size)); }
__u32 bpf_map__value_size(const bpf_map* m) { return skep_map_value_size(m->inner); }
int bpf_map__set_value_size(bpf_map* m, __u32 size) { return quietly(skep_map_set_value_size(m->inner, size)); }
__u32 bpf_map__btf_key_type_id(const bpf_map* m) { return m != nullptr ? skep_map_key_type_id(m->inner) : 0; }
__u32 bpf_map__btf_value_type_id(const bpf_map* m) { return m != nullptr ? skep_map_value_type_id(m->inner) : 0; }
__u64 bpf_map__map_extra(const bpf_map* m) { return skep_map_extra(m->inner); }
int bpf_map__set_map_extra(bpf_map* m, __u64 extra) { return quietly(skep_map_set_extra(m->inner, extra)); }
bool bpf_map__is_internal(const bpf_map* m) { return skep_map_is_global_data(m->inner); }
bool bpf_map__is_pinned(const bpf_map*) { return false; }

const void* bpf_map__initial_value(bpf_map* m, size_t* size) {
  return skep_map_is_global_data(m->inner) ? skep_map_memory(m->inner, size) : nullptr;
}

int bpf_map__set_initial_value(bpf_map* m, const void* data, size_t size) {
  size_t room = 0;
  if (!skep_map_is_global_data(m->inner)) return quietly(-EINVAL);
  void* memory = skep_map_memory(m->inner, &room);
  if (size != room || skep_map_is_created(m->inner)) return quietly(-EINVAL);
  std::memcpy(memory, data, size);
  return 0;
}

int bpf_map__reuse_fd(bpf_map* m, int fd) {
  const Named other = named(fd);
  if (other.map == nullptr) return quietly(not_named(fd));
  return told(skep_map_share(m->inner, other.map));
}

// libbpf looks at the sizes before it asks anybody. `value` null: the operation has none.
static int check(const bpf_map* m, size_t key_size, const void* value, size_t value_size) {
  if (m->descriptor.number() < 0) return -ENOENT;
  if (key_size != skep_map_key_size(m->inner)) return -EINVAL;
  return value == nullptr || value_size == skep_map_user_value_size(m->inner) ? 0 : -EINVAL;
}

int bpf_map__lookup_elem(const bpf_map* m, const void* key, size_t key_size, void* value, size_t value_size,
                         __u64 flags) {
  if (const int err = check(m, key_size, value, value_size); err != 0) return quietly(err);
  return quietly(skep_map_lookup(m->inner, key, key_size, value, value_size, flags));
}
int bpf_map__update_elem(const bpf_map* m, const void* key, size_t key_size, const void* value, size_t value_size,
                         __u64 flags) {
  if (const int err = check(m, key_size, value, value_size); err != 0) return quietly(err);
  return bpf_map_update_elem(m->descriptor.number(), key, value, flags);
}
int bpf_map__delete_elem(const bpf_map* m, const void* key, size_t key_size, __u64 flags) {
  if (const int err = check(m, key_size, nullptr, 0); err != 0) return quietly(err);
  return bpf_map_delete_elem_flags(m->descriptor.number(), key, flags);
}
int bpf_map__lookup_and_delete_elem(const bpf_map* m, const void* key, size_t key_size, void* value, size_t value_size,
                                    __u64 flags) {
  if (const int err = check(m, key_size, value, value_size); err != 0) return quietly(err);
  return quietly(skep_map_lookup_and_delete(m->inner, key, key_size, value, value_size, flags));
}
int bpf_map__get_next_key(const bpf_map* m, const void* key, void* next, size_t key_size) {
  if (const int err = check(m, key_size, nullptr, 0); err != 0) return quietly(err);
  return quietly(skep_map_next_key(m->inner, key, next, key_size));
}

// ---- maps by descriptor ---------------------------------------------------------------------------------------------

namespace {

// An operation on the map that a descriptor names.
template <class Operation>
int on(int fd, Operation&& operation) {
  const Named name = named(fd);
  return quietly(name.map != nullptr ? operation(name.map) : not_named(fd));
}
template <class Operation>
int batch(int fd, const bpf_map_batch_opts* opts, Operation&& operation) {
  const auto with = given(opts);
  if (!with) return quietly(-EINVAL);
  return on(fd, [&](skep_map* m) { return operation(m, with->elem_flags | with->flags); });
}

// Elements of a prog_array are programs, which user space gives by descriptor.
int put_program(skep_map* map, const void* key, const void* value, __u64 flags) {
  const Named program = named(*static_cast<const int*>(value));
  if (program.program == nullptr) return not_named(*static_cast<const int*>(value));
  if (flags != 0) return -EINVAL;
  return skep_map_set_program(map, *static_cast<const __u32*>(key), program.program);
}

}  // namespace

int bpf_map_create(bpf_map_type type, const char* name, __u32 key_size, __u32 value_size, __u32 max_entries,
                   const bpf_map_create_opts* opts) {
  const auto with = given(opts);
  if (!with) return quietly(-EINVAL);
  skep_map_options o{};
  o.size = sizeof o;
  o.name = name;
  o.type = type;
  o.key_size = key_size;
  o.value_size = value_size;
  o.max_entries = max_entries;
  o.flags = with->map_flags;
  o.extra = with->map_extra;
  const std::shared_ptr<skep_map> map(skep_map_create(&o), skep_map_destroy);
  if (map == nullptr) return told(-skep_last_error()->err);
  return quietly(publish({.map = map.get(), .owner = map}));
}

int bpf_map_lookup_elem_flags(int fd, const void* key, void* value, __u64 flags) {
  return on(fd, [&](skep_map* m) {
    return skep_map_lookup(m, key, skep_map_key_size(m), value, skep_map_user_value_size(m), flags);
  });
}
int bpf_map_lookup_elem(int fd, const void* key, void* value) { return bpf_map_lookup_elem_flags(fd, key, value, 0); }

int bpf_map_update_elem(int fd, const void* key, const void* value, __u64 flags) {
  return on(fd, [&](skep_map* m) {
    if (skep_map_type(m) == BPF_MAP_TYPE_PROG_ARRAY) return put_program(m, key, value, flags);
    return skep_map_update(m, key, skep_map_key_size(m), value, skep_map_user_value_size(m), flags);
  });
}

int bpf_map_delete_elem_flags(int fd, const void* key, __u64 flags) {
  return on(fd, [&](skep_map* m) {
    if (skep_map_type(m) == BPF_MAP_TYPE_PROG_ARRAY)
      return skep_map_set_program(m, *static_cast<const __u32*>(key), nullptr);
    return skep_map_delete(m, key, skep_map_key_size(m), flags);
  });
}
int bpf_map_delete_elem(int fd, const void* key) { return bpf_map_delete_elem_flags(fd, key, 0); }

int bpf_map_lookup_and_delete_elem_flags(int fd, const void* key, void* value, __u64 flags) {
  return on(fd, [&](skep_map* m) {
    return skep_map_lookup_and_delete(m, key, skep_map_key_size(m), value, skep_map_user_value_size(m), flags);
  });
}
int bpf_map_lookup_and_delete_elem(int fd, const void* key, void* value) {
  return bpf_map_lookup_and_delete_elem_flags(fd, key, value, 0);
}

int bpf_map_get_next_key(int fd, const void* key, void* next) {
  return on(fd, [&](skep_map* m) { return skep_map_next_key(m, key, next, skep_map_key_size(m)); });
}
int bpf_map_freeze(int fd) { return on(fd, skep_map_freeze); }

int bpf_map_lookup_batch(int fd, void* in, void* out, void* keys, void* values, __u32* count,
                         const bpf_map_batch_opts* opts) {
  return batch(fd, opts,
               [&](skep_map* m, __u64 flags) { return skep_map_lookup_batch(m, in, out, keys, values, count, flags); });
}
int bpf_map_lookup_and_delete_batch(int fd, void* in, void* out, void* keys, void* values, __u32* count,
                                    const bpf_map_batch_opts* opts) {
  return batch(fd, opts, [&](skep_map* m, __u64 flags) {
    return skep_map_lookup_and_delete_batch(m, in, out, keys, values, count, flags);
  });
}
int bpf_map_update_batch(int fd, const void* keys, const void* values, __u32* count, const bpf_map_batch_opts* opts) {
  return batch(fd, opts,
               [&](skep_map* m, __u64 flags) { return skep_map_update_batch(m, keys, values, count, flags); });
}
int bpf_map_delete_batch(int fd, const void* keys, __u32* count, const bpf_map_batch_opts* opts) {
  return batch(fd, opts, [&](skep_map* m, __u64 flags) { return skep_map_delete_batch(m, keys, count, flags); });
}
