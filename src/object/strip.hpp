// SPDX-License-Identifier: Apache-2.0
// An object without what only debuggers read: DWARF, its relocations, names of files and of what is gone. Types, lines
// and CO-RE relocations (.BTF, .BTF.ext) stay. It opens to the same Module.
#pragma once

#include "object/object.hpp"

namespace skep::object {

// The bytes of an ELF file. Equal objects give equal bytes. Errors: more sections than it can number.
Result<Buffer> stripped(const Object& object);

}  // namespace skep::object
