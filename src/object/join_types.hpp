// SPDX-License-Identifier: Apache-2.0
// The types of joined objects: one BTF, one BTF.ext, and whether a name means the same in two objects.
#pragma once

#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "object/elf_image.hpp"
#include "object/types.hpp"

namespace skep::object {

// Where a section of an input went.
struct Place {
  static constexpr uint32_t nowhere = UINT32_MAX;
  uint32_t section = nowhere;  // of the image
  uint64_t offset = 0;
  bool repeats = false;  // its bytes are there already: license and version
};

struct Input {
  const Object* object;
  Types types;
  std::vector<Place> places;                                       // by section of the object
  std::unordered_map<std::string_view, uint32_t> sections = {};    // the first of each name
  std::unordered_map<std::string_view, btf::TypeId> globals = {};  // vars and funcs that other objects see, by name
  std::unordered_set<btf::TypeId> maps = {};                       // vars in .maps
};

void find_names(Input& input);

// Whether declarations of global names agree.
class Agreement {
 public:
  // What differs is in the error.
  Result<void> check(std::string_view name, const Input& a, const Input& b);

  // Types of two inputs that were found to agree: wholly, or in their shape only.
  enum class Depth : uint8_t { whole, shape };
  using Pairs = std::set<std::tuple<btf::TypeId, btf::TypeId, Depth>>;

 private:
  std::map<std::pair<const Input*, const Input*>, Pairs> known_;  // asked once, however many names have them
};

// Which input's declaration stands for a global name, by its place in `inputs`.
using OwnerOf = std::unordered_map<std::string_view, std::size_t>;

struct JoinedTypes {
  Buffer btf, ext;  // empty where no input has any
};
Result<JoinedTypes> join_types(std::span<const Input> inputs, const OwnerOf& owner, const Image& image);

}  // namespace skep::object
