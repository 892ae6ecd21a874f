// SPDX-License-Identifier: Apache-2.0
// What the walk does not model yet is said so: the verdict is then `unknown`.
#include "verify/walk.hpp"

namespace skep::verify {
namespace {

std::unexpected<Error> not_modelled(std::string_view what) { return fail(NotModelled{.what = std::string(what)}); }

}  // namespace

Result<void> Walk::access_btf(const Access&, int64_t) { return not_modelled("pointers to kernel objects"); }
Result<void> Walk::access_arguments(const Access&, int64_t) { return not_modelled("typed arguments"); }
Result<void> Walk::access_map_object(const Access&, int64_t) { return not_modelled("the inside of maps"); }
Result<void> Walk::take_variable(const isa::Insn&) { return not_modelled("kernel variables"); }
btf::TypeId Walk::kernel_struct(std::string_view name) const {
  return q_.kernel_types == nullptr ? 0 : q_.kernel_types->find(name, btf::Kind::struct_).value_or(0);
}
Result<void> Walk::argument_struct(unsigned, const facts::Arg&, const Call&) const {
  return not_modelled("kernel objects as arguments");
}
Result<void> Walk::returns_kernel_object(Call&, RegFlags) { return not_modelled("kernel objects as results"); }

std::string_view MapField::name() const { return "field"; }
std::span<const MapField> Walk::map_fields(uint32_t) const { return {}; }
const MapField* Walk::map_field_at(uint32_t, int64_t) const { return nullptr; }
bool Walk::map_holds_lock(uint32_t) const { return false; }
bool Walk::map_has_private_objects(uint32_t) const { return false; }
bool Walk::may_hold_lock(const Reg& r) const { return r.is(RegKind::btf) && r.flags.has(RegFlag::alloc); }
Result<void> Walk::access_kptr(const Access&, const MapField&) { return not_modelled("kptrs"); }
Result<void> Walk::lock_argument(unsigned, Call&) { return not_modelled("spin locks"); }
Result<void> Walk::timer_argument(unsigned, Call&) { return not_modelled("timers"); }
Result<void> Walk::kptr_argument(unsigned, Call&) { return not_modelled("kptrs"); }

Result<void> Walk::dynptr_argument(unsigned, const facts::Arg&, Call&) { return not_modelled("dynptrs"); }
Result<void> Walk::release_dynptr(Call&) { return not_modelled("dynptrs"); }
Result<void> Walk::overwrite_dynptr(Frame&, unsigned) { return {}; }

Result<void> Walk::string_argument(unsigned) { return not_modelled("constant strings"); }
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
Result<void> Walk::cast_address_space(const isa::Insn&) { return not_modelled("arenas"); }

}  // namespace skep::verify
