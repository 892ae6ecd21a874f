// SPDX-License-Identifier: Apache-2.0
#include "api/open.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "api/errors.hpp"
#include "base/suggest.hpp"
#include "object/compile.hpp"

namespace skep::api {

static Result<Opened> opened_from(const object::Object& object, std::optional<Compiling> compiling,
                                  const OpenOptions& options) {
  auto module = TRY(object::open(
      object, {.set = options.set, .entries = options.entries, .target = options.target, .kconfig = options.kconfig}));
  Opened opened{.module = std::make_shared<const module::Module>(std::move(module)),
                .path = options.path,
                .name = std::filesystem::path(options.path).filename().string(),
                .compiling = std::move(compiling),
                .made_by = object.compiler(),
                .sections = {}};
  for (const object::Section& s : object.sections())
    if (s.size != 0 && !s.name.empty()) opened.sections.push_back({std::string(s.name), s.size});
  return opened;
}

Result<Opened> open(const OpenOptions& options) {
  if (!object::is_source(options.path)) return opened_from(TRY(object::Object::read(options.path)), {}, options);
  object::Compiled compiled = TRY(object::compile(options.path));
  std::ranges::replace(compiled.compiler, '-', ' ');
  return opened_from(compiled.object, Compiling{compiled.compiler, compiled.command, compiled.warnings}, options);
}

std::shared_ptr<const module::Module> with_type(std::shared_ptr<const module::Module> module,
                                                const std::string& pattern, facts::ProgType type) {
  if (type == facts::ProgType::unspec) return module;
  auto changed = std::make_shared<module::Module>(*module);
  for (module::ProgDef& program : changed->progs) {
    if (program.type == type || !(pattern.empty() || module::matches_glob(pattern, program.name))) continue;
    program.type = type;
    program.attach_type = facts::unsaid;  // it went with the section's type
  }
  return changed;
}

Result<std::size_t> choose_program(const module::Module& module, const std::string& pattern) {
  const std::vector<std::size_t> found = TRY(module::find_programs(module, pattern.empty() ? "*" : pattern));
  if (found.size() == 1) return found.front();
  std::vector<std::string> names;
  for (const std::size_t i : found)
    names.push_back(fmt::format("{} ({})", module.progs[i].name, module.progs[i].section));
  return fail(ChooseProgram{.programs = listed(names, 16)});
}

}  // namespace skep::api
