// SPDX-License-Identifier: Apache-2.0
#include "object/target.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "facts/context_types.hpp"
#include "object/btf_file.hpp"

namespace skep::object {
namespace {

// A module whose types cannot be read has none.
std::vector<btf::Shared> modules_of(const btf::Shared& kernel) {
  std::vector<std::string> paths;
  std::error_code ignored;
  for (const auto& file :
       std::filesystem::directory_iterator(std::filesystem::path(kernel_types).parent_path(), ignored))
    if (file.path() != kernel_types) paths.push_back(file.path());
  std::ranges::sort(paths);
  std::vector<btf::Shared> out;
  for (const auto& path : paths)
    if (auto types = read_types(path, kernel)) out.push_back(*std::move(types));
  return out;
}

btf::core::Target with_modules(btf::Shared kernel) {
  auto modules = std::make_shared<std::optional<std::vector<btf::Shared>>>();
  return {.btf = kernel, .modules = [kernel, modules] {
            if (!*modules) *modules = modules_of(kernel);
            return **modules;
          }};
}

}  // namespace

TargetSource target_types(std::string name) {
  return [name = std::move(name)]() -> Result<btf::core::Target> {
    if (name == "engine") return btf::core::Target{.btf = facts::context_types()};
    if (!name.empty()) return btf::core::Target{.btf = TRY(read_types(name))};
    if (auto kernel = read_types(kernel_types)) return with_modules(*std::move(kernel));
    return btf::core::Target{.btf = facts::context_types()};
  };
}

}  // namespace skep::object
