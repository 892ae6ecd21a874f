// SPDX-License-Identifier: Apache-2.0
// Elements of maps. r1 is the address of the live map; keys and values have its sizes.
#include "maps/map.hpp"

#include "helpers/arguments.hpp"
#include "helpers/table.hpp"

namespace skep::helpers {
namespace {

uint64_t map_lookup_elem(vm::Run& run, uint64_t map, uint64_t key, uint64_t, uint64_t, uint64_t) {
  return reinterpret_cast<uint64_t>(pointer<maps::Map>(map)->lookup(pointer<const uint8_t>(key), run.lane));
}

uint64_t map_update_elem(vm::Run& run, uint64_t map, uint64_t key, uint64_t value, uint64_t flags, uint64_t) {
  return answer(
      pointer<maps::Map>(map)->update(pointer<const uint8_t>(key), pointer<const uint8_t>(value), flags, run.lane));
}

uint64_t map_delete_elem(vm::Run& run, uint64_t map, uint64_t key, uint64_t, uint64_t, uint64_t) {
  return answer(pointer<maps::Map>(map)->remove(pointer<const uint8_t>(key), run.lane));
}

constexpr Row rows[] = {{1, map_lookup_elem}, {2, map_update_elem}, {3, map_delete_elem}};

}  // namespace

std::span<const Row> map() { return rows; }

}  // namespace skep::helpers
