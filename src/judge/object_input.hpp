// SPDX-License-Identifier: Apache-2.0
// Programs and maps of a batch line that come from an object file, and those of a case file that are written in C.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "btf/datum.hpp"
#include "module/module.hpp"

namespace skep::judge {

struct ObjectInput {
  std::string path;
  std::string program;                                  // empty: all of them
  std::vector<std::pair<std::string, btf::Datum>> set;  // global variables and their values, as `--set` has them
};

Result<module::Module> open_object(const ObjectInput& input);

// Whoever cannot read ELF files has null in its place.
using OpenObject = Result<module::Module> (*)(const ObjectInput& input);

// The C of a case file, for the running kernel's types (object::compile_part).
Result<module::Module> open_c(const std::string& path, std::string_view text);
using OpenC = Result<module::Module> (*)(const std::string& path, std::string_view text);

}  // namespace skep::judge
