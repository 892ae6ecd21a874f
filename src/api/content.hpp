// SPDX-License-Identifier: Apache-2.0
// What is in maps, by type: bytes to Datum for people and JSON, and back for filling a map from a file.
//
// Without BTF types a value of 1, 2, 4 or 8 bytes is an unsigned number, any other its bytes in hex.
#pragma once

#include "btf/datum.hpp"
#include "maps/map.hpp"
#include "module/module.hpp"

namespace skep::api {

struct Element {
  Buffer raw_key;
  btf::Datum key;
  btf::Datum value;               // of per-CPU maps: integers summed over the lanes
  std::vector<btf::Datum> lanes;  // of per-CPU maps: the value of each lane
  bool zero;                      // every byte of the value is 0
};
struct Content {
  std::size_t map;                // index in the module
  std::vector<Element> elements;  // ascending keys, as typed
};

// Every element of the map. Maps that hold no bytes (programs, other maps, handles) have none.
Result<Content> content_of(const module::Module& module, std::size_t index, maps::Map& map);

// Elements somebody wrote down: each is put in, over what is there. Errors name the element by its place in the list.
// Of per-CPU maps `lanes`, where there are any, are the values of the first lanes; else lane 0 gets the value, so that
// the sum is what was written.
struct Entry {
  btf::Datum key, value;
  std::vector<btf::Datum> lanes = {};
};
Result<void> fill(const module::Module& module, std::size_t index, maps::Map& map, const std::vector<Entry>& entries);

}  // namespace skep::api
