// SPDX-License-Identifier: Apache-2.0
#include "helpers/table.hpp"

#include <array>

namespace skep::helpers {

vm::HelperFn function(uint64_t id) {
  static const auto by_id = [] {
    std::array<vm::HelperFn, 256> table{};
    for (auto subject : {map(), host(), printk(), skb(), checksum(), xdp()})
      for (const Row& r : subject) table[r.id] = r.function;
    return table;
  }();
  return id < by_id.size() ? by_id[id] : nullptr;
}

}  // namespace skep::helpers
