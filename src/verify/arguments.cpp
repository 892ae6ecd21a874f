// SPDX-License-Identifier: Apache-2.0
// May this register be that argument? What each kind of argument takes is one row; memory is then measured.
#include <algorithm>
#include <array>
#include <cstring>

#include "verify/walk.hpp"

namespace skep::verify {
namespace {

using facts::ArgKind;
using enum RegKind;
using enum RegFlag;

// What an argument takes, in the order Linux's log lists it.
struct Takes {
  ArgKind kind;
  std::array<RegType, 11> types;
  uint8_t count;
};
template <class... T>
constexpr Takes takes(ArgKind k, T... t) {
  return {k, {RegType(t)...}, sizeof...(T)};
}
constexpr RegType plain(RegKind k) { return {k, {}}; }
constexpr RegType with(RegKind k, RegFlags f) { return {k, f}; }

constexpr Takes takes_memory(ArgKind k) {
  return takes(k, plain(stack), plain(packet), plain(packet_meta), plain(map_key), plain(map_value), plain(mem),
               with(mem, ringbuf), plain(buf), with(btf, trusted));
}

constexpr Takes table[] = {
    takes_memory(ArgKind::map_key),
    takes_memory(ArgKind::map_value),
    takes_memory(ArgKind::mem),
    takes_memory(ArgKind::fixed_mem),
    takes(ArgKind::size, plain(scalar)),
    takes(ArgKind::size_or_zero, plain(scalar)),
    takes(ArgKind::alloc_size_or_zero, plain(scalar)),
    takes(ArgKind::const_map_ptr, plain(map)),
    takes(ArgKind::ctx, plain(ctx)),
    takes(ArgKind::sock_common, plain(sock_common), plain(socket), plain(tcp_sock), plain(xdp_sock)),
    takes(ArgKind::btf_sock_common, plain(sock_common), plain(socket), plain(tcp_sock), plain(xdp_sock), plain(btf),
          with(btf, trusted)),
    takes(ArgKind::socket, plain(socket)),
    takes(ArgKind::btf_id, plain(btf), with(btf, trusted), with(btf, rcu)),
    takes(ArgKind::spin_lock, plain(map_value), with(btf, alloc)),
    takes(ArgKind::ringbuf_mem, with(mem, ringbuf)),
    takes(ArgKind::percpu_btf_id, with(btf, percpu), with(btf, percpu | rcu), with(btf, percpu | trusted)),
    takes(ArgKind::func, plain(func)),
    takes(ArgKind::stack, plain(stack)),
    takes(ArgKind::const_str, plain(map_value)),
    takes(ArgKind::timer, plain(map_value)),
    takes(ArgKind::kptr, plain(map_value), with(btf, alloc)),
    takes(ArgKind::dynptr, plain(stack), plain(dynptr)),
};

const Takes* row_of(ArgKind k) {
  for (const Takes& t : table)
    if (t.kind == k) return &t;
  return nullptr;
}

bool is_memory(ArgKind k) {
  return k == ArgKind::map_key || k == ArgKind::map_value || k == ArgKind::mem || k == ArgKind::fixed_mem;
}

// Pointers to kernel objects of these kinds may point into them.
bool may_be_inside(RegFlags f) {
  return f == RegFlags{} || f == alloc || f == trusted || f == rcu || f == (alloc | non_own_ref) ||
         f == (alloc | non_own_ref | rcu);
}

bool may_be_read_only(const facts::Arg& a) { return a.use == facts::Use::reads; }

}  // namespace

// Whether arguments of this kind take registers of that type.
Result<void> Walk::argument_kind(unsigned regno, const facts::Arg& arg, RegType type) const {
  const Takes* row = row_of(arg.kind);
  if (row == nullptr) return fail(InternalFault{.what = "an argument of no kind", .at = {at_}});
  if (may_be_read_only(arg)) type.flags = type.flags.without(rdonly);
  if (arg.or_null) type.flags = type.flags.without(maybe_null);
  if (arg.kind == ArgKind::mem || arg.kind == ArgKind::fixed_mem) type.flags = type.flags.without(slice | packet_slice);
  const auto types = std::span(row->types).first(row->count);
  if (std::ranges::find(types, type) != types.end()) return {};
  std::string expected;
  for (const RegType& each : types) expected += (expected.empty() ? "" : ", ") + kernel_text(each);
  return fail(
      ArgumentType{.r = to_reg(regno), .type = kernel_text(cur_->reg(regno).type()), .expected = std::move(expected)});
}

Result<void> Walk::argument_type(unsigned regno, const facts::Arg& arg, const Call& call) const {
  const Reg& r = cur_->reg(regno);
  RegType type = r.type();
  if (call.id == facts::helper_id::kptr_xchg && regno == 2 && type.flags.has(alloc))
    type.flags = type.flags.without(alloc | percpu);
  TRY_VOID(argument_kind(regno, arg, type));
  if (!r.is(btf)) return {};
  if (is_memory(arg.kind)) {
    if (!may_be_read_only(arg))
      return fail(WritesKernelMemory{.helper = call.name(), .r = to_reg(regno), .type = kernel_text(r.type())});
    return {};
  }
  return argument_struct(regno, arg, call);
}

// Only memory may be pointed into anywhere; kernel objects by a fixed amount, everything else at its beginning.
Result<void> Walk::argument_offset(unsigned regno, const facts::Arg& arg) const {
  const Reg& r = cur_->reg(regno);
  if (arg.release) {
    if (arg.kind == ArgKind::dynptr && r.is(stack)) return {};
    if (r.off != 0) return fail(ReleaseOffset{.r = to_reg(regno)});
    return unmoved(r, regno, false);
  }
  if (r.is(RegKind::not_init))
    return fail(MovedVariably{.r = to_reg(regno), .kind = "?", .var = kernel_tnum(Scalar::unknown().bits)});
  const bool memory = one_of(r.kind, {stack, packet, packet_meta, map_key, map_value, mem, buf, arena, scalar});
  if (memory && !r.maybe_null()) return {};
  return unmoved(r, regno, r.is(btf) && may_be_inside(r.flags));
}

Result<void> Walk::argument(unsigned regno, Call& call) {
  const facts::Arg& arg = call.helper->args[regno - 1];
  if (arg.kind == ArgKind::none || arg.kind == ArgKind::vararg) return {};
  TRY_VOID(need(regno));
  const Reg r = reg(regno);
  if (arg.kind == ArgKind::anything) {
    if (leaks(r)) return fail(LeaksInto{.r = to_reg(regno), .where = "helper function"});
    return {};
  }
  if (r.is_packet() && !may_give_packet(call)) return fail(PacketToHelper{.r = to_reg(regno)});
  facts::Arg wanted = arg;
  if (arg.kind == ArgKind::map_value) TRY_VOID(adjust_map_value(wanted, call));
  if (!(r.is_null() && arg.or_null)) {
    TRY_VOID(argument_type(regno, wanted, call));
    TRY_VOID(argument_offset(regno, wanted));
  }
  if (arg.release) {
    if (arg.kind != ArgKind::dynptr && r.ref == 0 && !r.is_null()) return fail(ReleaseUnowned{.r = to_reg(regno)});
    call.release = regno;
  }
  if (r.ref != 0 && arg.kind != ArgKind::kptr) {
    if (call.ref != 0) return fail(TwoReferences{.r = to_reg(regno), .first = call.ref, .second = r.ref});
    call.ref = r.ref;
  }
  return argument_value(regno, wanted, call);
}

Result<void> Walk::argument_value(unsigned regno, const facts::Arg& arg, Call& call) {
  const Reg r = reg(regno);
  const Do what = arg.use == facts::Use::writes || arg.use == facts::Use::fills ? Do::write : Do::read;
  Raw* raw = arg.use == facts::Use::fills ? &call.raw : nullptr;
  switch (arg.kind) {
    case ArgKind::const_map_ptr:
      if (call.map && (*call.map != r.object || call.map_uid != r.extra))
        return fail(OtherMap{.first = call.map_uid, .second = r.extra});
      call.map = r.object;
      call.map_uid = r.extra;
      return {};
    case ArgKind::map_key: {
      if (!call.map) return fail(InternalFault{.what = "a key without a map", .at = {at_}});
      const uint32_t size = maps_[*call.map].def->key_size;
      TRY_VOID(memory_argument(regno, size, Do::read, Zero::refused, nullptr));
      return constant_key(regno, size, call);
    }
    case ArgKind::map_value:
      if (!call.map) return fail(InternalFault{.what = "a value without a map", .at = {at_}});
      if (arg.or_null && r.is_null()) return {};
      return memory_argument(regno, maps_[*call.map].def->value_size, what, Zero::refused, raw);
    case ArgKind::mem: return {};  // measured with its size
    case ArgKind::fixed_mem:
      TRY_VOID(memory_argument(regno, arg.bytes, what, Zero::refused, raw));
      if (!arg.aligned) return {};
      return aligned({.reg = regno, .size = arg.bytes, .strict = true});
    case ArgKind::size:
    case ArgKind::size_or_zero: {
      const facts::Arg& memory = call.helper->args[regno - 2];
      const bool writes = memory.use == facts::Use::writes || memory.use == facts::Use::fills;
      call.largest_size = r.var.umax;
      return size_argument(regno, writes ? Do::write : Do::read,
                           arg.kind == ArgKind::size ? Zero::refused : Zero::allowed,
                           memory.use == facts::Use::fills ? &call.raw : nullptr);
    }
    case ArgKind::alloc_size_or_zero:
      if (!r.var.is_constant()) return fail(NotConstant{.r = to_reg(regno)});
      call.mem_size = r.constant();
      return precision_.mark(*cur_, regno);
    case ArgKind::spin_lock: return lock_argument(regno, call);
    case ArgKind::timer: return timer_argument(regno, call);
    case ArgKind::kptr: return kptr_argument(regno, call);
    case ArgKind::func: call.callback = r.object; return {};
    case ArgKind::percpu_btf_id: call.per_cpu = r; return {};
    case ArgKind::const_str: return string_argument(regno);
    case ArgKind::dynptr: return dynptr_argument(regno, arg, call);
    case ArgKind::none:
    case ArgKind::vararg:
    case ArgKind::anything:
    case ArgKind::ctx:
    case ArgKind::ringbuf_mem:
    case ArgKind::sock_common:
    case ArgKind::socket:
    case ArgKind::btf_sock_common:
    case ArgKind::btf_id:
    case ArgKind::stack: return {};
  }
  return {};
}

Result<void> Walk::size_argument(unsigned regno, Do what, Zero zero, Raw* raw) {
  const Reg& r = reg(regno);
  if (!r.var.is_constant()) raw = nullptr;  // not all of it may be written: it has to be initialised
  if (r.var.smin < 0) return fail(SizeNegative{.r = to_reg(regno), .least = r.var.smin});
  if (r.var.umin == 0 && zero == Zero::refused)
    return fail(SizeZero{.r = to_reg(regno), .umin = r.var.umin, .umax = r.var.umax});
  if (r.var.umax >= target_.limits().variable_offset)
    return fail(SizeUnbounded{.r = to_reg(regno), .most = r.var.umax});
  TRY_VOID(memory_argument(regno - 1, r.var.umax, what, zero, raw));
  return precision_.mark(*cur_, regno);
}

// `size` bytes behind a register, for a helper to read or write.
Result<void> Walk::memory_argument(unsigned regno, uint64_t size, Do what, Zero zero, Raw* raw) {
  const Reg& r = reg(regno);
  auto refuse_write = [&] { return fail(CannotWrite{.r = to_reg(regno), .kind = kernel_text(r.type())}); };
  switch (r.kind) {
    case packet:
    case packet_meta: return within_packet(regno, r.off, size, zero);
    case map_key:
      if (what == Do::write) return refuse_write();
      return within_region(regno, r.off, size, maps_[r.object].def->key_size, Zero::refused);
    case map_value:
      TRY_VOID(map_flags_allow(regno, r.off, size, what));
      return within_map_value(regno, r.off, size, zero, Direct::no);
    case mem:
      if (what == Do::write && r.flags.has(rdonly)) return refuse_write();
      return within_region(regno, r.off, size, r.object, zero);
    case buf:
      if (what == Do::write && r.flags.has(rdonly)) return refuse_write();
      return access_buffer({.reg = regno, .size = static_cast<unsigned>(size), .what = what}, r.off);
    case stack: return stack_argument(regno, r.off, size, zero, what, raw);
    case btf: return access_btf({.reg = regno, .size = static_cast<unsigned>(size), .what = Do::read}, r.off);
    case ctx:
      if (facts::row(q_.type()).context == facts::Context::syscall_buffer) {
        if (size == 0) return {};
        return access({.reg = regno, .off = static_cast<int32_t>(size - 1), .size = 1, .what = what});
      }
      break;
    case not_init:
    case scalar:
    case map:
    case packet_end:
    case flow_keys:
    case socket:
    case sock_common:
    case tcp_sock:
    case xdp_sock:
    case tp_buffer:
    case arena:
    case func:
    case dynptr: break;
  }
  if (zero == Zero::allowed && size == 0 && r.is_null()) return {};
  return fail(ArgumentType{.r = to_reg(regno), .type = kernel_text(r.type()), .expected = "fp"});
}

// Memory that a function reads and writes as it likes; where it may be null it is looked at as if it were not.
template <class Check>
Result<void> Walk::read_and_write(unsigned regno, Check check) {
  const Reg before = reg(regno);
  if (before.maybe_null()) not_null(reg(regno));
  auto done = check(Do::read);
  if (done) done = check(Do::write);
  if (before.maybe_null()) reg(regno) = before;
  return done;
}

Result<void> Walk::memory_of_function(unsigned regno, uint64_t size) {
  if (reg(regno).is_null()) return {};
  return read_and_write(regno, [&](Do what) { return memory_argument(regno, size, what, Zero::allowed, nullptr); });
}

// Its size is in the next register.
Result<void> Walk::sized_memory_of_function(unsigned regno) {
  return read_and_write(regno, [&](Do what) { return size_argument(regno + 1, what, Zero::allowed, nullptr); });
}

// A key that is a known number: a lookup in an array then always finds something.
Result<void> Walk::constant_key(unsigned regno, uint32_t size, Call& call) {
  const Reg r = reg(regno);
  const facts::MapType type = maps_[*call.map].row->id;
  const bool array = type == facts::MapType::array || type == facts::MapType::percpu_array;
  if (!array || !r.is(stack) || !r.var.is_constant()) return {};
  Frame& f = *cur_->frames[r.object];
  const int64_t off = r.off + static_cast<int64_t>(r.constant());
  const auto slot = static_cast<unsigned>((-off - 1) / 8);
  const Slot& s = f.stack[slot];
  const unsigned top = static_cast<unsigned>(-off - 1) % 8;
  auto all = [&](Byte b) {
    for (unsigned i = 0; i < size; ++i)
      if (s.bytes[top - i] != b) return false;
    return true;
  };
  if (size > top + 1) return {};
  if (all(Byte::zero)) {
    call.key = 0;
    return {};
  }
  // What was stored counts for the key if as many of its bytes lie behind the key's first as the key has.
  if (s.bytes[7] != Byte::spill || !all(Byte::spill) || !s.spilled.is_scalar() || !s.spilled.var.is_constant())
    return {};
  if (size <= top && s.bytes[top - size] == Byte::spill) return {};
  TRY_VOID(precision_.mark_slot(*cur_, f.index, slot));
  call.key = s.spilled.constant();
  return {};
}

// Values of some maps are not bytes but what the map holds.
Result<void> Walk::adjust_map_value(facts::Arg& arg, const Call& call) const {
  if (!call.map) return {};
  const facts::MapType type = maps_[*call.map].row->id;
  if (type == facts::MapType::sockmap || type == facts::MapType::sockhash) {
    if (arg.use == facts::Use::fills || arg.or_null)
      return fail(SocketsAreNoBytes{.helper = call.name(), .type = std::string(maps_[*call.map].row->name)});
    arg.kind = ArgKind::btf_sock_common;
  }
  // What is looked for stands there already.
  if (type == facts::MapType::bloom_filter && call.id == facts::helper_id::map_peek_elem) arg.use = facts::Use::reads;
  return {};
}

bool Walk::may_give_packet(const Call& call) const {
  if (facts::row(q_.type()).rare.packets == facts::Packets::anything) return true;
  return call.helper->rare.takes_packet && may_touch_packet(Do::read);
}

}  // namespace skep::verify
