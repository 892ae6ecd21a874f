// SPDX-License-Identifier: Apache-2.0
// What lies in a structure at an offset: a number, a pointer, or a structure inside of it that begins there.
//
// Linux walks the members in order and takes the first that fits, which decides what unions give; we walk them so, too.
#pragma once

#include <string_view>

#include "base/error.hpp"
#include "btf/types.hpp"
#include "verify/reg.hpp"

namespace skep::verify {

enum class Found : uint8_t {
  number,
  pointer,          // to the structure `type`
  foreign_pointer,  // to something else
  structure,        // `type` begins here
};
struct AtOffset {
  Found what;
  btf::TypeId type = 0;
  RegFlags flags = {};           // by type tags, and what unions make untrusted
  std::string_view member = {};  // that is the pointer
};

// One step: stops at a structure that begins at the offset.
Result<AtOffset> step_into(const btf::Btf& types, btf::TypeId structure, uint64_t off, uint64_t size, RegFlags flags);

// Down to a number or a pointer.
Result<AtOffset> walk_struct(const btf::Btf& types, btf::TypeId structure, uint64_t off, uint64_t size);

}  // namespace skep::verify
