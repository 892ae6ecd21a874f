// SPDX-License-Identifier: Apache-2.0
// Whose types an object is opened for.
//
//     ""         the running kernel's and its modules', or where it shows none, the user engine's
//     "engine"   the user engine's: the contexts it can make
//     a path     raw BTF, or an ELF file with types: another kernel's, say
//
// Nothing is read before somebody asks, the modules only for what the kernel itself does not have.
#pragma once

#include <functional>
#include <string>

#include "btf/core.hpp"

namespace skep::object {

using TargetSource = std::function<Result<btf::core::Target>()>;
TargetSource target_types(std::string name);

}  // namespace skep::object
