// SPDX-License-Identifier: Apache-2.0
// Joining: several objects become one, as a linker for static libraries does it (and `bpftool gen object`).
//
//     a.o: xdp: prog calls add(), reads counter       ab.o: xdp:   prog
//          .rodata: "a %d"                       ->         .text: a's helper, b's add, b's helper
//     b.o: .text: add, helper  .data: counter               .rodata: "a %d" "b %d"   .data: counter
//
// Sections of one name are laid one behind the other. A global name is one thing in all objects: a definition serves
// every extern, a strong one goes before a weak one, two strong ones are an error; types must agree. Local names
// stay what they are. Types become one BTF without duplicates, and what belongs to instructions (functions, lines,
// CO-RE relocations) goes with them. Externs that nobody defines stay externs.
#pragma once

#include <span>

#include "object/object.hpp"

namespace skep::object {

// The bytes of an ELF file; equal objects in equal order give equal bytes. Errors begin with an object's name.
Result<Buffer> join(std::span<const Object> objects);

}  // namespace skep::object
