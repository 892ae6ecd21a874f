// SPDX-License-Identifier: Apache-2.0
// Loads and stores: may this memory be touched there, that wide, and what is read?
//
// One rule per kind of pointer. Offsets have a fixed part, checked exactly, and a variable one, of which both ends are.
#include <bit>

#include "verify/walk.hpp"

namespace skep::verify {
namespace {

std::string named(const Reg& r) { return kernel_text(r.type()); }

// Where a pointer would leak to, as Linux says it.
std::string place(const Reg& r) {
  if (r.is(RegKind::map_value)) return "map";
  return r.is(RegKind::flow_keys) ? "flow keys" : named(r);
}

bool is_socket(const Reg& r) {
  return r.flags == RegFlags{} &&
         (r.is(RegKind::socket) || r.is(RegKind::sock_common) || r.is(RegKind::tcp_sock) || r.is(RegKind::xdp_sock));
}

// What is misaligned, as Linux says it: nothing where it does not look at the kind.
std::string pointed_to(const Reg& r) {
  if (r.is_packet()) return "packet ";
  if (r.is(RegKind::map_value)) return "value ";
  if (r.is(RegKind::map_key)) return "key ";
  if (r.is(RegKind::ctx)) return "context ";
  if (r.is(RegKind::flow_keys)) return "flow keys ";
  if (r.is(RegKind::stack)) return "stack ";
  return is_socket(r) ? named(r) + " " : "";
}

// Kinds whose accesses Linux rewrites, each in its own way: one instruction cannot serve two of them.
bool is_rewritten(RegKind k) {
  using enum RegKind;
  return one_of(k, {ctx, socket, sock_common, tcp_sock, xdp_sock, btf, arena});
}

}  // namespace

Result<void> Walk::one_kind(RegType now, bool trust_may_differ) {
  RegType& before = pointer_types_[at_];
  if (before.kind == RegKind::not_init) {
    before = now;
  } else if (before != now && (is_rewritten(now.kind) || is_rewritten(before.kind))) {
    auto memory = [](RegType t) { return t.kind == RegKind::btf || t.kind == RegKind::mem; };
    if (!trust_may_differ || !memory(now) || !memory(before))
      return fail(DifferentPointers{.first = kernel_text(before), .now = kernel_text(now)});
  }
  return {};
}

Result<void> Walk::load(const isa::Insn& i, const isa::Row& row) {
  TRY_VOID(need(i.src()));
  TRY_VOID(need_writable(i.dst()));
  const RegType type = reg(i.src()).type();
  const bool acquires = row.imm.use == isa::Use::selects;
  TRY_VOID(access({.reg = i.src(),
                   .off = i.off,
                   .size = row.bits / 8U,
                   .value = i.dst(),
                   .sign_extends = row.sign_extends,
                   .strict = acquires}));
  TRY_VOID(one_kind(type, true));
  // Asked of what the register is now: a load into its own address register passes.
  return acquires ? atomic_allowed(i.src(), "loads from") : Result<void>{};
}

Result<void> Walk::store(const isa::Insn& i, const isa::Row& row) {
  const bool of_register = row.source == isa::Source::reg;
  if (of_register) TRY_VOID(need(i.src()));
  TRY_VOID(need(i.dst()));
  const RegType type = reg(i.dst()).type();
  const bool releases = row.imm.use == isa::Use::selects;
  TRY_VOID(access({.reg = i.dst(),
                   .off = i.off,
                   .size = row.bits / 8U,
                   .what = Do::write,
                   .value = of_register ? i.src() : -1,
                   .strict = releases}));
  TRY_VOID(one_kind(type, false));
  return releases ? atomic_allowed(i.dst(), "stores into") : Result<void>{};
}

Result<void> Walk::atomic_allowed(unsigned r, std::string_view how) const {
  const Reg& p = cur_->reg(r);
  if (p.is(RegKind::ctx) || p.is_packet() || p.is(RegKind::packet_end) || p.is(RegKind::flow_keys) || is_socket(p))
    return fail(NoAtomics{.r = to_reg(r), .pointer = named(p), .how = std::string(how)});
  return {};
}

Result<void> Walk::atomic(const isa::Insn& i, const isa::Row& row) {
  TRY_VOID(need(i.src()));
  TRY_VOID(need(i.dst()));
  if (row.fetch == isa::Fetch::into_r0) {
    TRY_VOID(need(0));
    if (leaks(reg(0))) return fail(LeaksInto{.r = to_reg(0), .where = "mem"});
  }
  if (leaks(reg(i.src()))) return fail(LeaksInto{.r = to_reg(i.src()), .where = "mem"});
  TRY_VOID(atomic_allowed(i.dst(), "stores into"));
  const int fetched = row.fetch == isa::Fetch::nothing ? -1 : row.fetch == isa::Fetch::into_r0 ? 0 : i.src();
  if (fetched == 10) return fail(FrameIsReadOnly{.r = {10}});
  Access a{.reg = i.dst(), .off = i.off, .size = row.bits / 8U, .strict = true};
  const bool overwrites_address = fetched == i.dst();
  const Reg address = reg(i.dst());
  if (fetched >= 0) set_unknown(static_cast<unsigned>(fetched));
  if (overwrites_address) reg(i.dst()) = address;
  TRY_VOID(access(a));
  if (fetched >= 0) {
    a.value = fetched;
    TRY_VOID(access(a));
    a.value = -1;
  }
  a.what = Do::write;
  return access(a);
}

Result<void> Walk::aligned(const Access& a) const {
  const Reg& r = cur_->reg(a.reg);
  if (r.is(RegKind::arena)) return {};
  const bool strict = a.strict || q_.options.strict_alignment || r.is(RegKind::stack);
  if (!strict || a.size == 1) return {};
  const int64_t ip_align = r.is_packet() ? 2 : 0;
  const Tnum where = r.var.bits + Tnum::constant(static_cast<uint64_t>(ip_align + r.off + a.off));
  if (((where.value | where.mask) & (a.size - 1)) == 0) return {};
  std::string var = r.var.is_constant() ? std::to_string(r.var.value()) : kernel_tnum(r.var.bits);
  if (r.is_packet()) var = std::to_string(ip_align) + "+" + var;
  return fail(Misaligned{
      .pointer = named(r), .words = pointed_to(r), .var = var, .fixed = r.off, .off = a.off, .size = a.size});
}

Result<void> Walk::access(const Access& a) {
  TRY_VOID(aligned(a));
  const Reg r = reg(a.reg);
  const int64_t off = int64_t{a.off} + r.off;
  if (a.what == Do::write && a.value >= 0 && leaks(reg(static_cast<unsigned>(a.value))) && !r.is(RegKind::stack))
    return fail(LeaksInto{.r = to_reg(static_cast<unsigned>(a.value)), .where = place(r)});
  TRY_VOID(touch_memory(a, r, off));
  if (a.what == Do::write || a.value < 0) return {};
  const auto into = static_cast<unsigned>(a.value);
  using enum RegKind;
  if (!one_of(r.kind, {map_value, ctx, stack, btf, map})) set_unknown(into);  // these said what they gave
  if (a.size < 8 && reg(into).is_scalar())
    reg(into).var = a.sign_extends ? sign_extended(reg(into).var, a.size) : zero_extended(reg(into).var, a.size);
  return {};
}

Result<void> Walk::touch_memory(const Access& a, const Reg& r, int64_t off) {
  auto refuse = [&]() -> std::unexpected<Error> {
    if (r.maybe_null()) return fail(MaybeNull{.r = to_reg(a.reg), .kind = named(r)});
    return fail(NotMemory{.r = to_reg(a.reg), .kind = named(r)});
  };
  auto cannot_write = [&] { return fail(CannotWrite{.r = to_reg(a.reg), .kind = named(r)}); };
  switch (r.kind) {
    case RegKind::map_key:
      if (r.flags != RegFlags{}) return refuse();
      if (a.what == Do::write) return fail(WritesKey{.r = to_reg(a.reg)});
      TRY_VOID(within_region(a.reg, off, a.size, maps_[r.object].def->key_size, Zero::refused));
      break;
    case RegKind::map_value:
      if (r.flags != RegFlags{}) return refuse();
      TRY_VOID(access_map_value(a, off));
      break;
    case RegKind::mem:
      if (r.maybe_null()) return refuse();
      if (a.what == Do::write && r.flags.has(RegFlag::rdonly)) return cannot_write();
      if (!(r.flags.has(RegFlag::rdonly) && r.flags.has(RegFlag::untrusted)))
        TRY_VOID(within_region(a.reg, off, a.size, r.object, Zero::refused));
      break;
    case RegKind::ctx:
      if (r.flags != RegFlags{}) return refuse();
      TRY_VOID(access_context(a, off));
      break;
    case RegKind::stack: TRY_VOID(access_stack(a, off)); break;
    case RegKind::packet:
    case RegKind::packet_meta:
      if (a.what == Do::write && !may_touch_packet(Do::write)) return fail(CannotWritePacket{.type = q_.type()});
      TRY_VOID(within_packet(a.reg, off, a.size, Zero::refused));
      break;
    case RegKind::flow_keys: TRY_VOID(access_flow_keys(a, off)); break;
    case RegKind::socket:
    case RegKind::sock_common:
    case RegKind::tcp_sock:
    case RegKind::xdp_sock:
      if (r.flags != RegFlags{}) return refuse();
      if (a.what == Do::write) return cannot_write();
      TRY_VOID(access_socket(a, off));
      break;
    case RegKind::tp_buffer: TRY_VOID(access_buffer(a, off)); break;
    case RegKind::buf:
      if (r.maybe_null()) return refuse();
      if (a.what == Do::write && r.flags.has(RegFlag::rdonly)) return cannot_write();
      TRY_VOID(access_buffer(a, off));
      break;
    case RegKind::btf:
      if (r.maybe_null()) return refuse();
      TRY_VOID(access_btf(a, off));
      break;
    case RegKind::map: TRY_VOID(access_map_object(a, off)); break;
    case RegKind::arena: break;
    case RegKind::not_init:
    case RegKind::scalar:
    case RegKind::packet_end:
    case RegKind::func:
    case RegKind::dynptr: return refuse();
  }
  return {};
}

// Both ends of the variable offset lie inside.
Result<void> Walk::within_region(unsigned regno, int64_t off, uint64_t size, uint64_t region, Zero zero) {
  const Reg& r = reg(regno);
  const int64_t low = r.var.smin + off;
  if (r.var.smin < 0 && (r.var.smin == INT64_MIN || low != static_cast<int32_t>(low) || low < 0))
    return fail(MayBeNegative{.r = to_reg(regno), .least = r.var.smin});
  auto inside = [&](int64_t o) {
    return o >= 0 && (size > 0 || zero == Zero::allowed) && static_cast<uint64_t>(o) + size <= region;
  };
  auto outside = [&](int64_t o, std::string which) -> std::unexpected<Error> {
    if (r.is(RegKind::map_value)) return fail(OutsideMapValue{to_reg(regno), std::move(which), o, size, region});
    if (r.is(RegKind::map_key)) return fail(OutsideMapKey{to_reg(regno), std::move(which), o, size, region});
    return fail(OutsideMemory{to_reg(regno), std::move(which), o, size, region});
  };
  if (!inside(low)) return outside(low, "min");
  if (r.var.umax >= target_.limits().variable_offset) return fail(Unbounded{.r = to_reg(regno), .most = r.var.umax});
  const int64_t high = static_cast<int64_t>(r.var.umax) + off;
  if (!inside(high)) return outside(high, "max");
  return {};
}

Result<void> Walk::within_packet(unsigned regno, int64_t off, uint64_t size, Zero zero) {
  const Reg& r = reg(regno);
  if (r.var.smin < 0) return fail(MayBeNegative{.r = to_reg(regno), .least = r.var.smin});
  const bool ok = r.extra >= 0 && off >= 0 && (size > 0 || zero == Zero::allowed) &&
                  static_cast<uint64_t>(off) + size <= static_cast<uint64_t>(r.extra);
  if (ok) return {};
  if (r.extra < 0) return fail(BehindPacket{.r = to_reg(regno), .off = off, .size = size});
  return fail(OutsidePacket{.r = to_reg(regno), .off = off, .size = size, .id = r.id, .range = r.extra});
}

bool Walk::may_touch_packet(Do what) const {
  const facts::Packets packets = facts::row(q_.type()).rare.packets;
  if (what == Do::write) return packets == facts::Packets::writable || packets == facts::Packets::anything;
  return packets != facts::Packets::closed;
}

Result<void> Walk::unmoved(const Reg& r, unsigned regno, bool fixed_ok) const {
  if (r.off < 0) return fail(NegativeOffset{.r = to_reg(regno), .kind = named(r), .off = r.off});
  if (!fixed_ok && r.off != 0) return fail(Moved{.r = to_reg(regno), .kind = named(r), .off = r.off});
  if (!r.var.is_constant() || r.constant() != 0)
    return fail(MovedVariably{.r = to_reg(regno), .kind = named(r), .var = kernel_tnum(r.var.bits)});
  return {};
}

}  // namespace skep::verify
