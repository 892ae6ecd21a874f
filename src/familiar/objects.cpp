// SPDX-License-Identifier: Apache-2.0
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <memory>

#include "base/file.hpp"
#include "familiar/handles.hpp"

using namespace skep::familiar;

namespace {

// libbpf's name of an object: the file's, without folders, up to its first dot.
std::string name_of_path(std::string path) {
  path.erase(0, path.rfind('/') + 1);
  path.resize(std::min(path.size(), path.find('.')));
  return path;
}

// libbpf's name of a map: what is declared keeps its name; ".bss" of the object "count" is "count.bss" in the 15
// characters that the kernel has room for; ".bss.mine" is somebody's own name and stays.
std::string name_of_map(const skep_map* map, const std::string& object) {
  const std::string own = skep_map_name(map);
  if (!skep_map_is_global_data(map) || own.find('.', 1) != own.npos) return own;
  const std::size_t room = 15 - std::clamp<std::size_t>(own.size(), 7, 15);
  std::string name = object.substr(0, room) + own.substr(0, 15);
  std::ranges::replace_if(name, [](unsigned char c) { return std::isalnum(c) == 0 && c != '_' && c != '.'; }, '_');
  return name;
}

bpf_object* adopted(skep_object* inner, std::string name) {
  if (inner == nullptr) return told_null();
  auto object = std::make_unique<bpf_object>();
  object->inner = inner;
  object->name = std::move(name);
  for (auto* p = skep_object_next_program(inner, nullptr); p != nullptr; p = skep_object_next_program(inner, p))
    object->programs.push_back({.object = object.get(), .inner = p});
  for (auto* m = skep_object_next_map(inner, nullptr); m != nullptr; m = skep_object_next_map(inner, m))
    object->maps.push_back({.object = object.get(), .inner = m, .name = name_of_map(m, object->name)});
  return object.release();
}

// A path of text that is given as text. Empty where there is none.
class TextFile {
 public:
  explicit TextFile(const char* text) {
    if (text == nullptr) return;
    fd_ = skep::Fd(::memfd_create("kconfig", MFD_CLOEXEC));
    const std::size_t length = std::strlen(text);
    if (fd_ && ::write(fd_.get(), text, length) == static_cast<ssize_t>(length))
      path_ = "/proc/self/fd/" + std::to_string(fd_.get());
  }
  const char* path() const { return path_.empty() ? nullptr : path_.c_str(); }

 private:
  skep::Fd fd_;
  std::string path_;
};

// `open` gets skep's options. Names that errors have are skep's own: the path.
template <class Open>
bpf_object* opened(const bpf_object_open_opts* options, std::string name, Open&& open) {
  const auto with = given(options);
  if (!with) return null(-EINVAL);
  const TextFile kconfig(with->kconfig);
  if (with->kconfig != nullptr && kconfig.path() == nullptr) return null(-ENOMEM);
  skep_open_options o{};
  o.size = sizeof o;
  o.btf = with->btf_custom_path;
  o.kconfig = kconfig.path();
  o.name = with->object_name;
  if (with->object_name != nullptr) name = with->object_name;
  return adopted(open(o), std::move(name));
}

int index_of(const bpf_object* object, const bpf_program* p) {
  for (std::size_t i = 0; i < object->programs.size(); ++i)
    if (&object->programs[i] == p) return static_cast<int>(i);
  return -1;
}
int index_of(const bpf_object* object, const bpf_map* m) {
  for (std::size_t i = 0; i < object->maps.size(); ++i)
    if (&object->maps[i] == m) return static_cast<int>(i);
  return -1;
}

// The `step`-th neighbour, or the first or last where there is none to start from.
template <class T>
T* neighbour(const bpf_object* object, const std::deque<T>& all, const T* from, int step) {
  if (object == nullptr) return nullptr;
  const auto count = static_cast<int>(all.size());
  int at = step > 0 ? 0 : count - 1;
  if (from != nullptr) {
    const int here = index_of(object, from);
    if (here < 0) return null(-EINVAL);
    at = here + step;
  }
  return at >= 0 && at < count ? const_cast<T*>(&all[static_cast<std::size_t>(at)]) : nullptr;
}

}  // namespace

bpf_object* bpf_object__open_file(const char* path, const bpf_object_open_opts* opts) {
  if (path == nullptr) return null(-EINVAL);
  return opened(opts, name_of_path(path), [&](const skep_open_options& o) { return skep_object_open_file(path, &o); });
}
bpf_object* bpf_object__open(const char* path) { return bpf_object__open_file(path, nullptr); }

bpf_object* bpf_object__open_mem(const void* bytes, size_t size, const bpf_object_open_opts* opts) {
  if (bytes == nullptr || size == 0) return null(-EINVAL);
  char name[40];
  std::snprintf(name, sizeof name, "%lx-%zx", reinterpret_cast<unsigned long>(bytes), size);
  return opened(opts, name, [&](const skep_open_options& o) { return skep_object_open_memory(bytes, size, &o); });
}

int bpf_object__load(bpf_object* object) {
  if (object == nullptr) return quietly(-EINVAL);
  if (skep_object_is_loaded(object->inner)) return quietly(-EINVAL);
  if (const int err = skep_object_load(object->inner); err != 0) return told(err);
  for (bpf_map& m : object->maps)
    if (skep_map_is_created(m.inner)) m.descriptor = Descriptor({.map = m.inner});
  for (bpf_program& p : object->programs)
    if (skep_program_is_loaded(p.inner)) p.descriptor = Descriptor({.program = p.inner});
  return 0;
}

void bpf_object__close(bpf_object* object) { delete object; }

const char* bpf_object__name(const bpf_object* object) { return object != nullptr ? object->name.c_str() : nullptr; }
unsigned int bpf_object__kversion(const bpf_object* object) {
  return object != nullptr ? skep_object_kernel_version(object->inner) : 0;
}

btf* bpf_object__btf(const bpf_object* object) {
  if (object->types == nullptr) {
    size_t size = 0;
    const void* bytes = skep_object_btf(object->inner, &size);
    if (bytes == nullptr) return null(-ENOENT);
    auto& types = const_cast<bpf_object*>(object)->types;
    types.reset(btf__new(bytes, static_cast<__u32>(size)));
    if (types != nullptr) types->of_object = true;
  }
  return object->types.get();
}

bpf_program* bpf_object__next_program(const bpf_object* object, bpf_program* from) {
  return neighbour(object, object->programs, from, 1);
}
bpf_program* bpf_object__prev_program(const bpf_object* object, bpf_program* from) {
  return neighbour(object, object->programs, from, -1);
}
bpf_map* bpf_object__next_map(const bpf_object* object, const bpf_map* from) {
  return neighbour(object, object->maps, from, 1);
}
bpf_map* bpf_object__prev_map(const bpf_object* object, const bpf_map* from) {
  return neighbour(object, object->maps, from, -1);
}

bpf_program* bpf_object__find_program_by_name(const bpf_object* object, const char* name) {
  for (const bpf_program& p : object->programs)
    if (skep_program_name(p.inner) == std::string_view(name)) return const_cast<bpf_program*>(&p);
  return null(-ENOENT);
}

bpf_map* bpf_object__find_map_by_name(const bpf_object* object, const char* name) {
  for (const bpf_map& m : object->maps)
    if (m.name == name || (*name == '.' && skep_map_name(m.inner) == std::string_view(name)))
      return const_cast<bpf_map*>(&m);
  return null(-ENOENT);
}

int bpf_object__find_map_fd_by_name(const bpf_object* object, const char* name) {
  return bpf_map__fd(bpf_object__find_map_by_name(object, name));
}
