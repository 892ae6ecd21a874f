// SPDX-License-Identifier: Apache-2.0
#include "api/c_object.hpp"

#include "api/c_error.hpp"
#include "api/errors.hpp"
#include "api/stop.hpp"
#include "base/file.hpp"
#include "btf/writer.hpp"
#include "object/compile.hpp"
#include "object/open.hpp"

using namespace skep;
using namespace skep::c_api;

namespace skep::c_api {

user::Engine& engine() {
  static auto& engine = *new user::Engine;
  return engine;
}

Result<void> changeable(const skep_object* object, const std::string& what) {
  if (object != nullptr && object->loaded == nullptr) return {};
  return fail(AlreadyLoaded{.what = what});
}

static Result<object::Object> read_object(const std::string& path, const char* name) {
  if (object::is_source(path)) return std::move(TRY(object::compile(path)).object);
  return object::Object::parse(name != nullptr ? name : path, TRY(read_file(path)));
}

static skep_object* object_of(std::string name, module::Module module) {
  auto object = std::make_unique<skep_object>();
  object->name = std::move(name);
  object->module = std::move(module);
  for (uint32_t i = 0; i < object->module.progs.size(); ++i)
    object->programs.push_back(
        {.object = object.get(), .index = i, .autoload = object->module.progs[i].autoload == module::Autoload::yes});
  for (uint32_t i = 0; i < object->module.maps.size(); ++i)
    object->maps.push_back({.object = object.get(), .index = i, .autocreate = true});
  return object.release();
}

static Result<skep_object*> opened(const object::Object& file, const skep_open_options& options) {
  auto path = [](const char* said) { return std::string(said != nullptr ? said : ""); };
  const object::TargetSource types = object::target_types(path(options.btf));
  skep_object* made =
      object_of(options.name != nullptr ? options.name : file.name(),
                TRY(object::open(file, {.target = types, .kconfig = object::kernel_config(path(options.kconfig))})));
  made->types = types;
  return made;
}

static Result<skep_object*> object_of(const skep_insns_options& o) {
  if (o.insns == nullptr || o.count == 0) return fail(NullArgument{.what = "the instructions"});
  module::Module module;
  module.name = o.name != nullptr ? o.name : "";
  module.license = o.license != nullptr ? o.license : "";
  module::ProgDef program;
  program.name = module.name;
  program.flags = o.flags;
  if (o.type >= std::size(facts::prog_types)) return fail(NotANumberOf{.number = o.type, .what = "program type"});
  if (o.attach_type >= std::size(facts::attach_types))
    return fail(NotANumberOf{.number = o.attach_type, .what = "attach type"});
  program.type = static_cast<facts::ProgType>(o.type);
  program.attach_type = static_cast<facts::AttachType>(o.attach_type);
  program.insns.resize(o.count);
  std::memcpy(program.insns.data(), o.insns, o.count * sizeof(isa::Insn));
  module.progs.push_back(std::move(program));
  module.maps.resize(o.map_count);
  std::unique_ptr<skep_object> object(object_of(module.name, std::move(module)));
  for (std::size_t i = 0; i < o.map_count; ++i) TRY_VOID(share(object->maps[i], o.maps[i]));
  return object.release();
}

enum class Check : uint8_t { none, verify };

// What is to be loaded must say its type; nobody else could.
static Result<Selection> selection(const skep_object& object) {
  Selection wanted;
  for (const skep_program& p : object.programs) {
    wanted.programs.push_back(p.autoload);
    if (p.autoload && p.definition().type == facts::ProgType::unspec)
      return fail(NoType{.program = p.definition().name, .section = p.definition().section});
  }
  for (const skep_map& m : object.maps) wanted.maps.push_back(m.autocreate);
  return wanted;
}

// The living half of a module: verified, or what the caller said to run unchecked.
static Result<std::shared_ptr<user::Loaded>> living(const skep_object& object,
                                                    std::shared_ptr<const module::Module> module,
                                                    const lower::Maps& shared, Check check) {
  if (check == Check::none) return engine().load_unchecked(std::move(module), shared);
  auto types = [&]() -> btf::Shared {
    if (!object.types) return nullptr;
    auto found = object.types();
    return found ? found->btf : nullptr;
  };
  auto verified = verify::verify(module, engine().target(), {.kernel_types = types});
  if (verified) return engine().load(*verified, user::Executor::interp, shared);
  return std::unexpected(
      api::error_of({std::move(module), verified.error().prog, std::move(verified.error().verdict)}));
}

static Result<void> load(skep_object& object, Check check) {
  TRY_VOID(changeable(&object, "load"));
  auto module = std::make_shared<const module::Module>(TRY(selected(object.module, TRY(selection(object)))));
  std::vector<std::shared_ptr<maps::Map>> shared;
  for (const skep_map& m : object.maps)
    if (m.autocreate) shared.push_back(m.live);
  object.loaded = TRY(living(object, std::move(module), shared, check));
  std::size_t program = 0, map = 0;
  for (skep_program& p : object.programs)
    if (p.autoload) p.live = object.loaded->programs()[program++];
  for (skep_map& m : object.maps)
    if (m.autocreate) m.live = object.loaded->maps()[map++];
  return {};
}

// The one after `previous` in a deque whose elements know their index.
template <class T>
static T* after(const std::deque<T>& all, const T* previous) {
  const std::size_t next = previous != nullptr ? previous->index + std::size_t{1} : 0;
  return next < all.size() ? const_cast<T*>(&all[next]) : nullptr;
}

}  // namespace skep::c_api

skep_object* skep_object_open_file(const char* path, const skep_open_options* options) {
  return pointer([&]() -> Result<skep_object*> {
    if (path == nullptr) return fail(NullArgument{.what = "the path"});
    const auto with = TRY(given(options));
    return opened(TRY(read_object(path, with.name)), with);
  });
}

skep_object* skep_object_open_memory(const void* bytes, size_t length, const skep_open_options* options) {
  return pointer([&]() -> Result<skep_object*> {
    if (bytes == nullptr) return fail(NullArgument{.what = "the memory"});
    const auto with = TRY(given(options));
    const auto* first = static_cast<const uint8_t*>(bytes);
    const char* name = with.name != nullptr ? with.name : "object";
    return opened(TRY(object::Object::parse(name, Buffer(first, first + length))), with);
  });
}

skep_object* skep_object_from_insns(const skep_insns_options* options) {
  return pointer([&]() -> Result<skep_object*> { return object_of(TRY(given(options))); });
}

int skep_object_load(skep_object* object) {
  return answer([&]() -> Result<void> {
    if (object == nullptr) return fail(NullArgument{.what = "the object"});
    TRY_VOID_WITHIN(load(*object, Check::verify), object->name);
    return {};
  });
}

int skep_object_load_unchecked(skep_object* object) {
  return answer([&]() -> Result<void> {
    if (object == nullptr) return fail(NullArgument{.what = "the object"});
    TRY_VOID_WITHIN(load(*object, Check::none), object->name);
    return {};
  });
}

bool skep_object_is_loaded(const skep_object* object) { return object->loaded != nullptr; }
void skep_object_close(skep_object* object) { delete object; }
const char* skep_object_name(const skep_object* object) { return object->name.c_str(); }
const char* skep_object_license(const skep_object* object) { return object->module.license.c_str(); }

const void* skep_object_btf(const skep_object* object, size_t* size) {
  return pointer([&]() -> Result<const uint8_t*> {
    const btf::Btf* types = object->module.btf.get();
    if (types == nullptr) return nullptr;
    std::call_once(object->btf_once, [&] {
      btf::Writer w;
      for (btf::TypeId id = 1; id < types->count(); ++id) w.copy(*types, id, [](btf::TypeId same) { return same; });
      object->btf = w.bytes();
    });
    *size = object->btf.size();
    return object->btf.data();
  });
}

uint32_t skep_object_kernel_version(const skep_object* object) { return object->module.version; }

skep_program* skep_object_next_program(const skep_object* object, const skep_program* previous) {
  return after(object->programs, previous);
}
skep_map* skep_object_next_map(const skep_object* object, const skep_map* previous) {
  return after(object->maps, previous);
}

skep_program* skep_object_find_program(const skep_object* object, const char* name) {
  return pointer([&]() -> Result<skep_program*> {
    const std::size_t i = TRY_WITHIN(module::find_program(object->module, name), object->name);
    return const_cast<skep_program*>(&object->programs[i]);
  });
}

skep_map* skep_object_find_map(const skep_object* object, const char* name) {
  return pointer([&]() -> Result<skep_map*> {
    const std::size_t i = TRY_WITHIN(module::find_map(object->module, name), object->name);
    return const_cast<skep_map*>(&object->maps[i]);
  });
}

void* skep_object_variable(const skep_object* object, const char* name, size_t* size) {
  return pointer([&]() -> Result<uint8_t*> {
    const auto found = TRY_WITHIN(module::find_variable(object->module, name), object->name);
    size_t whole = 0;
    auto* memory = static_cast<uint8_t*>(skep_map_memory(&object->maps[found.map], &whole));
    if (size != nullptr) *size = found.variable.size;
    if (whole < std::size_t{found.variable.offset} + found.variable.size)
      return fail(CutAway{.variable = name, .size = whole});
    return memory + found.variable.offset;
  });
}
