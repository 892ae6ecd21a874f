// SPDX-License-Identifier: Apache-2.0
// isa::Op is what an instruction does; the byte on the wire is only where it starts.
//
// RFC 9669 and Linux hide operations in src, off and imm: signed division is division with off = 1, a sign-extending
// move is a move with off = 8, 16 or 32, every atomic is one opcode byte and an imm. decode() reads all of them once,
// so nobody after it looks at those fields to learn what to do. It never fails: two rows are not instructions,
//
//     unknown   no row has this opcode byte; Linux refuses the whole program
//     reserved  rows have it, but src, off or imm select none of them; Linux refuses when it walks there
//
// and the second slot of a 64-bit immediate is a row of its own (ld_imm64_high; it is known by its position, since
// its opcode byte, 0, is unknown elsewhere). Fields that must be zero but select nothing never influence decoding:
// check() (isa/check.hpp) names them.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "isa/insn.hpp"

namespace skep::isa {

enum class Op : uint8_t {
#define EACH_OP(name) name,
#include "isa/each_op.inc"
#undef EACH_OP
  ld_imm64_high,
  unknown,
  reserved,
};
inline constexpr std::size_t op_count = static_cast<std::size_t>(Op::reserved) + 1;

// The families of operations with one meaning for all widths and sources.
enum class Alu : uint8_t {
#define ALU(name, ...) name,
#define UNA(name, ...) name,
#include "isa/ops.def"
};
enum class Cmp : uint8_t {
#define CMP(name, ...) name,
#include "isa/ops.def"
};
enum class Atomic : uint8_t {
#define ATOMIC(name, ...) name,
#include "isa/ops.def"
};

// What kind of step an operation is; the verifier and the JIT switch over this, then over the row's sub-operation.
enum class Shape : uint8_t { alu, load, store, atomic, branch, jump, call, exit, constant, packet, none };

// RFC 9669 section 2.4; `linux_` is what Linux has beyond it.
enum class Group : uint8_t { base32, base64, divmul32, divmul64, atomic32, atomic64, packet, linux_ };

enum class Source : uint8_t { none, reg, imm };
enum class Fetch : uint8_t { nothing, into_src, into_r0 };

// What a field of the encoding means.
enum class Use : uint8_t { no, selects, rd, wr, rw, mem, jmp, num, helper, local, kfunc, btf, map, var };
struct FieldRule {
  Use use = Use::no;
  int32_t value = 0;  // where it selects
};

struct Row {
  std::string_view name;
  uint8_t code = 0;
  Shape shape = Shape::none;
  FieldRule dst{}, src{}, off{}, imm{};
  std::string_view text{};
  Group group = Group::base32;
  uint8_t bits = 64;  // of the operation; of the access for loads, stores and atomics
  Source source = Source::none;
  bool sign_extends = false;  // loads
  Fetch fetch = Fetch::nothing;
  uint8_t sub = 0;     // Alu, Cmp or Atomic, by shape: see alu_of, cmp_of, atomic_of
  bool unary = false;  // alu rows of one operand
};

namespace detail {

consteval FieldRule is(int32_t v) { return {Use::selects, v}; }
constexpr FieldRule no{Use::no}, rd{Use::rd}, wr{Use::wr}, rw{Use::rw}, mem{Use::mem}, jmp{Use::jmp}, num{Use::num},
    helper{Use::helper}, local{Use::local}, kfunc{Use::kfunc}, btf{Use::btf}, map{Use::map}, var{Use::var};

enum class Class : uint8_t { base, divmul, base64, packet, linux_ };
consteval Group group_of(Class c, int bits) {
  switch (c) {
    case Class::base: return bits == 64 ? Group::base64 : Group::base32;
    case Class::divmul: return bits == 64 ? Group::divmul64 : Group::divmul32;
    case Class::base64: return Group::base64;
    case Class::packet: return Group::packet;
    case Class::linux_: return Group::linux_;
  }
  std::unreachable();
}

// MOV is written, every other operation reads and writes dst.
consteval FieldRule alu_dst(Alu op) { return op == Alu::mov ? wr : rw; }
consteval bool divides(Alu op) { return op == Alu::div || op == Alu::sdiv || op == Alu::mod || op == Alu::smod; }

consteval std::array<Row, op_count> make_rows() {
  constexpr auto base = Class::base, divmul = Class::divmul, base64 = Class::base64, packet = Class::packet,
                 linux_ = Class::linux_;
  (void)base, (void)divmul, (void)base64, (void)packet, (void)linux_;
  using enum Fetch;
  auto family = [](std::string_view name, int code, Shape shape, FieldRule dst, FieldRule off, std::string_view text,
                   Class group, uint8_t sub, int bits, Source source) consteval {
    return Row{.name = name,
               .code = static_cast<uint8_t>(code),
               .shape = shape,
               .dst = dst,
               .src = source == Source::reg ? rd : no,
               .off = off,
               .imm = source == Source::imm ? num : no,
               .text = text,
               .group = group_of(group, bits),
               .bits = static_cast<uint8_t>(bits),
               .source = source,
               .sub = sub};
  };
  // MOV with imm has no sign-extending form, so there off selects nothing; division has one in both.
  auto alu_off = [](Alu op, FieldRule off, Source source) consteval {
    return divides(op) || source == Source::reg ? off : no;
  };
  return {{
#define ALU(n, c, o, t, g, e)                                                                                         \
  family(#n "64_reg", 0x0f | (c), Shape::alu, alu_dst(Alu::n), alu_off(Alu::n, o, Source::reg), "$d " t " $s", g,     \
         uint8_t(Alu::n), 64, Source::reg),                                                                           \
      family(#n "64_imm", 0x07 | (c), Shape::alu, alu_dst(Alu::n), alu_off(Alu::n, o, Source::imm), "$d " t " $i", g, \
             uint8_t(Alu::n), 64, Source::imm),                                                                       \
      family(#n "32_reg", 0x0c | (c), Shape::alu, alu_dst(Alu::n), alu_off(Alu::n, o, Source::reg), "$D " t " $S", g, \
             uint8_t(Alu::n), 32, Source::reg),                                                                       \
      family(#n "32_imm", 0x04 | (c), Shape::alu, alu_dst(Alu::n), alu_off(Alu::n, o, Source::imm), "$D " t " $i", g, \
             uint8_t(Alu::n), 32, Source::imm),
#define UNA(n, c, w, d, s, o, i, t, g, e)                                 \
  Row{.name = #n,                                                         \
      .code = c,                                                          \
      .shape = Shape::alu,                                                \
      .dst = d,                                                           \
      .src = s,                                                           \
      .off = o,                                                           \
      .imm = i,                                                           \
      .text = t,                                                          \
      .group = group_of(g, w),                                            \
      .bits = w,                                                          \
      .source = FieldRule(s).use == Use::rd ? Source::reg : Source::none, \
      .sub = uint8_t(Alu::n),                                             \
      .unary = true},
#define CMP(n, c, t, g, e)                                                                                      \
  family(#n "64_reg", 0x0d | (c), Shape::branch, rd, jmp, "if $d " t " $s goto $j", g, uint8_t(Cmp::n), 64,     \
         Source::reg),                                                                                          \
      family(#n "64_imm", 0x05 | (c), Shape::branch, rd, jmp, "if $d " t " $i goto $j", g, uint8_t(Cmp::n), 64, \
             Source::imm),                                                                                      \
      family(#n "32_reg", 0x0e | (c), Shape::branch, rd, jmp, "if $D " t " $S goto $j", g, uint8_t(Cmp::n), 32, \
             Source::reg),                                                                                      \
      family(#n "32_imm", 0x06 | (c), Shape::branch, rd, jmp, "if $D " t " $i goto $j", g, uint8_t(Cmp::n), 32, \
             Source::imm),
#define LOAD(n, c, T, t, g)            \
  Row{.name = #n,                      \
      .code = c,                       \
      .shape = Shape::load,            \
      .dst = wr,                       \
      .src = rd,                       \
      .off = mem,                      \
      .text = "$d = *(" t " *)($s$o)", \
      .group = group_of(g, 32),        \
      .bits = sizeof(T) * 8,           \
      .sign_extends = T(-1) < T(1)},
#define STORE(b, st, stx, T, t, g)         \
  Row{.name = "st" #b,                     \
      .code = st,                          \
      .shape = Shape::store,               \
      .dst = rd,                           \
      .off = mem,                          \
      .imm = num,                          \
      .text = "*(" t " *)($d$o) = $i",     \
      .group = group_of(g, 32),            \
      .bits = b,                           \
      .source = Source::imm},              \
      Row{.name = "stx" #b,                \
          .code = stx,                     \
          .shape = Shape::store,           \
          .dst = rd,                       \
          .src = rd,                       \
          .off = mem,                      \
          .text = "*(" t " *)($d$o) = $s", \
          .group = group_of(g, 32),        \
          .bits = b,                       \
          .source = Source::reg},
#define ATOMIC(n, i, f, t, e)             \
  Row{.name = #n "64",                    \
      .code = 0xdb,                       \
      .shape = Shape::atomic,             \
      .dst = rd,                          \
      .src = f == into_src ? rw : rd,     \
      .off = mem,                         \
      .imm = is(i),                       \
      .text = t,                          \
      .group = Group::atomic64,           \
      .bits = 64,                         \
      .source = Source::reg,              \
      .fetch = f,                         \
      .sub = uint8_t(Atomic::n)},         \
      Row{.name = #n "32",                \
          .code = 0xc3,                   \
          .shape = Shape::atomic,         \
          .dst = rd,                      \
          .src = f == into_src ? rw : rd, \
          .off = mem,                     \
          .imm = is(i),                   \
          .text = t,                      \
          .group = Group::atomic32,       \
          .bits = 32,                     \
          .source = Source::reg,          \
          .fetch = f,                     \
          .sub = uint8_t(Atomic::n)},
#define ORDERED(b, c, T, t)                             \
  Row{.name = "load_acquire" #b,                        \
      .code = c,                                        \
      .shape = Shape::load,                             \
      .dst = wr,                                        \
      .src = rd,                                        \
      .off = mem,                                       \
      .imm = is(0x100),                                 \
      .text = "$d = load_acquire((" t " *)($s$o))",     \
      .group = Group::linux_,                           \
      .bits = b},                                       \
      Row{.name = "store_release" #b,                   \
          .code = c,                                    \
          .shape = Shape::store,                        \
          .dst = rd,                                    \
          .src = rd,                                    \
          .off = mem,                                   \
          .imm = is(0x110),                             \
          .text = "store_release((" t " *)($d$o), $s)", \
          .group = Group::linux_,                       \
          .bits = b,                                    \
          .source = Source::reg},
#define OTHER(n, c, sh, d, s, o, i, t, g) \
  Row{.name = #n,                         \
      .code = c,                          \
      .shape = Shape::sh,                 \
      .dst = d,                           \
      .src = s,                           \
      .off = o,                           \
      .imm = i,                           \
      .text = t,                          \
      .group = group_of(g, 32)},
#include "isa/ops.def"
      Row{.name = "ld_imm64_high", .imm = num, .group = Group::base64},
      Row{.name = "unknown"},
      Row{.name = "reserved"},
  }};
}

}  // namespace detail

inline constexpr std::array<Row, op_count> rows = detail::make_rows();

constexpr const Row& row(Op op) { return rows[static_cast<std::size_t>(op)]; }
constexpr Alu alu_of(const Row& r) { return static_cast<Alu>(r.sub); }
constexpr Cmp cmp_of(const Row& r) { return static_cast<Cmp>(r.sub); }
constexpr Atomic atomic_of(const Row& r) { return static_cast<Atomic>(r.sub); }
constexpr bool is_ld_imm64(const Insn& i) { return i.code == 0x18; }

// The operation of eight bytes that do not follow an ld_imm64. Never fails; about 3 ns.
Op decode(const Insn& insn);

// The row's encoding with everything zero that the row does not select.
constexpr Insn encode(Op op) {
  const Row& r = row(op);
  auto selected = [](FieldRule f) { return f.use == Use::selects ? f.value : 0; };
  return make_insn(r.code, 0, static_cast<uint8_t>(selected(r.src)), static_cast<int16_t>(selected(r.off)),
                   selected(r.imm));
}

}  // namespace skep::isa
