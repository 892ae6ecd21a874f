// SPDX-License-Identifier: Apache-2.0
#include "isa/check.hpp"

#include <vector>

#include "isa/errors.hpp"
#include "isa/op.hpp"
#include "isa/text.hpp"

namespace skep::isa {
namespace {

struct Field {
  std::string_view name;
  FieldRule Row::* rule;
  int32_t value;
};

std::string one_of(const std::vector<int32_t>& values) {
  std::string out;
  for (std::size_t i = 0; i < values.size(); ++i)
    out += (i == 0 ? "" : i + 1 == values.size() ? " or " : ", ") + std::to_string(values[i]);
  return out;
}

// The first field whose value none of the rows that are still possible has.
std::unexpected<Error> reserved_selection(const Insn& insn) {
  std::vector<const Row*> possible;
  for (const Row& r : rows)
    if (&r < &row(Op::ld_imm64_high) && r.code == insn.code) possible.push_back(&r);
  for (auto [name, rule, value] :
       {Field{"src", &Row::src, insn.src()}, Field{"off", &Row::off, insn.off}, Field{"imm", &Row::imm, insn.imm}}) {
    std::vector<const Row*> fitting;
    std::vector<int32_t> known;
    for (const Row* r : possible) {
      const FieldRule& f = r->*rule;
      if (f.use != Use::selects || f.value == value) fitting.push_back(r);
      if (f.use == Use::selects && (known.empty() || known.back() != f.value)) known.push_back(f.value);
    }
    if (fitting.empty())
      return fail(ReservedSelection{
          .field = std::string(name), .found = value, .opcode = hex_byte(insn.code), .known = one_of(known)});
    possible = std::move(fitting);
  }
  std::unreachable();  // decode() said that no row fits
}

Result<void> check_register(std::string_view field, Use use, uint8_t found, const Row& r) {
  if (use == Use::selects) return {};
  if (use == Use::no && found != 0)
    return fail(ReservedField{.field = std::string(field), .found = found, .op = std::string(r.name)});
  if (found >= register_count) return fail(NoSuchRegister{.field = std::string(field), .found = {found}});
  return {};
}

}  // namespace

Result<void> check(const Insn& insn) {
  const Op op = decode(insn);
  if (op == Op::unknown) return fail(UnknownOpcode{.opcode = hex_byte(insn.code)});
  if (op == Op::reserved) return reserved_selection(insn);
  const Row& r = row(op);
  TRY_VOID(check_register("dst", r.dst.use, insn.dst(), r));
  TRY_VOID(check_register("src", r.src.use, insn.src(), r));
  if (r.off.use == Use::no && insn.off != 0)
    return fail(ReservedField{.field = "off", .found = insn.off, .op = std::string(r.name)});
  if (r.imm.use == Use::no && insn.imm != 0)
    return fail(ReservedField{.field = "imm", .found = insn.imm, .op = std::string(r.name)});
  return {};
}

Result<void> check_high(const Insn& first, const Insn& second) {
  const Row& r = row(decode(first));
  const bool has_imm = r.text.find("$x") != r.text.npos || r.text.find("$v") != r.text.npos || r.imm.use == Use::var;
  for (auto [name, value] : {std::pair<std::string_view, int32_t>{"the opcode", second.code},
                             {"dst", second.dst()},
                             {"src", second.src()},
                             {"off", second.off},
                             {"imm", has_imm ? 0 : second.imm}})
    if (value != 0) return fail(HalfNotBlank{.field = std::string(name), .found = value, .op = std::string(r.name)});
  return {};
}

Result<void> check(std::span<const Insn> program) {
  for (std::size_t pc = 0; pc < program.size(); ++pc) {
    const Insn& insn = program[pc];
    const std::string place = "insn " + std::to_string(pc);
    if (auto ok = check(insn); !ok) return fail_within(std::move(ok).error(), place);
    if (!is_ld_imm64(insn)) continue;
    if (++pc == program.size())
      return fail_within(fail(HalfMissing{.op = std::string(row(decode(insn)).name)}).error(), place);
    if (auto ok = check_high(insn, program[pc]); !ok)
      return fail_within(std::move(ok).error(), "insn " + std::to_string(pc));
  }
  return {};
}

}  // namespace skep::isa
