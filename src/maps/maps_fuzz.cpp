// SPDX-License-Identifier: Apache-2.0
// Bytes become a definition and operations; the map must do what the model does, and every pointer it gives must be
// into a value that value_at knows.
#include <cstdlib>

#include "maps/test_ops.hpp"

namespace {

using namespace skep;
using namespace skep::maps;
using namespace skep::maps::test;

struct Stream {
  Bytes rest;
  uint8_t next() {
    if (rest.empty()) return 0;
    uint8_t b = rest.front();
    rest = rest.subspan(1);
    return b;
  }
};

void demand(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  constexpr facts::MapType types[] = {facts::MapType::hash, facts::MapType::percpu_hash, facts::MapType::array,
                                      facts::MapType::percpu_array};
  constexpr unsigned lanes = 2;
  Stream in{{data, size}};
  Definition d{.type = types[in.next() % 4], .flags = facts::map_flag::zero_seed};
  d.key_size = is_array(d) ? 4 : 1 + in.next() % 20;
  d.value_size = 1 + in.next() % 20;
  d.max_entries = 1 + in.next() % 64;
  if (is_array(d)) d.flags = 0;
  auto made = create(d, lanes);
  demand(made.has_value());
  Map& map = **made;
  Model model(d, lanes);
  while (!in.rest.empty()) {
    uint8_t what = in.next();
    Op op{all_kinds[what % std::size(all_kinds)], in.next() % 96u, in.next(), what / 8u % 8u, what / 64u % lanes};
    demand(apply(map, op) == model.apply(op));
    Buffer key = key_bytes(d, op.key);
    if (void* at = map.lookup(key, op.lane)) {
      auto found = map.value_at(at);
      demand(found && found->base == at && found->size == d.value_size && found->life == Life::live);
    }
  }
  demand(content(map) == model.content());
  Batch all = map.sys_lookup_batch({}, 200);
  demand(content(d, map.sys_value_size(), all) == model.content());
  return 0;
}
