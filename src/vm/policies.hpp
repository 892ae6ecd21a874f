// SPDX-License-Identifier: Apache-2.0
// The two policies of the interpreter: what an arm asks before it acts. Private to src/vm.
#pragma once

#include <atomic>

#include "isa/semantics.hpp"
#include "vm/checker.hpp"
#include "vm/machine.hpp"

namespace skep::vm {

// Atomics of every kind must be aligned; plain accesses need not be, as on Linux where unaligned access is cheap.
constexpr bool needs_alignment(isa::Op op) {
  return isa::row(op).shape == isa::Shape::atomic || isa::row(op).group == isa::Group::linux_;
}

constexpr facts::Access context_access(isa::Op op) {
  return isa::row(op).sign_extends ? facts::Access::read_sign_extended : facts::Access::read;
}

// One atomic read-modify-write, sequentially consistent as Linux's are. Becomes what memory held before.
template <isa::Op op, class U>
U atomic_update(U* at, U b, U r0) {
  constexpr isa::Atomic what = isa::atomic_of(isa::row(op));
  if constexpr (what == isa::Atomic::cmpxchg) {
    U expected = r0;
    __atomic_compare_exchange_n(at, &expected, b, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return expected;
  } else if constexpr (what == isa::Atomic::xchg) {
    return __atomic_exchange_n(at, b, __ATOMIC_SEQ_CST);
  } else if constexpr (what == isa::Atomic::atomic_add || what == isa::Atomic::atomic_fetch_add) {
    return __atomic_fetch_add(at, b, __ATOMIC_SEQ_CST);
  } else {
    U old = __atomic_load_n(at, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(at, &old, isa::atomic<what>(old, b, r0), true, __ATOMIC_SEQ_CST,
                                        __ATOMIC_RELAXED)) {
    }
    return old;
  }
}

// What an operation on registers makes of dst, and loads for a policy that asks nothing. `dst` is the register's value.
template <isa::Op op>
[[gnu::always_inline]] inline uint64_t value_of(const Step& s, uint64_t dst, uint64_t src) {
  constexpr const isa::Row& row = isa::row(op);
  using U = std::conditional_t<row.bits == 64, uint64_t, uint32_t>;
  if constexpr (row.shape == isa::Shape::alu) {
    const uint64_t operand = row.source == isa::Source::imm ? s.imm : row.source == isa::Source::reg ? src : dst;
    return isa::alu<isa::alu_of(row)>(static_cast<U>(dst), static_cast<U>(operand));
  } else {
    static_assert(row.shape == isa::Shape::load && !row.sign_extends);
    uint64_t value = 0;
    std::memcpy(&value, reinterpret_cast<const void*>(src + static_cast<uint64_t>(int64_t{s.off})), row.bits / 8);
    return value;
  }
}
template <isa::Op op>
[[gnu::always_inline]] inline bool is_taken(const Step& s, uint64_t dst, uint64_t src) {
  constexpr const isa::Row& row = isa::row(op);
  using U = std::conditional_t<row.bits == 64, uint64_t, uint32_t>;
  const uint64_t operand = row.source == isa::Source::imm ? s.imm : src;
  return isa::compare<isa::cmp_of(row)>(static_cast<U>(dst), static_cast<U>(operand));
}

// A store that only the context itself can make.
[[gnu::noinline, gnu::cold]] inline void store_in_context(Machine& m, const Step& s, uint64_t value) {
  m.run->context->write(s.off, s.dst, value);
}

// Does the operation and says whether its jump is taken.
template <isa::Op op>
[[gnu::always_inline]] inline bool act(Machine& m, const Step& s) {
  if constexpr (isa::row(op).shape == isa::Shape::branch) {
    return is_taken<op>(s, m.r[s.dst], m.r[s.src]);
  } else {
    m.r[s.dst] = value_of<op>(s, m.r[s.dst], m.r[s.src]);
    return false;
  }
}
// Two neighbours, the second of which needs what the first makes: it gets it from a machine register.
template <isa::Op first, isa::Op second>
[[gnu::always_inline]] inline void act_both(Machine& m, const Step* s) {
  const uint64_t made = value_of<first>(s[0], m.r[s[0].dst], m.r[s[0].src]);
  if constexpr (isa::row(second).shape == isa::Shape::load) {
    m.r[s[0].dst] = made;
    m.r[s[1].dst] = value_of<second>(s[1], 0, made);
  } else {
    m.r[s[1].dst] = value_of<second>(s[1], made, m.r[s[1].src]);
  }
}
template <isa::Op second, isa::Op third>
[[gnu::always_inline]] inline void act_three(Machine& m, const Step* s) {
  const uint64_t made = value_of<second>(s[1], m.r[s[0].src], m.r[s[1].src]);
  if constexpr (isa::row(third).shape == isa::Shape::load) {
    m.r[s[1].dst] = made;
    m.r[s[2].dst] = value_of<third>(s[2], 0, made);
  } else {
    m.r[s[2].dst] = value_of<third>(s[2], made, m.r[s[2].src]);
  }
}

struct Fast {
  static constexpr bool fuses = true;
  template <isa::Op>
  static constexpr bool use(Machine&, const Step&) {
    return true;
  }
  template <isa::Op, class T>
  static bool load(Machine&, const Step&, uint64_t address, uint64_t& loaded) {
    loaded = static_cast<uint64_t>(skep::load<T>(reinterpret_cast<const void*>(address)));
    return true;
  }
  template <isa::Op, class T>
  static bool store(Machine&, const Step&, uint64_t address, T value) {
    skep::store(reinterpret_cast<void*>(address), value);
    return true;
  }
  template <isa::Op op, class U>
  static bool atomic(Machine& m, const Step& s, uint64_t address) {
    U before = atomic_update<op>(reinterpret_cast<U*>(address), static_cast<U>(m.r[s.src]), static_cast<U>(m.r[0]));
    constexpr isa::Fetch fetch = isa::row(op).fetch;
    if constexpr (fetch == isa::Fetch::into_src) m.r[s.src] = before;
    if constexpr (fetch == isa::Fetch::into_r0) m.r[0] = before;
    return true;
  }
  static bool call(Machine& m, const Step& s) {
    m.r[0] = reinterpret_cast<HelperFn>(s.imm)(*m.run, m.r[1], m.r[2], m.r[3], m.r[4], m.r[5]);
    return true;
  }
  static bool enter(Machine& m, const Step& s) { return m.enter(s); }
  static bool leave(Machine&, const Step&) { return true; }
  static bool before_tail_call(Machine&, const Step&) { return true; }
  static void after_tail_call(Machine&, const Step*) {}
  template <class T>
  static bool load_packet(Machine& m, const Step&, uint32_t offset);
};

// The legacy packet loads (RFC 9669 section 5.5): big endian at an offset in the packet; a load that misses ends the
// program with r0 = 0. Negative offsets start at the link or the network header, as in classic BPF.
template <class T>
bool load_legacy(Machine& m, uint32_t offset) {
  uint8_t bytes[sizeof(T)];
  if (m.run->context == nullptr || !m.run->context->load_legacy(static_cast<int32_t>(offset), bytes)) {
    m.r[0] = 0;
    m.depth = 0;
    return false;
  }
  T value = skep::load<T>(bytes);
  if constexpr (sizeof(T) == 2) value = __builtin_bswap16(value);
  if constexpr (sizeof(T) == 4) value = __builtin_bswap32(value);
  m.r[0] = value;
  return true;
}
template <class T>
bool Fast::load_packet(Machine& m, const Step&, uint32_t offset) {
  return load_legacy<T>(m, offset);
}

struct Checked {
  static constexpr bool fuses = false;
  static Checker& of(Machine& m) { return static_cast<Checker&>(m); }

  // Every register an operation reads must have been written; what it writes is tainted by what it read.
  template <isa::Op op>
  static bool use(Machine& m, const Step& s) {
    constexpr const isa::Row& row = isa::row(op);
    constexpr bool reads_dst = row.dst.use == isa::Use::rd || row.dst.use == isa::Use::rw;
    constexpr bool reads_src = row.src.use == isa::Use::rd || row.src.use == isa::Use::rw;
    constexpr bool writes_dst = row.dst.use == isa::Use::wr || row.dst.use == isa::Use::rw;
    Checker& c = of(m);
    uint32_t reads = row.fetch == isa::Fetch::into_r0 ? 1u : 0u;
    if constexpr (reads_dst) reads |= 1u << s.dst;
    if constexpr (reads_src) reads |= 1u << s.src;
    if (!c.registers.all_clean(reads)) [[unlikely]]
      return c.use_of_unclean(s, reads, writes_dst ? 1u << s.dst : 0u, row.shape);
    if constexpr (writes_dst && !reads_dst) c.registers.becomes_clean(1u << s.dst);
    return true;
  }

  template <isa::Op op, class T>
  static bool load(Machine& m, const Step& s, uint64_t address, uint64_t& loaded) {
    Checker& c = of(m);
    if (needs_alignment(op) && address % sizeof(T) != 0) [[unlikely]]
      return c.misaligned(s, address, sizeof(T));
    if (c.in_frame(address, sizeof(T))) {
      if (!c.all_written<T>(address) && !c.taint_from_stack(s, address)) return false;
    } else if (!c.in_last(address, sizeof(T), Access::read)) [[unlikely]] {
      if (c.is_context(address)) return c.load_context(s, address, sizeof(T), context_access(op), loaded);
      if (!c.find(s, address, sizeof(T), Access::read)) return false;
    }
    loaded = static_cast<uint64_t>(skep::load<T>(reinterpret_cast<const void*>(address)));
    return true;
  }

  template <isa::Op op, class T>
  static bool store(Machine& m, const Step& s, uint64_t address, T value) {
    Checker& c = of(m);
    if (needs_alignment(op) && address % sizeof(T) != 0) [[unlikely]]
      return c.misaligned(s, address, sizeof(T));
    bool tainted = isa::row(op).source == isa::Source::reg && !c.registers.all_clean(1u << s.src);
    if (c.in_frame(address, sizeof(T))) {
      c.mark_stack<T>(address, tainted ? Written::no : Written::yes);
    } else {
      if (tainted) [[unlikely]]
        c.repeatable = false;
      if (!c.in_last(address, sizeof(T), Access::write)) [[unlikely]] {
        if (c.is_context(address)) return c.store_context(s, address, sizeof(T), static_cast<uint64_t>(value));
        if (!c.find(s, address, sizeof(T), Access::write)) return false;
      }
    }
    skep::store(reinterpret_cast<void*>(address), value);
    return true;
  }

  template <isa::Op op, class U>
  static bool atomic(Machine& m, const Step& s, uint64_t address) {
    return of(m).before_atomic(s, address, sizeof(U), isa::row(op).fetch) && Fast::atomic<op, U>(m, s, address);
  }
  static bool call(Machine& m, const Step& s) { return of(m).call(s); }
  static bool enter(Machine& m, const Step& s) { return m.enter(s) && of(m).entered(); }
  static bool leave(Machine& m, const Step& s) { return of(m).leave(s); }
  static bool before_tail_call(Machine& m, const Step& s) { return of(m).before_tail_call(s); }
  static void after_tail_call(Machine& m, const Step* target) { of(m).after_tail_call(target); }
  template <class T>
  static bool load_packet(Machine& m, const Step& s, uint32_t offset) {
    if (!of(m).before_packet_load(s) || !load_legacy<T>(m, offset)) return false;
    of(m).registers.after_call();
    return true;
  }
};

}  // namespace skep::vm
