// SPDX-License-Identifier: Apache-2.0
// From what somebody names to a Module: C source is compiled first, an object is read.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "object/open.hpp"

namespace skep::api {

struct OpenOptions {
  std::string path;                           // what ends in .c is compiled
  std::vector<object::Setting> set = {};      // global variables
  std::vector<object::Entries> entries = {};  // sizes of maps
  object::KconfigSource kconfig = object::kernel_config("");
  object::TargetSource target = object::target_types("");  // whose types it is opened for; {}: nobody's
};

// What clang did, where there was something to compile.
struct Compiling {
  std::string compiler;  // "clang 19"
  std::string command;   // as a person would type it
  std::string warnings;
};
struct SectionFacts {
  std::string name;
  uint64_t size;
};

struct Opened {
  std::shared_ptr<const module::Module> module;
  std::string path;                    // as it was named, or found in a folder that was
  std::string name;                    // as people call it: the file's name, with folders only where they tell it apart
  std::optional<Compiling> compiling;  // nothing for an object
  std::string made_by;                 // "clang 19.1.7", as the object says; may be empty
  std::vector<SectionFacts> sections;  // that a program can see: code, data, maps, types
};

Result<Opened> open(const OpenOptions& options);

// The module with another type than its sections say, for the programs that the pattern names; unspec: as it is.
std::shared_ptr<const module::Module> with_type(std::shared_ptr<const module::Module> module,
                                                const std::string& pattern, facts::ProgType type);

// The program that is meant: one that the pattern names, or the only one. Ambiguity is an error with all names.
Result<std::size_t> choose_program(const module::Module& module, const std::string& pattern);

}  // namespace skep::api
