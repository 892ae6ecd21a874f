// SPDX-License-Identifier: Apache-2.0
// Skeletons: a header for host programs that has an object inside and a member for each map, program and global
// variable of it.
//
//     cxx   class NAME over <skep/skeleton.hpp>; user types in namespace NAME_types; C++17
//     c     struct NAME, NAME__open() … over <bpf/libbpf.h>, skep's or libbpf's own: what `bpftool gen skeleton`
//           writes, for C11 and C++; user types begin with NAME_
//
// A section of global data is a struct with its variables where they lie. Those that are `static` are left out, as
// bpftool leaves them out: another one of the same name may be in there. A section without others has no struct.
// All that C cannot say is a name: `.data.my-x` is data_my_x, `class` is class_ (in C++ only), `a.bpf.o` a_bpf.
#pragma once

#include "module/module.hpp"
#include "object/object.hpp"

namespace skep::object {

enum class SkeletonLanguage : uint8_t { cxx, c };
// Who defines the types that the variables have: the header, or whoever includes it, before it (as bpftool wants it).
enum class SkeletonTypes : uint8_t { in_header, of_includer };
struct SkeletonOptions {
  std::string name = {};  // empty: the object's
  SkeletonLanguage language = SkeletonLanguage::cxx;
  SkeletonTypes types = SkeletonTypes::in_header;
};

// The text of the header. Errors begin with the object's name.
Result<std::string> skeleton(const Object& object, const SkeletonOptions& options = {});

}  // namespace skep::object
