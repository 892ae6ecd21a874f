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
  const facts::Helper* row = id < 0 ? nullptr : target.prototype(static_cast<uint64_t>(id), type);
  if (row == nullptr) return std::nullopt;
  Callee callee{.returns_nothing = row->returns.kind == facts::RetKind::nothing,
                .fastcall = row->rare.fastcall,
                .may_sleep = row->rare.might_sleep,
                .moves_packet = row->rare.moves_packet,
                .callback = callback_of(row->name)};
  while (callee.args < row->args.size() && row->args[callee.args].kind != facts::ArgKind::none) ++callee.args;
  return callee;
}

}  // namespace skep::verify
