// SPDX-License-Identifier: Apache-2.0
// What an object leaves to a kernel: variables of .kconfig, variables and functions of .ksyms.
//
//     .kconfig                     the bytes of the map .kconfig, from a configuration
//     .ksyms, a variable with a type    ld_imm64 src 3, the number of a var of the target's types
//     .ksyms, one without (void)   ld_imm64, an address of /proc/kallsyms; 0 is what an absent weak one is
//     .ksyms, a function           call src 2, the number of a func of the target's types; 0 for an absent weak one
//
// A type here and there must be compatible as CO-RE's "exists" understands it. What is absent and not weak is an error.
#pragma once

#include "btf/core.hpp"
#include "module/module.hpp"
#include "object/kconfig.hpp"
#include "object/types.hpp"

namespace skep::object {

// Fills in the .kconfig map, but for variables that `given` names.
Result<void> resolve_kconfig(module::Module& module, const Object& object, const KconfigSource& source,
                             const std::vector<std::string>& given);

// Resolves what is left of ProgDef::externs.
Result<void> resolve_ksyms(module::Module& module, const Types& types, const btf::core::Target& target);

}  // namespace skep::object
