// SPDX-License-Identifier: Apache-2.0
#include "judge/object_input.hpp"

#include <filesystem>

#include "judge/errors.hpp"
#include "object/compile.hpp"
#include "object/open.hpp"

namespace skep::judge {

Result<module::Module> open_object(const ObjectInput& input) {
  // A pipe or a device could keep the stream waiting; standard input is the stream.
  std::error_code ignored;
  if (input.path == "-" ||
      (std::filesystem::exists(input.path, ignored) && !std::filesystem::is_regular_file(input.path, ignored) &&
       !std::filesystem::is_directory(input.path, ignored)))
    return fail_within(fail(Unfit{.what = "'" + input.path + "'", .why = "it is no regular file"}).error(), "object");
  const object::Object object = TRY_WITHIN(object::Object::read(input.path), "object");
  object::OpenOptions options{.target = object::target_types(""), .kconfig = object::kernel_config("")};
  for (const auto& [variable, value] : input.set) options.set.push_back({variable, value});
  module::Module module = TRY_WITHIN(object::open(object, options), "object");
  if (input.program.empty()) return module;
  // The one that is asked for comes first, so that runs which name no program mean it; others stay for tail calls.
  const std::size_t wanted = TRY_WITHIN(module::find_program(module, input.program), "program");
  const auto first = static_cast<uint32_t>(wanted);
  std::swap(module.progs[0], module.progs[wanted]);
  for (module::MapDef& map : module.maps)
    for (module::Slot& s : map.slots) s.index = s.index == first ? 0 : s.index == 0 ? first : s.index;
  return module;
}

Result<module::Module> open_c(const std::string& path, std::string_view text) {
  const object::Compiled compiled = TRY(object::compile_part(path, text));
  return object::open(compiled.object, {.target = object::target_types(""), .kconfig = object::kernel_config("")});
}

}  // namespace skep::judge
