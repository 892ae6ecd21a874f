// SPDX-License-Identifier: Apache-2.0
// Lines, labels and what tools put in front of instructions; the instructions themselves are read by grammar.cpp.
// One pass makes all slots; names that may be labels below are filled in after it.
#include "isa/assemble.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/bytes.hpp"
#include "isa/errors.hpp"
#include "isa/grammar.hpp"
#include "isa/text.hpp"

namespace skep::isa {
namespace {

using Type = Token::Type;

constexpr std::size_t most_tokens = 48;  // the longest spelling has 24
constexpr std::size_t most_slots = std::size_t{1} << 24;

// Said by compilers about the text, not to us.
constexpr std::array<std::string_view, 8> ignored_directives = {".text", ".globl", ".global", ".p2align",
                                                                ".type", ".size",  ".file",   ".addrsig"};

std::string_view without_comment(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i)
    if ((line[i] == '#' && (i == 0 || is_space(line[i - 1]))) || line.substr(i, 2) == "//") return line.substr(0, i);
  return line;
}

// objdump repeats where a jump leads: goto +0x3 <LBB0_2>
std::string_view without_annotation(std::string_view statement) {
  const std::size_t at = statement.rfind(" <");
  return statement.ends_with('>') && at != statement.npos ? trimmed(statement.substr(0, at)) : statement;
}

// Lines that objdump and bpftool write around instructions; the last is a function's: int drop(struct xdp_md * ctx):
bool is_heading(std::string_view line) {
  return line.starts_with("Disassembly of section ") || line.find(":\tfile format ") != line.npos ||
         line.ends_with("):");
}

bool is_hex_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// objdump shows the bytes first, bpftool on a line of their own: b7 01 00 00 05 00 00 00, or sixteen of them.
std::string_view without_raw_bytes(std::string_view text) {
  std::string_view rest = text;
  std::size_t bytes = 0;
  while (rest.size() >= 2 && is_hex_digit(rest[0]) && is_hex_digit(rest[1]) &&
         (rest.size() == 2 || is_space(rest[2]))) {
    rest.remove_prefix(std::min<std::size_t>(rest.size(), 3));
    ++bytes;
  }
  return bytes == 8 || bytes == 16 ? trimmed(rest) : text;
}

class Assembler {
 public:
  Assembler(const Names& names, uint32_t first_line) : names_(names), line_(first_line) {}

  Result<Program> run(std::string_view text) {
    for (;; ++line_) {
      const std::size_t end = text.find('\n');
      TRY_VOID(line(text.substr(0, end)));
      if (end == text.npos) break;
      text.remove_prefix(end + 1);
    }
    for (const Fixup& f : fixups_) TRY_VOID(resolve(f));
    return std::move(program_);
  }

 private:
  struct Fixup {
    Later how;
    uint32_t at, line, column;
    std::string_view name;
  };

  std::unexpected<Error> at(const char* place, std::unexpected<Error> e) const {
    return fail_within(std::move(e).error(), place_of(line_, column(place)));
  }
  static std::string place_of(uint32_t line, uint32_t column) {
    return "line " + std::to_string(line) + ", column " + std::to_string(column);
  }
  uint32_t column(const char* place) const { return static_cast<uint32_t>(place - line_start_) + 1; }

  Result<void> line(std::string_view text) {
    line_start_ = text.data();
    if (trimmed(text).starts_with(';') || is_heading(trimmed(text))) return {};
    text = without_comment(text);
    for (;;) {
      const std::size_t end = text.find(';');
      const bool from_a_log = TRY(statement(trimmed(text.substr(0, end))));
      // In the kernel's log `;` starts a remark: 12: (b7) r1 = 5   ; R1_w=5
      if (end == text.npos || from_a_log) return {};
      text.remove_prefix(end + 1);
    }
  }

  // Says whether it was a line of the kernel's log.
  Result<bool> statement(std::string_view text) {
    const bool numbered = remove_number(text);
    text = without_raw_bytes(text);
    TRY_VOID(take_labels(text));
    std::optional<uint8_t> opcode;
    if (text.size() >= 4 && text[0] == '(' && text[3] == ')')
      if (auto byte = from_hex(text.substr(1, 2))) opcode = (*byte)[0], text = trimmed(text.substr(4));
    text = without_annotation(text);
    if (text.empty()) return numbered && opcode;
    if (text[0] == '.') {
      TRY_VOID(directive(text));
      return false;
    }
    TRY_VOID(instruction(text, opcode));
    return numbered && opcode;
  }

  // "12:"
  static bool remove_number(std::string_view& text) {
    const Token number = first_token(text);
    const std::string_view rest = text.substr(number.text.size());
    if (number.type != Type::number || !rest.starts_with(':')) return false;
    text = trimmed(rest.substr(1));
    return true;
  }

  Result<void> take_labels(std::string_view& text) {
    for (;;) {
      Token name = first_token(text);
      std::string_view rest = text.substr(name.text.size());
      if (name.type == Type::number && rest.starts_with(" <") && rest.ends_with(">:")) {  // 0000000000000000 <name>:
        name = first_token(rest.substr(2));
        rest = ":";
      }
      if (name.type != Type::word || !rest.starts_with(':')) return {};
      const auto here = static_cast<uint32_t>(program_.insns.size());
      auto [known, is_new] = labels_.try_emplace(name.text, program_.labels.size());
      if (!is_new)
        return at(name.text.data(),
                  fail(LabelTwice{.name = shown(name.text), .line = program_.labels[known->second].line}));
      program_.labels.push_back({.name = std::string(name.text), .at = here, .line = line_});
      text = trimmed(rest.substr(1));
    }
  }

  Result<void> directive(std::string_view text) {
    const std::string_view name = first_token(text).text;
    if (name == ".insn") return raw_slot(trimmed(text.substr(name.size())));
    if (std::ranges::find(ignored_directives, name) != ignored_directives.end()) return {};
    return at(text.data(), fail(UnknownDirective{.name = shown(name)}));
  }
  Result<void> raw_slot(std::string_view text) {
    const auto bytes = text.starts_with("0x") ? from_hex(text.substr(2)) : std::nullopt;
    if (!bytes || bytes->size() != sizeof(Insn))
      return at(text.data(), fail(NotAsExpected{.found = "'" + shown(text) + "'",
                                                .expected = "0x and 16 digits, the bytes as in the file",
                                                .suggestion = ""}));
    return append(load<Insn>(bytes->data()), text);
  }

  Result<void> append(const Insn& insn, std::string_view text) {
    if (program_.insns.size() == most_slots) return at(text.data(), fail(ProgramTooLong{.most = most_slots}));
    program_.insns.push_back(insn);
    program_.lines.push_back(line_);
    return {};
  }

  Result<void> instruction(std::string_view text, std::optional<uint8_t> opcode) {
    std::array<Token, most_tokens + 1> tokens;
    std::size_t count = 0;
    for (std::string_view rest = text;; ++count) {
      if (count == tokens.size()) return at(text.data(), fail(StatementTooLong{.most = most_tokens}));
      tokens[count] = first_token(rest);
      if (tokens[count].type == Type::end) break;
      rest = rest.substr(static_cast<std::size_t>(tokens[count].text.end() - rest.begin()));
    }
    auto read = read_statement({tokens.data(), count + 1}, names_, opcode);
    if (!read) return at(read.error().at->text.data(), std::unexpected(std::move(read.error().error)));

    const auto here = static_cast<uint32_t>(program_.insns.size());
    TRY_VOID(append(read->insn, text));
    if (is_ld_imm64(read->insn)) TRY_VOID(append(read->high, text));
    if (read->named) program_.references.push_back({*read->named, std::string(read->name->text), here});
    if (read->later != Later::nothing)
      fixups_.push_back({read->later, here, line_, column(read->name->text.data()), read->name->text});
    return {};
  }

  // Where a label or a subprogram stands.
  std::optional<int64_t> place_named(std::string_view name, Kind kind) const {
    if (auto l = labels_.find(name); l != labels_.end()) return program_.labels[l->second].at;
    if (auto id = names_.find(kind, name)) return id->id;
    return std::nullopt;
  }

  Result<void> resolve(const Fixup& f) {
    Insn& insn = program_.insns[f.at];
    const std::string place = place_of(f.line, f.column);
    const bool is_jump = f.how == Later::jump_by_off || f.how == Later::jump_by_imm;
    const auto to = place_named(f.name, is_jump ? Kind::label : Kind::subprogram);
    if (!to) {
      const auto kfunc = f.how == Later::call ? names_.find(Kind::kfunc, f.name) : std::nullopt;
      if (!kfunc) return fail_within(unknown(f).error(), place);
      const Insn call = encode(Op::call_kfunc);
      insn = make_insn(call.code, 0, call.src(), kfunc->btf, kfunc->id);
      program_.references.push_back({Kind::kfunc, std::string(f.name), f.at});
      return {};
    }
    const int64_t distance = *to - f.at - 1;
    if (f.how != Later::jump_by_off)
      insn.imm = static_cast<int32_t>(distance);
    else if (distance >= INT16_MIN && distance <= INT16_MAX)
      insn.off = static_cast<int16_t>(distance);
    else
      return fail_within(fail(OutOfRange{.what = "distance to '" + shown(f.name) + "'",
                                         .value = std::to_string(distance),
                                         .bound = distance < 0 ? "at least -32768" : "at most 32767",
                                         .remedy = "gotol reaches further"})
                             .error(),
                         place);
    if (!is_jump) program_.references.push_back({Kind::subprogram, std::string(f.name), f.at});
    return {};
  }

  std::unexpected<Error> unknown(const Fixup& f) const {
    std::vector<std::string> labels;
    for (const Label& l : program_.labels) labels.push_back(l.name);
    switch (f.how) {
      case Later::call:
        return no_such_name(f.name, "helper, subprogram or kfunc", {Kind::helper, Kind::subprogram, Kind::kfunc},
                            names_, std::move(labels));
      case Later::function: return no_such_name(f.name, "subprogram", {Kind::subprogram}, names_, std::move(labels));
      case Later::nothing:
      case Later::jump_by_off:
      case Later::jump_by_imm: break;
    }
    return no_such_name(f.name, "label", {Kind::label}, names_, std::move(labels));
  }

  const Names& names_;
  uint32_t line_;
  const char* line_start_ = nullptr;
  Program program_;
  std::unordered_map<std::string_view, std::size_t> labels_;  // into program_.labels
  std::vector<Fixup> fixups_;
};

}  // namespace

Result<Program> assemble(std::string_view text, const Names& names, uint32_t first_line) {
  return Assembler(names, first_line).run(text);
}

}  // namespace skep::isa
