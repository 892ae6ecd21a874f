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

Result<void> Walk::kfunc_object_argument(unsigned, const KfuncParam&, KfuncCall& call) {
  return not_modelled(call.function.name + "()");
}

}  // namespace skep::verify
