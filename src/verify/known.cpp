// SPDX-License-Identifier: Apache-2.0
#include "verify/known.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "verify/plain_words.hpp"
#include "verify/recorder.hpp"

namespace skep::verify {
namespace {

Scalar join(Scalar a, const Scalar& b) {
  a.smin = std::min(a.smin, b.smin), a.smax = std::max(a.smax, b.smax);
  a.umin = std::min(a.umin, b.umin), a.umax = std::max(a.umax, b.umax);
  a.s32_min = std::min(a.s32_min, b.s32_min), a.s32_max = std::max(a.s32_max, b.s32_max);
  a.u32_min = std::min(a.u32_min, b.u32_min), a.u32_max = std::max(a.u32_max, b.u32_max);
  const uint64_t unknown = a.bits.mask | b.bits.mask | (a.bits.value ^ b.bits.value);
  a.bits = {a.bits.value & ~unknown, unknown};
  return a;
}

// A value over several paths: numbers become wider, pointers to one thing know what all of them know.
class Union {
 public:
  void add(const Reg& r) {
    if (count_++ == 0) {
      all_ = r;
      return;
    }
    const bool packet = all_.is_packet() && r.is_packet();
    if (packet) all_.extra = std::min(all_.extra, r.extra);
    Reg other = r;
    if (packet || r.is_scalar()) other.extra = all_.extra, other.off = r.is_scalar() ? all_.off : r.off;
    if (same_pointee(all_, other))
      all_.var = join(all_.var, r.var);
    else
      several_ = true;
  }
  bool is_empty() const { return count_ == 0; }
  bool is_known() const { return count_ != 0 && (several_ || all_.kind != RegKind::not_init); }
  const Reg* one() const { return several_ ? nullptr : &all_; }

 private:
  Reg all_ = {};
  uint64_t count_ = 0;
  bool several_ = false;
};

// ---- before each instruction, for people --------------------------------------------------------------------------

class Before : public Recorder {
 public:
  explicit Before(std::size_t insns) : regs_(insns), visits_(insns) {}
  void step(uint32_t insn, const State& s) override {
    ++visits_[insn];
    for (unsigned r = 0; r < registers; ++r) regs_[insn][r].add(s.reg(r));
  }
  Known at(std::size_t insn, const module::Module& module) const {
    Known k{.visits = visits_[insn], .registers = {}};
    for (unsigned r = 0; r < registers; ++r) {
      const Union& u = regs_[insn][r];
      if (!u.is_known()) continue;
      k.registers.push_back({r, u.one() == nullptr ? "one thing or another, by path" : plain_text(*u.one(), module)});
    }
    return k;
  }

 private:
  static constexpr unsigned registers = 10;  // r10 is always the top of the stack
  std::vector<std::array<Union, registers>> regs_;
  std::vector<uint64_t> visits_;
};

// ---- after one, for comparing -------------------------------------------------------------------------------------

std::string range_text(int64_t least, int64_t most) { return fmt::format("in [{}, {}]", least, most); }
std::string range_text(uint64_t least, uint64_t most) { return fmt::format("in [{}, {}]", least, most); }

std::string number_text(const Scalar& s) {
  if (s.is_constant()) return fmt::format("= {}", static_cast<int64_t>(s.value()));
  const bool is_signed = s.smin != INT64_MIN || s.smax != INT64_MAX;
  if (!is_signed && s.umin == 0 && s.umax == UINT64_MAX && s.bits.is_unknown()) return "= scalar";
  std::string out = is_signed ? range_text(s.smin, s.smax) : range_text(s.umin, s.umax);
  if (s.bits != Tnum::range(s.umin, s.umax)) out += " bits " + kernel_tnum(s.bits);
  return out;
}

std::string low_text(const Reg& r) {
  if (!r.is_scalar()) return "= no number";
  const Scalar& s = r.var;
  if (s.is_low_constant()) return fmt::format("= {}", static_cast<int32_t>(s.value()));
  if (s.s32_min == INT32_MIN && s.s32_max == INT32_MAX && (s.u32_min != 0 || s.u32_max != UINT32_MAX))
    return range_text(uint64_t{s.u32_min}, uint64_t{s.u32_max});
  return range_text(int64_t{s.s32_min}, int64_t{s.s32_max});
}

std::string pointee_name(const Reg& r, const Question& q) {
  if (r.is_map_address()) return r.object < q.module.maps.size() ? q.module.maps[r.object].name : "inner map";
  if (r.is(RegKind::mem)) return std::to_string(r.object);
  if (!r.is(RegKind::btf)) return "";
  const btf::Btf* types = r.extra == 0 ? q.kernel_types.get() : q.module.btf.get();
  return types != nullptr && r.object < types->count() ? std::string(types->type(r.object).name) : "?";
}

std::string value_text(const Reg& r, const Question& q) {
  if (r.kind == RegKind::not_init) return "unwritten";
  if (r.is_scalar()) return number_text(r.var);
  std::string out = "= " + kernel_text(r.type());
  if (const std::string name = pointee_name(r, q); !name.empty()) out += "(" + name + ")";
  const int64_t off = r.off + (r.var.is_constant() ? static_cast<int64_t>(r.var.value()) : 0);
  if (off != 0) out += fmt::format("{:+}", off);
  if (!r.var.is_constant()) out += fmt::format(" + [{}, {}]", r.var.smin, r.var.smax);
  if (r.is_packet()) out += fmt::format(" reaches {}", r.extra);
  return out;
}

// Bytes without a value, from the lowest address on, in the letters of Linux's log.
std::string bytes_text(const Slot& slot) {
  std::string out = "= ";
  for (unsigned i = slot_bytes; i-- > 0;) {
    switch (slot.bytes[i]) {
      case Byte::invalid: out += '?'; break;
      case Byte::spill: out += 'r'; break;
      case Byte::misc: out += 'm'; break;
      case Byte::zero: out += '0'; break;
      case Byte::dynptr: out += 'd'; break;
      case Byte::iterator: out += 'i'; break;
      case Byte::irq_flag: out += 'f'; break;
    }
  }
  return out;
}

class After : public Recorder {
 public:
  After(const Question& q, std::span<const Asked> asked)
      : q_(q), asked_(asked), values_(asked.size()), bytes_(asked.size()) {
    for (std::size_t i = 0; i < asked.size(); ++i) {
      const isa::Insn& insn = q.prog.insns[asked[i].insn];
      const isa::Row& row = isa::row(isa::decode(insn));
      const uint32_t next = asked[i].insn + (isa::is_ld_imm64(insn) ? 2 : 1);
      const bool calls = row.shape == isa::Shape::call && insn.src() == 1;
      if (calls)
        comes_back_.emplace(next, i);
      else
        follows_.emplace(std::pair(asked[i].insn, row.shape == isa::Shape::branch ? next : no_insn), i);
    }
  }

  void step(uint32_t insn, const State& s) override {
    for (auto [at, end] = comes_back_.equal_range(insn); at != end; ++at)
      if (s.last_insn + 1 != insn) note(at->second, s);
    if (s.last_insn == no_insn) return;
    for (const uint32_t to : {insn, no_insn})
      for (auto [at, end] = follows_.equal_range({s.last_insn, to}); at != end; ++at) note(at->second, s);
  }

  std::string text(std::size_t i) const {
    const Union& u = values_[i];
    if (u.is_empty() && !bytes_[i]) return "";
    if (!u.is_empty() && bytes_[i]) return "differs by path";
    if (bytes_[i]) return *bytes_[i];
    if (u.one() == nullptr) return "differs by path";
    return asked_[i].place.kind == Place::Kind::low_half ? low_text(*u.one()) : value_text(*u.one(), q_);
  }

 private:
  void note(std::size_t i, const State& s) {
    const Place& place = asked_[i].place;
    if (place.kind != Place::Kind::stack) return values_[i].add(s.reg(place.at));
    const std::size_t index = place.at / slot_bytes - 1;
    const Slot slot = index < s.frame().stack.size() ? s.frame().stack[index] : Slot{};
    if (std::ranges::all_of(slot.bytes, [](Byte b) { return b == Byte::spill; })) return values_[i].add(slot.spilled);
    const std::string text = bytes_text(slot);
    bytes_[i] = bytes_[i] && *bytes_[i] != text ? "differs by path" : text;
  }

  const Question& q_;
  std::span<const Asked> asked_;
  std::vector<Union> values_;
  std::vector<std::optional<std::string>> bytes_;
  std::multimap<std::pair<uint32_t, uint32_t>, std::size_t> follows_;  // by the instruction, and where it must go
  std::multimap<uint32_t, std::size_t> comes_back_;                    // by where calls return to
};

}  // namespace

std::string Known::text() const {
  std::string out;
  for (const Register& r : registers) out += fmt::format("{}r{}: {}", out.empty() ? "" : "; ", r.number, r.text);
  return out;
}

std::vector<Known> known_states(const Question& q) {
  Before before(q.prog.insns.size());
  verify(q, before);
  std::vector<Known> out;
  for (std::size_t i = 0; i < q.prog.insns.size(); ++i) out.push_back(before.at(i, q.module));
  return out;
}

std::vector<std::string> known_after(const Question& q, std::span<const Asked> asked) {
  After after(q, asked);
  verify(q, after);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < asked.size(); ++i) out.push_back(after.text(i));
  return out;
}

}  // namespace skep::verify
