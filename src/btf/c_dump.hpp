// SPDX-License-Identifier: Apache-2.0
// BTF as C: a header for BPF programs, or the definitions that a host program needs to share memory with them.
//
//     c_header(btf)                   vmlinux.h: every named type, for clang -target bpf, CO-RE switched on;
//                                     of split BTF its own types and what they need of the base's
//     c_definitions(btf, roots)       what the roots need and nothing else, for C11 and C++ on a host
//     c_declaration(btf, id, "f")     int (*f)(struct flow *), char f[16]: one declaration that may follow them
//     c_section(btf, variables, "bss") struct bss { … }: variables of a section where they lie in it
//     c_identifier("my-prog.o")       my_prog_o: what may stand for a name that is none in C
//
// Every type has the size and the member offsets that BTF gives it (c_layout.hpp), under the names of c_names.hpp.
// Order: what is held by value comes first; what is only pointed to is declared. C cannot say everything that BTF
// can: where a type is reached from itself through nothing that C lets be declared ahead (an anonymous struct, or a
// pointer to an array of the struct it is in), the pointer is a `void *`, as is one nested deeper than compilers go.
// Members that C has no word for (a struct that begins between two bytes) become holes.
//
// On hosts typedefs are written out, because a program's own headers have their dev_t and their uint64_t; only those
// of anonymous structs and unions stay, and become tags. Enumerators of anonymous enums stand alone, the members are
// integers. The text needs <stdbool.h> before it in C. `prefix` comes before every tag, typedef and enumerator.
#pragma once

#include <span>

#include "btf/types.hpp"

namespace skep::btf {

// Errors name the type that the text became too long with: anonymous types are written again wherever they are used,
// so hostile BTF can describe more text than memory holds. What compilers write never comes near.
Result<std::string> c_header(const Btf& btf);

// The words that names must not be: those of C++ and of C, or those of C only.
enum class Keywords : uint8_t { cxx, c };
struct CDefinitions {
  std::string prefix = {};
  Keywords keywords = Keywords::cxx;
  // elsewhere: c_declaration and c_section follow definitions that somebody else wrote
  enum class Defined : uint8_t { here, elsewhere } defined = Defined::here;
};
Result<std::string> c_definitions(const Btf& btf, std::span<const TypeId> roots, const CDefinitions& options = {});
Result<std::string> c_declaration(const Btf& btf, TypeId id, std::string_view name, const CDefinitions& options = {});

struct CVariable {
  std::string_view name;
  TypeId type;
  uint32_t offset;
};
// Without const and volatile, which bind the BPF program only. It ends behind the last variable, rounded up as C
// does. No semicolon at its end.
Result<std::string> c_section(const Btf& btf, std::span<const CVariable> variables, std::string_view tag,
                              const CDefinitions& options = {});
std::string c_identifier(std::string_view name, Keywords keywords = Keywords::cxx);

}  // namespace skep::btf
