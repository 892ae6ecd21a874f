// SPDX-License-Identifier: Apache-2.0
#include "object/core.hpp"

#include <algorithm>

#include "isa/op.hpp"
#include "object/errors.hpp"

namespace skep::object {
namespace {

using btf::core::Decision, btf::core::Verdict, btf::core::Expect, btf::core::Resize;
using isa::Insn;

// RFC 9669 section 3: the class is in the lowest three bits of the code, of loads and stores the width in bits 3 and 4.
enum Class : uint8_t { ld = 0, ldx = 1, st = 2, stx = 3, alu = 4, jmp = 5, jmp32 = 6, alu64 = 7 };
constexpr uint8_t operand_register = 0x08;
constexpr uint8_t width_mask = 0x18;
constexpr uint8_t width_codes[] = {0x10, 0x08, 0x00, 0x18};  // of 1, 2, 4, 8 bytes

std::optional<uint8_t> width_code(uint32_t bytes) {
  if (!std::has_single_bit(bytes) || bytes > 8) return std::nullopt;
  return width_codes[std::countr_zero(bytes)];
}
uint32_t width_of(Insn i) {
  for (uint32_t bytes : {1U, 2U, 4U, 8U})
    if (width_code(bytes) == (i.code & width_mask)) return bytes;
  std::unreachable();
}

std::string decimal(uint64_t v) { return std::to_string(static_cast<int64_t>(v)); }

Result<void> expect(const Decision& d, uint64_t found) {
  if (d.expect == Expect::anything || found == d.original) return {};
  return fail(CoreOriginal{.found = decimal(found), .expected = decimal(d.original)});
}
std::unexpected<Error> not_here(Insn i) { return fail(CoreNotHere{.code = to_hex(Bytes(&i.code, 1))}); }

constexpr Insn poison = isa::make_insn(isa::row(isa::Op::call_helper).code, 0, 0, 0, poison_call);

Result<void> apply_poison(std::span<Insn> insns) {
  if (isa::is_ld_imm64(insns[0])) {
    if (insns.size() < 2) return fail(HalfImmediate{});
    insns[1] = poison;  // half an immediate would be an unknown code
  }
  insns[0] = poison;
  return {};
}

Result<void> apply_immediate64(const Decision& d, std::span<Insn> insns) {
  if (insns.size() < 2) return fail(HalfImmediate{});
  Insn &low = insns[0], &high = insns[1];
  if (!isa::is_ld_imm64(low) || low.src() != 0 || low.off != 0 || high.code != 0 || high.regs != 0 || high.off != 0)
    return not_here(low);
  TRY_VOID(expect(d, isa::imm64(low, high)));
  low.imm = static_cast<int32_t>(d.value);
  high.imm = static_cast<int32_t>(d.value >> 32);
  return {};
}

Result<void> apply_width(const Decision& d, Insn& i) {
  if (d.bytes == d.original_bytes) return {};
  auto code = width_code(d.bytes);
  if (width_of(i) != d.original_bytes || !code)
    return fail(CoreWidth{.access = width_of(i), .local = d.original_bytes, .target = d.bytes});
  i.code = static_cast<uint8_t>((i.code & ~width_mask) | *code);
  return {};
}

std::string unfit(const Decision& d) {
  auto sized = [](uint32_t bytes) { return bytes == 0 ? "a bit-field" : std::to_string(bytes) + " bytes"; };
  return "it is " + sized(d.bytes) + " in the target, " + sized(d.original_bytes) +
         " here; only unsigned integers and pointers can be read with another size";
}

}  // namespace

Result<std::optional<std::string>> apply(const Decision& d, std::span<Insn> insns) {
  if (d.verdict == Verdict::poison) {
    TRY_VOID(apply_poison(insns));
    return d.missing;
  }
  Insn& i = insns[0];
  switch (static_cast<Class>(i.code & 7)) {
    case alu:
    case alu64:
      if ((i.code & operand_register) != 0) return not_here(i);
      TRY_VOID(expect(d, static_cast<uint64_t>(int64_t{i.imm})));
      i.imm = static_cast<int32_t>(d.value);
      return std::nullopt;
    case ldx:
    case st:
    case stx:
      TRY_VOID(expect(d, static_cast<uint64_t>(int64_t{i.off})));
      if (d.value > INT16_MAX) return fail(CoreOffset{.offset = std::to_string(d.value)});
      if (d.resize == Resize::refused) {
        TRY_VOID(apply_poison(insns));
        return unfit(d);
      }
      i.off = static_cast<int16_t>(d.value);
      TRY_VOID(apply_width(d, i));
      return std::nullopt;
    case ld: TRY_VOID(apply_immediate64(d, insns)); return std::nullopt;
    case jmp:
    case jmp32: return not_here(i);
  }
  std::unreachable();
}

// ---- of a whole object ------------------------------------------------------------------------------------------

Core::Core(const Types& types, btf::core::Target target) : types_(types), target_(std::move(target)) {
  for (uint32_t section : types.relocated()) {
    auto& list = sections_[section];
    for (const btf::CoreRelo& r : types.relos(section, 0, UINT64_MAX)) decide(r, list);
  }
}

void Core::decide(const btf::CoreRelo& relo, std::vector<Decided>& to) {
  auto spec = btf::core::spec_of(*types_.btf(), relo);
  if (!spec) {
    to.push_back({.insn_off = relo.insn_off,
                  .spec = types_.btf()->spelled(relo.type),
                  .decision = std::unexpected(std::move(spec).error())});
    return;
  }
  std::vector<btf::core::Candidate> none;
  auto known = candidates_.find(relo.type);
  if (known == candidates_.end() && spec->ask != btf::core::Ask::type_id_local)
    known = candidates_.emplace(relo.type, btf::core::candidates(*spec, target_)).first;
  auto& candidates = known == candidates_.end() ? none : known->second;
  auto decision = btf::core::decide(*spec, candidates, target_.order);
  if (decision && !decision->matched.empty()) candidates = decision->matched;
  to.push_back({.insn_off = relo.insn_off, .spec = btf::core::text(*spec), .decision = std::move(decision)});
}

// "insn 12 (count.c:31): struct task_struct.mm".
std::string Core::place_of(uint32_t section, const Decided& d) const {
  const uint32_t insn = d.insn_off / 8;
  auto lines = types_.lines(section, 0, uint64_t{d.insn_off} + 1);
  return (lines.empty() ? "insn " + std::to_string(insn)
                        : module::place_of(insn, lines.back().file, lines.back().line)) +
         ": " + d.spec;
}

Result<std::vector<module::Poisoned>> Core::apply(uint32_t section, uint32_t begin, std::span<Insn> insns,
                                                  uint32_t first) {
  std::vector<module::Poisoned> out;
  auto at = sections_.find(section);
  if (at == sections_.end()) return out;
  const uint64_t from = uint64_t{begin} * 8, to = from + insns.size() * 8;
  for (auto d = std::ranges::lower_bound(at->second, from, {}, &Decided::insn_off);
       d != at->second.end() && d->insn_off < to; ++d) {
    if (!d->decision) return fail_within(std::move(d->decision).error(), place_of(section, *d));
    const uint32_t insn = d->insn_off / 8 - begin;
    auto missing = d->insn_off % 8 == 0 ? object::apply(*d->decision, insns.subspan(insn))
                                        : fail(UnevenFunction{.begin = d->insn_off, .size = 8});
    if (!missing) return fail_within(std::move(missing).error(), place_of(section, *d));
    if (*missing) out.push_back({.insn = first + insn, .spec = d->spec, .missing = **missing});
  }
  return out;
}

}  // namespace skep::object
