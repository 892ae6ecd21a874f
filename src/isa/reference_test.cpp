// SPDX-License-Identifier: Apache-2.0
// docs/reference/isa.md is what the table says, row by row. SKEP_BLESS=1 writes it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "base/file.hpp"
#include "isa/op.hpp"
#include "isa/print.hpp"

namespace skep::isa {
namespace {

// The meaning columns as they stand in the table.
constexpr std::string_view alu_words[] = {
#define ALU(name, code, off, text, group, ...) #__VA_ARGS__,
#define UNA(name, code, width, dst, src, off, imm, text, group, ...) #__VA_ARGS__,
#include "isa/ops.def"
};
constexpr std::string_view cmp_words[] = {
#define CMP(name, code, text, group, ...) #__VA_ARGS__,
#include "isa/ops.def"
};
constexpr std::string_view atomic_words[] = {
#define ATOMIC(name, imm, fetches, text, ...) #__VA_ARGS__,
#include "isa/ops.def"
};

std::string code(std::string_view words) {
  std::string cell = "`";
  for (char c : words) cell += c == '|' ? std::string("\\|") : std::string(1, c);  // the cell is in a table
  return cell + "`";
}

std::string bits_of(const Row& r) { return std::to_string(int{r.bits}) + " bits"; }

// What imm names, for calls and 64-bit immediates.
std::string named_by_imm(const Row& r) {
  const bool by_index = r.text.find("map_idx") != r.text.npos;
  switch (r.imm.use) {
    case Use::num: return "imm, its upper half from the next slot";
    case Use::map: return by_index ? "the map at index imm" : "the map that imm names";
    case Use::var: return "the variable with BTF id imm, of the BTF in the next slot's imm";
    case Use::local: return "the subprogram imm slots after the next instruction";
    case Use::helper: return "helper imm";
    case Use::kfunc: return "the kernel function with BTF id imm, of the BTF at index off";
    case Use::no:
    case Use::selects:
    case Use::rd:
    case Use::wr:
    case Use::rw:
    case Use::mem:
    case Use::jmp:
    case Use::btf: break;
  }
  return "";
}
std::string constant_words(const Row& r) {
  const bool value = r.text.find("$v") != r.text.npos;
  return std::string(value ? "dst becomes the address of byte (next slot's imm) in the value of " : "dst becomes ") +
         named_by_imm(r);
}
std::string atomic_meaning(const Row& r) {
  std::string words = "memory becomes " + code(atomic_words[r.sub]);
  switch (r.fetch) {
    case Fetch::nothing: break;
    case Fetch::into_src: words += "; src what it was"; break;
    case Fetch::into_r0: words += "; r0 what it was"; break;
  }
  return words;
}

std::string meaning(const Row& r) {
  switch (r.shape) {
    case Shape::alu: return "dst becomes " + code(alu_words[r.sub]);
    case Shape::branch: return "taken when " + code(cmp_words[r.sub]);
    case Shape::load: return "dst becomes " + bits_of(r) + " at src + off" + (r.sign_extends ? ", sign-extended" : "");
    case Shape::store: return bits_of(r) + " at dst + off become " + (r.source == Source::imm ? "imm" : "src");
    case Shape::atomic: return atomic_meaning(r);
    case Shape::jump: return std::string(r.off.use == Use::jmp ? "off" : "imm") + " slots after the next instruction";
    case Shape::call: return "calls " + named_by_imm(r);
    case Shape::exit: return "returns r0";
    case Shape::constant: return constant_words(r);
    case Shape::packet:
      return "r0 becomes " + bits_of(r) + " of the packet at imm" + (r.src.use == Use::rd ? " + src" : "") +
             ", from network byte order";
    case Shape::none: break;
  }
  return "";
}

std::string_view group_words(Group g) {
  constexpr std::string_view words[] = {"base32",   "base64",   "divmul32", "divmul64",
                                        "atomic32", "atomic64", "packet",   "Linux"};
  return words[static_cast<std::size_t>(g)];
}

// What selects the operation beside the opcode byte.
std::string selectors(const Row& r) {
  std::string out;
  for (auto [name, rule] : {std::pair{"src", r.src}, {"off", r.off}, {"imm", r.imm}})
    if (rule.use == Use::selects)
      out += (out.empty() ? "" : ", ") + std::string(name) + " = " + std::to_string(rule.value);
  return out;
}

// The row with operands that tell them apart.
std::string sample(const Row& r) {
  auto value = [](FieldRule f, int v) { return f.use == Use::selects ? f.value : f.use == Use::no ? 0 : v; };
  std::vector<Insn> insns = {
      make_insn(r.code, static_cast<uint8_t>(value(r.dst, 1)), static_cast<uint8_t>(value(r.src, 2)),
                static_cast<int16_t>(r.off.use == Use::btf ? 0 : value(r.off, r.off.use == Use::jmp ? 3 : 8)),
                value(r.imm, 5)),
      Insn{}};
  return print(insns, 0);
}

struct Section {
  Shape shape;
  std::string_view title, words;
};
constexpr Section sections[] = {
    {Shape::alu, "Arithmetic",
     "`a` is dst, `b` is src or imm, `U` the unsigned and `S` the signed type of the width. A "
     "32-bit result clears the upper half. Where there is one operand, it is `b`."},
    {Shape::branch, "Conditional jumps",
     "`a` is dst, `b` is src or imm, `S` signed. Jumps count 8-byte slots after the "
     "next instruction."},
    {Shape::jump, "Jumps", "Without a condition; may_goto jumps only once the program has had its share of loops."},
    {Shape::load, "Loads", "A load that is not sign-extended is zero-extended."},
    {Shape::store, "Stores", "imm is sign-extended."},
    {Shape::atomic, "Atomic operations",
     "On memory at dst + off; `a` is what it holds, `b` is src. 32-bit forms "
     "zero-extend what they fetch."},
    {Shape::constant, "64-bit immediates", "Two slots; opcode, registers and off of the second are 0."},
    {Shape::call, "Calls", "Arguments in r1 … r5, which are lost; the result in r0."},
    {Shape::exit, "Return", "From the subprogram or the program."},
    {Shape::packet, "Packet access", "Legacy; ends the program with 0 where the packet is too short."},
};

std::string reference() {
  std::string page =
      "# Instruction set\n\nRFC 9669 and what Linux 6.18 adds, from the table `src/isa/ops.def` (this page is "
      "generated; "
      "`SKEP_BLESS=1` renews it).\nAn operation is an opcode byte and what selects among the operations that share it. "
      "Group is RFC 9669's conformance\ngroup; Linux means an addition. `skep asm` reads the text, `skep dump` writes "
      "it.\n";
  for (const Section& s : sections) {
    page += "\n## " + std::string(s.title) + "\n\n" + std::string(s.words) +
            "\n\n| operation | opcode | where | text | meaning | group |\n|---|---|---|---|---|---|\n";
    for (const Row& r : rows) {
      if (r.shape != s.shape) continue;
      constexpr char digits[] = "0123456789abcdef";
      const std::string opcode = std::string("0x") + digits[r.code >> 4] + digits[r.code & 15];
      page += "| " + std::string(r.name) + " | " + opcode + " | " + selectors(r) + " | " + code(sample(r)) + " | " +
              meaning(r) + " | " + std::string(group_words(r.group)) + " |\n";
    }
  }
  return page;
}

TEST(Reference, IsWhatTheTableSays) {
  const std::string path = SKEP_SOURCE_DIR "/docs/reference/isa.md";
  const std::string page = reference();
  if (std::getenv("SKEP_BLESS") != nullptr) std::ofstream(path) << page;
  const auto written = read_file(path);
  ASSERT_TRUE(written) << written.error().text();
  EXPECT_TRUE(as_text(*written) == page) << "the table changed: SKEP_BLESS=1 renews " << path;
}

TEST(Reference, HasEveryOperation) {
  const std::string page = reference();
  for (std::size_t i = 0; i < static_cast<std::size_t>(Op::ld_imm64_high); ++i)
    EXPECT_NE(page.find("| " + std::string(rows[i].name) + " |"), page.npos) << rows[i].name;
}

}  // namespace
}  // namespace skep::isa
