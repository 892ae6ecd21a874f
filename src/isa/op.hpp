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
  uint8_t bits = 64;  // of the operation; of the access for loads, stores, atomics and packet access
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

enum class Class : uint8_t { base, divmul, base32, base64, packet, linux_ };
consteval Group group_of(Class c, int bits) {
  switch (c) {
    case Class::base: return bits == 64 ? Group::base64 : Group::base32;
    case Class::divmul: return bits == 64 ? Group::divmul64 : Group::divmul32;
    case Class::base32: return Group::base32;
    case Class::base64: return Group::base64;
    case Class::packet: return Group::packet;
    case Class::linux_: return Group::linux_;
  }
  std::unreachable();
}

// MOV is written, every other operation reads and writes dst. MOV with imm has no sign-extending form, so there off
// selects nothing; division has one in both.
consteval FieldRule alu_dst(Alu op) { return op == Alu::mov ? wr : rw; }
consteval FieldRule alu_off(Alu op, FieldRule off, Source source) {
  const bool divides = op == Alu::div || op == Alu::sdiv || op == Alu::mod || op == Alu::smod;
  return divides || source == Source::reg ? off : no;
}

consteval Row family_row(std::string_view name, int code, Shape shape, FieldRule dst, FieldRule off,
                         std::string_view text, Class group, uint8_t sub, int bits, Source source) {
  return {.name = name,
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
}
consteval Row load_row(std::string_view name, uint8_t code, FieldRule imm, std::string_view text, Group group, int bits,
                       bool sign_extends) {
  return {.name = name,
          .code = code,
          .shape = Shape::load,
          .dst = wr,
          .src = rd,
          .off = mem,
          .imm = imm,
          .text = text,
          .group = group,
          .bits = static_cast<uint8_t>(bits),
          .sign_extends = sign_extends};
}
consteval Row store_row(std::string_view name, uint8_t code, FieldRule imm, std::string_view text, Group group,
                        int bits, Source source) {
  return {.name = name,
          .code = code,
          .shape = Shape::store,
          .dst = rd,
          .src = source == Source::reg ? rd : no,
          .off = mem,
          .imm = imm,
          .text = text,
          .group = group,
          .bits = static_cast<uint8_t>(bits),
          .source = source};
}
consteval Row atomic_row(std::string_view name, Atomic op, int imm, Fetch fetch, std::string_view text, int bits) {
  return {.name = name,
          .code = static_cast<uint8_t>(bits == 64 ? 0xdb : 0xc3),
          .shape = Shape::atomic,
          .dst = rd,
          .src = fetch == Fetch::into_src ? rw : rd,
          .off = mem,
          .imm = is(imm),
          .text = text,
          .group = bits == 64 ? Group::atomic64 : Group::atomic32,
          .bits = static_cast<uint8_t>(bits),
          .source = Source::reg,
          .fetch = fetch,
          .sub = static_cast<uint8_t>(op)};
}

// RFC 9669 section 5: the size of an access in its opcode byte.
consteval uint8_t packet_bits(int code) { return (code & 0x18) == 0x10 ? 8 : (code & 0x18) == 0x08 ? 16 : 32; }

// clang-format off
#define ALU_ROW(n, c, o, text, g, bits, from)                                                                     \
  family_row(#n #bits "_" #from, c, Shape::alu, alu_dst(Alu::n), alu_off(Alu::n, o, Source::from), text, g,       \
             uint8_t(Alu::n), bits, Source::from),
#define ALU(n, c, o, t, g, e)                                                                                     \
  ALU_ROW(n, 0x0f | (c), o, "$d " t " $s", g, 64, reg) ALU_ROW(n, 0x07 | (c), o, "$d " t " $i", g, 64, imm)       \
  ALU_ROW(n, 0x0c | (c), o, "$D " t " $S", g, 32, reg) ALU_ROW(n, 0x04 | (c), o, "$D " t " $i", g, 32, imm)
#define UNA(n, c, w, d, s, o, i, t, g, e)                                                                         \
  Row{.name = #n, .code = c, .shape = Shape::alu, .dst = d, .src = s, .off = o, .imm = i, .text = t,              \
      .group = group_of(g, w), .bits = w, .source = FieldRule(s).use == Use::rd ? Source::reg : Source::none,     \
      .sub = uint8_t(Alu::n), .unary = true},
#define CMP_ROW(n, c, text, g, bits, from)                                                                        \
  family_row(#n #bits "_" #from, c, Shape::branch, rd, jmp, text " goto $j", g, uint8_t(Cmp::n), bits, Source::from),
#define CMP(n, c, t, g, e)                                                                                        \
  CMP_ROW(n, 0x0d | (c), "if $d " t " $s", g, 64, reg) CMP_ROW(n, 0x05 | (c), "if $d " t " $i", g, 64, imm)       \
  CMP_ROW(n, 0x0e | (c), "if $D " t " $S", g, 32, reg) CMP_ROW(n, 0x06 | (c), "if $D " t " $i", g, 32, imm)
#define LOAD(n, c, T, t, g)                                                                                       \
  load_row(#n, c, no, "$d = *(" t " *)($s$o)", group_of(g, 32), sizeof(T) * 8, T(-1) < T(1)),
#define STORE(b, st, stx, T, t, g)                                                                                \
  store_row("st" #b, st, num, "*(" t " *)($d$o) = $i", group_of(g, 32), b, Source::imm),                          \
  store_row("stx" #b, stx, no, "*(" t " *)($d$o) = $s", group_of(g, 32), b, Source::reg),
#define ATOMIC(n, i, f, t, e)                                                                                     \
  atomic_row(#n "64", Atomic::n, i, Fetch::f, t, 64), atomic_row(#n "32", Atomic::n, i, Fetch::f, t, 32),
#define ORDERED(b, c, T, t)                                                                                       \
  load_row("load_acquire" #b, c, is(0x100), "$d = load_acquire((" t " *)($s$o))", Group::linux_, b, false),       \
  store_row("store_release" #b, c, is(0x110), "store_release((" t " *)($d$o), $s)", Group::linux_, b, Source::reg),
#define OTHER(n, c, sh, d, s, o, i, t, g)                                                                         \
  Row{.name = #n, .code = c, .shape = Shape::sh, .dst = d, .src = s, .off = o, .imm = i, .text = t,               \
      .group = group_of(g, 32), .bits = Shape::sh == Shape::packet ? packet_bits(c) : uint8_t{64}},
// clang-format on

consteval std::array<Row, op_count> make_rows() {
  [[maybe_unused]] constexpr auto base = Class::base, divmul = Class::divmul, base32 = Class::base32,
                                  base64 = Class::base64, packet = Class::packet, linux_ = Class::linux_;
  return {{
#include "isa/ops.def"
      Row{.name = "ld_imm64_high", .imm = num, .group = Group::base64},
      Row{.name = "unknown"},
      Row{.name = "reserved"},
  }};
}
#undef ALU_ROW
#undef CMP_ROW

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
