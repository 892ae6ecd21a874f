// SPDX-License-Identifier: Apache-2.0
// What lies behind each kind of pointer: contexts and the structures they lead to, values of maps, buffers.
#include <algorithm>
#include <cstring>

#include "verify/object_errors.hpp"
#include "verify/walk.hpp"

namespace skep::verify {
namespace {

std::string named(const Reg& r) { return kernel_text(r.type()); }

facts::Access how(const Access& a) {
  if (a.what == Do::write) return facts::Access::write;
  return a.sign_extends ? facts::Access::read_sign_extended : facts::Access::read;
}

Reg given(facts::Gives gives) {
  switch (gives) {
    case facts::Gives::scalar: return Reg::any_number();
    case facts::Gives::packet: return Reg::pointer(RegKind::packet);
    case facts::Gives::packet_meta: return Reg::pointer(RegKind::packet_meta);
    case facts::Gives::packet_end: return Reg::pointer(RegKind::packet_end);
    case facts::Gives::sock_common_or_null: return Reg::pointer(RegKind::sock_common, RegFlag::maybe_null);
    case facts::Gives::socket: return Reg::pointer(RegKind::socket);
    case facts::Gives::socket_or_null: return Reg::pointer(RegKind::socket, RegFlag::maybe_null);
    case facts::Gives::flow_keys: return Reg::pointer(RegKind::flow_keys);
    case facts::Gives::kernel_struct: return Reg::pointer(RegKind::btf, RegFlag::trusted);
    case facts::Gives::tp_buffer: return Reg::pointer(RegKind::tp_buffer);
  }
  return Reg::any_number();
}

facts::Pointee pointee(RegKind k) {
  if (k == RegKind::sock_common) return facts::Pointee::sock_common;
  if (k == RegKind::tcp_sock) return facts::Pointee::tcp_sock;
  if (k == RegKind::xdp_sock) return facts::Pointee::xdp_sock;
  return k == RegKind::flow_keys ? facts::Pointee::flow_keys : facts::Pointee::socket;
}

}  // namespace

Result<void> Walk::access_context(const Access& a, int64_t off) {
  const Reg r = reg(a.reg);
  TRY_VOID(unmoved(r, a.reg, false));
  if (facts::row(q_.type()).context == facts::Context::btf_args) return access_arguments(a, off);
  if (notes_ != nullptr) notes_->context(off + a.size);
  const facts::Accessor who{q_.type(), q_.attach_type(), target_.caps(), target_.patch()};
  const auto field = facts::access_field(who, off, a.size, how(a));
  if (!field) return fail(NoContextField{.off = off, .size = a.size, .why = facts::text(field.error(), who, a.size)});
  if (a.what == Do::write || a.value < 0) return {};
  Reg now = given(field->gives);
  if (now.is(RegKind::btf)) {
    const auto type = kernel_struct(field->field->rare.structure);
    now.object = type;
  }
  if (now.is_scalar()) now.precise = numbers_start_precise();
  if (now.maybe_null()) now.id = new_id();
  reg(static_cast<unsigned>(a.value)) = now;
  return {};
}

Result<void> Walk::access_socket(const Access& a, int64_t off) {
  const Reg& r = reg(a.reg);
  const auto field = facts::access_field(pointee(r.kind), off, a.size, how(a));
  if (!field)
    return fail(NoSocketField{.r = to_reg(a.reg),
                              .kind = named(r),
                              .off = off,
                              .size = a.size,
                              .why = facts::text(field.error(), pointee(r.kind), a.size)});
  return {};
}

Result<void> Walk::access_flow_keys(const Access& a, int64_t off) {
  const int64_t bytes = facts::layout(facts::Pointee::flow_keys).bytes;
  if (off < 0 || off + a.size > bytes) return fail(OutsideFlowKeys{.off = off, .size = a.size});
  return {};
}

// A buffer whose size only its owner knows: what is read of it is remembered, and asked when the program is attached.
Result<void> Walk::access_buffer(const Access& a, int64_t off) {
  const Reg& r = reg(a.reg);
  const std::string kind = r.is(RegKind::tp_buffer) ? "tracepoint" : r.flags.has(RegFlag::rdonly) ? "rdonly" : "rdwr";
  if (off < 0) return fail(BufferOffset{.kind = kind, .r = to_reg(a.reg), .off = off, .size = a.size});
  if (!r.var.is_constant() || r.constant() != 0)
    return fail(BufferMoved{.r = to_reg(a.reg), .off = off, .var = kernel_tnum(r.var.bits)});
  return {};
}

bool Walk::only_read(uint32_t map) const {
  return (maps_[map].def->flags & facts::map_flag::rdonly_prog) != 0 || maps_[map].row->rare.read_only;
}

Result<void> Walk::map_flags_allow(unsigned regno, int64_t off, uint64_t size, Do what) {
  const module::MapDef& def = *maps_[reg(regno).object].def;
  const bool refused =
      what == Do::read ? (def.flags & facts::map_flag::wronly_prog) != 0 : only_read(reg(regno).object);
  if (refused)
    return fail(MapForbids{
        .how = what == Do::read ? "read from" : "write into", .value_size = def.value_size, .off = off, .size = size});
  return {};
}

Result<void> Walk::access_map_value(const Access& a, int64_t off) {
  const Reg r = reg(a.reg);
  TRY_VOID(map_flags_allow(a.reg, off, a.size, a.what));
  TRY_VOID(within_map_value(a.reg, off, a.size, Zero::refused, Direct::yes));
  if (const MapField* f =
          r.var.is_constant() ? map_field_at(r.object, off + static_cast<int64_t>(r.constant())) : nullptr;
      f != nullptr && f->is_kptr())
    return access_kptr(a, *f);
  if (a.what == Do::write || a.value < 0) return {};
  const auto into = static_cast<unsigned>(a.value);
  const auto constants = r.var.is_constant() ? module::constant_value(*maps_[r.object].def) : std::nullopt;
  if (!constants) {
    set_unknown(into);
    return {};
  }
  uint64_t v = 0;
  const auto at = static_cast<uint64_t>(off + static_cast<int64_t>(r.constant()));
  const Bytes told = constants->subspan(std::min<uint64_t>(at, constants->size()));
  if (!told.empty()) std::memcpy(&v, told.data(), std::min<std::size_t>(a.size, told.size()));
  const unsigned above = 64 - 8 * a.size;
  set_number(into, a.sign_extends ? static_cast<uint64_t>(static_cast<int64_t>(v << above) >> above) : v);
  return {};
}

Result<void> Walk::within_map_value(unsigned regno, int64_t off, uint64_t size, Zero zero, Direct direct) {
  TRY_VOID(within_region(regno, off, size, maps_[reg(regno).object].def->value_size, zero));
  return beside_fields(reg(regno), off, size, direct);
}

// ld_imm64 and its pseudo forms.
Result<void> Walk::constant(const isa::Insn& i) {
  TRY_VOID(need_writable(i.dst()));
  const isa::Insn& high = prog_.insns[at_ + 1];
  next_ = at_ + 2;
  const isa::Op op = flow_.ops[at_];
  if (op == isa::Op::ld_func) return take_function(i);
  if (op == isa::Op::ld_var) return take_variable(i);
  if (op == isa::Op::ld_imm64) {
    set_number(i.dst(), isa::imm64(i, high));
    return {};
  }
  const auto map = static_cast<uint32_t>(i.imm);
  const bool address = op == isa::Op::ld_map_value || op == isa::Op::ld_map_idx_value;
  if (address && maps_[map].row->id == facts::MapType::arena) {
    set_unknown(i.dst());  // an address of the arena's users: a number until it is cast
    return {};
  }
  Reg& dst = reg(i.dst());
  dst = Reg::pointer(address ? RegKind::map_value : RegKind::map);
  dst.object = map;
  if (address) dst.off = high.imm;
  return {};
}

// A pointer of the arena's users becomes one that the program may follow, or the other way about.
Result<void> Walk::cast_address_space(const isa::Insn& i) {
  const bool named = std::ranges::any_of(prog_.insns, [&](const isa::Insn& one) {
    const auto map = static_cast<uint32_t>(one.imm);
    return isa::is_ld_imm64(one) && one.src() != 0 && map < maps_.size() && maps_[map].row->id == facts::MapType::arena;
  });
  if (!named) return fail(NoArena{.r = to_reg(i.dst())});
  constexpr int32_t to_kernel = 1;
  set_unknown(i.dst());
  if (i.imm == to_kernel) reg(i.dst()).kind = RegKind::arena;
  return {};
}

Result<void> Walk::packet_load(const isa::Insn& i, const isa::Row& row) {
  if (!facts::row(q_.type()).rare.ld_abs) return fail(NoPacketLoads{.type = q_.type()});
  TRY_VOID(need(6));
  TRY_VOID(nothing_held("BPF_LD_[ABS|IND]"));
  if (!reg(6).is_plain(RegKind::ctx)) return fail(PacketLoadContext{.r = {6}});
  if (row.src.use == isa::Use::rd) TRY_VOID(need(i.src()));
  TRY_VOID(unmoved(reg(6), 6, false));
  clear_caller_saved();
  set_unknown(0);
  if (cur_->top == 0 || !has_.packet_load_returns) return {};
  return may_return_at_once(Reg::number(0));  // behind the packet's end the function answers 0
}

}  // namespace skep::verify
