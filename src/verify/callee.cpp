// SPDX-License-Identifier: Apache-2.0
#include "verify/callee.hpp"

namespace skep::verify {
namespace {

Callback callback_of(std::string_view helper) {
  if (helper == "timer_set_callback") return Callback::later;
  for (std::string_view now : {"for_each_map_elem", "find_vma", "loop", "user_ringbuf_drain"})
    if (helper == now) return Callback::now;
  return Callback::none;
}

}  // namespace

std::optional<Callee> helper_callee(const facts::Target& target, facts::ProgType type, int32_t id) {
  const facts::Helper* row = id < 0 ? nullptr : target.helper(static_cast<uint64_t>(id));
  if (row == nullptr) return std::nullopt;
  Callee callee{.moves_packet = row->rare.moves_packet, .callback = callback_of(row->name)};
  if (row->returns == facts::Ret::unknown) {
    callee.args = 5;
    return callee;
  }
  if (!facts::types(row->where).has(type)) return std::nullopt;
  while (callee.args < row->args.size() && row->args[callee.args] != facts::Arg::none) ++callee.args;
  callee.returns_nothing = row->returns == facts::Ret::nothing;
  return callee;
}

}  // namespace skep::verify
