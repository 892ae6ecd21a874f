// SPDX-License-Identifier: Apache-2.0
// Values of options that several commands have.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.hpp"
#include "facts/target.hpp"

namespace skep::cli {

std::string file_name(const std::string& path);         // for errors: "-" is standard input
Result<unsigned> lanes(uint64_t said);                  // 0: nothing was said
Result<facts::Target> target(const std::string& said);  // empty: nothing was said

}  // namespace skep::cli
