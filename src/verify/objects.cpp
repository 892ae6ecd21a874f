// SPDX-License-Identifier: Apache-2.0
// What the walk does not model yet is said so: the verdict is then `unknown`.
#include "verify/walk.hpp"

namespace skep::verify {
namespace {

std::unexpected<Error> not_modelled(std::string_view what) { return fail(NotModelled{.what = std::string(what)}); }

}  // namespace

bool Walk::acquires_by_map(const Call& call) const {
  const bool sockets = call.map && (maps_[*call.map].row->id == facts::MapType::sockmap ||
                                    maps_[*call.map].row->id == facts::MapType::sockhash);
  return call.helper->id == 1 && sockets;
}
bool Walk::acquired_in_callback(const Reference&) const { return false; }

Result<void> Walk::call_kfunc(const isa::Insn&) { return not_modelled("kernel functions"); }
bool Walk::iterates(uint32_t) const { return false; }
bool Walk::iterator_is_active() const { return false; }
Result<void> Walk::take_function(const isa::Insn&) { return not_modelled("callbacks"); }
Result<void> Walk::call_back(const Call&) { return not_modelled("callbacks"); }

}  // namespace skep::verify
