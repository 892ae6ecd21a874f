// SPDX-License-Identifier: Apache-2.0
// From an Object to a Module: what loaders do with an ELF file before the kernel sees it.
//
//     auto object = TRY(Object::read("count.bpf.o"));
//     auto module = TRY(open(object, {.set = {{"port", {int64_t{53}}}}, .entries = {{"counts", 1024}}}));
//
// CO-RE relocations are applied for the types of `target`, which is asked for only by objects that have some (or
// struct_ops). Without it instructions stay as compiled and ProgDef::core_relocations says how many there are. Kernel
// functions and variables, and .kconfig variables that `set` does not give, are in ProgDef::externs.
#pragma once

#include "btf/datum.hpp"
#include "module/module.hpp"
#include "object/kconfig.hpp"
#include "object/object.hpp"
#include "object/target.hpp"

namespace skep::object {

struct Setting {
  std::string variable;
  btf::Datum value;  // "8080" and 8080 alike; whatever btf::encode takes for the variable's type
};
struct Entries {
  std::string map;
  uint32_t count;
};
struct OpenOptions {
  std::vector<Setting> set = {};
  std::vector<Entries> entries = {};
  TargetSource target = {};                  // called at most once
  KconfigSource kconfig = {};                // called at most once, and only by objects that need it
  std::optional<facts::ProgType> type = {};  // of all programs, whatever their sections say
};

// Errors begin with the object's name.
Result<module::Module> open(const Object& object, const OpenOptions& options = {});

}  // namespace skep::object
