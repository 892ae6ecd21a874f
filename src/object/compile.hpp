// SPDX-License-Identifier: Apache-2.0
// .bpf.c → Object, by the newest clang on PATH (clang-29 … clang-14, clang). No shell; the object file lives in a
// temporary folder that is gone before compile() returns.
#pragma once

#include "object/object.hpp"

namespace skep::object {

struct Compiled {
  Object object;         // its name is the source's path
  std::string compiler;  // "clang-19"
  std::string command;   // as a person would type it
  std::string warnings;  // what clang said although it succeeded
};

bool is_source(std::string_view path);  // ends with ".c"

// Errors: no clang; and what clang says about the source, unchanged.
Result<Compiled> compile(const std::string& path);

// C that stands in a file beside other things: line N of `text` is line N of the file, or empty where that is no C.
Result<Compiled> compile_part(const std::string& path, std::string_view text);

}  // namespace skep::object
