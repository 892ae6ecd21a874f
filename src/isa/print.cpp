// SPDX-License-Identifier: Apache-2.0
// Printing walks the row's text pattern; there is no printer per instruction.
#include "isa/print.hpp"

#include <fmt/format.h>

#include <iterator>

#include "base/bytes.hpp"
#include "isa/check.hpp"
#include "isa/op.hpp"
#include "isa/text.hpp"

namespace skep::isa {
namespace {

// A text per row with $t $a $0 $w written out, made once.
const std::array<std::string, op_count>& patterns() {
  static const auto all = [] {
    std::array<std::string, op_count> p;
    for (std::size_t i = 0; i < op_count; ++i) p[i] = pattern_of(rows[i]);
    return p;
  }();
  return all;
}

struct Printer {
  Insn insn, high;
  std::size_t pc;
  const Names& names;
  std::string out;

  template <class... A>
  void put(fmt::format_string<A...> f, A&&... a) {
    fmt::format_to(std::back_inserter(out), f, std::forward<A>(a)...);
  }
  // A name is printed only where the assembler would read it as what it stands for.
  bool put_name(Kind kind, NameId id) {
    const std::string name = names.name(kind, id);
    if (!is_name(name)) return false;
    if (kind == Kind::helper && find_helper(names, name) != id) return false;
    if ((kind == Kind::subprogram || kind == Kind::kfunc) && find_helper(names, name)) return false;
    if (kind == Kind::kfunc && names.find(Kind::subprogram, name)) return false;
    if ((kind == Kind::kfunc || kind == Kind::map || kind == Kind::variable) && names.find(kind, name) != id)
      return false;
    out += name;
    return true;
  }
  NameId target(int64_t distance) const {
    const int64_t to = static_cast<int64_t>(pc) + 1 + distance;
    return {.id = to >= 0 && to <= INT32_MAX ? static_cast<int32_t>(to) : -1};
  }
  void jump(int32_t distance) {
    put("{:+}", distance);
    if (const std::string label = names.name(Kind::label, target(distance)); is_name(label)) put(" <{}>", label);
  }
  void address_term(int32_t v) { put(" {} {}", v < 0 ? '-' : '+', v < 0 ? -int64_t{v} : int64_t{v}); }
  void subprogram() {
    if (!put_name(Kind::subprogram, target(insn.imm))) put("pc{:+}", insn.imm);
  }
  void numbered(Kind kind) {
    if (!put_name(kind, {.id = insn.imm})) put("{}", insn.imm);
  }
  void kfunc() {
    if (put_name(Kind::kfunc, {.id = insn.imm, .btf = insn.off})) return;
    put("kfunc#{}", insn.imm);
    if (insn.off != 0) put("@{}", insn.off);
  }
  void variable() {
    if (high.imm == 0) return numbered(Kind::variable);
    put("{}@{}", insn.imm, high.imm);
  }

  void field(char c) {
    switch (c) {
      case 'd': return put("r{}", insn.dst());
      case 's': return put("r{}", insn.src());
      case 'D': return put("w{}", insn.dst());
      case 'S': return put("w{}", insn.src());
      case 'i': return put("{}", insn.imm);
      case 'x': return put("{}", static_cast<int64_t>(imm64(insn, high)));
      case 'o': return address_term(insn.off);
      case 'n': return address_term(insn.imm);
      case 'j': return jump(insn.off);
      case 'J': return jump(insn.imm);
      case 'h': return numbered(Kind::helper);
      case 'c':
      case 'f': return subprogram();
      case 'k': return kfunc();
      case 'm': return numbered(Kind::map);
      case 'v': return put("{}", static_cast<uint32_t>(high.imm));
      case 'b': return variable();
    }
    std::unreachable();  // patterns are ours; every row is printed in a test
  }
};

std::string as_bytes_of(const Insn& insn) {
  return ".insn 0x" + to_hex({reinterpret_cast<const uint8_t*>(&insn), sizeof insn});
}

Result<void> check_at(std::span<const Insn> program, std::size_t pc) {
  return check(program.subspan(pc, slots_at(program, pc)));
}

}  // namespace

std::size_t slots_at(std::span<const Insn> program, std::size_t pc) {
  return is_ld_imm64(program[pc]) && pc + 1 < program.size() ? 2 : 1;
}

std::string print(std::span<const Insn> program, std::size_t pc, const Names& names) {
  const Insn& insn = program[pc];
  const bool two = slots_at(program, pc) == 2;
  if (auto ok = check_at(program, pc); !ok) {
    std::string text = as_bytes_of(insn);
    if (two) text += "; " + as_bytes_of(program[pc + 1]);
    return text + "  # " + ok.error().message();
  }
  Printer p{.insn = insn, .high = two ? program[pc + 1] : Insn{}, .pc = pc, .names = names, .out = {}};
  const std::string& pattern = patterns()[static_cast<std::size_t>(decode(insn))];
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '$')
      p.field(pattern[++i]);
    else
      p.out += pattern[i];
  }
  return std::move(p.out);
}

std::string print_program(std::span<const Insn> program, const Names& names) {
  std::string text;
  for (std::size_t pc = 0; pc < program.size(); pc += slots_at(program, pc)) {
    const NameId here{.id = static_cast<int32_t>(pc)};
    const std::string subprogram = names.name(Kind::subprogram, here), label = names.name(Kind::label, here);
    if (is_name(subprogram)) text += subprogram + ":\n";
    if (is_name(label) && label != subprogram) text += label + ":\n";
    text += "  " + print(program, pc, names) + "\n";
  }
  return text;
}

}  // namespace skep::isa
