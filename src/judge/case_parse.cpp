// SPDX-License-Identifier: Apache-2.0
// Lines of a case file: declarations and labels at column 0, instructions indented. Declarations name what may stand
// below them, so the file is cut into pieces first and understood when all names are known.
#include <algorithm>

#include "base/suggest.hpp"
#include "facts/helpers.hpp"
#include "facts/kfuncs.hpp"
#include "isa/assemble.hpp"
#include "isa/lexer.hpp"
#include "judge/case.hpp"
#include "judge/case_facts.hpp"
#include "judge/case_rows.hpp"
#include "judge/case_words.hpp"
#include "judge/errors.hpp"
#include "module/text.hpp"

namespace skep::judge {
namespace {

using isa::is_space, isa::trimmed;

// Where `mark` stands after white space (or at the start) and before white space (or at the end); npos where not.
std::size_t find_mark(std::string_view line, std::string_view mark) {
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"' && (i == 0 || line[i - 1] != '\\')) quoted = !quoted;
    const std::size_t after = i + mark.size();
    if (!quoted && line.substr(i).starts_with(mark) && (i == 0 || is_space(line[i - 1])) &&
        (after == line.size() || is_space(line[after])))
      return i;
  }
  return line.npos;
}

// What an instruction's names mean: helpers and kernel functions are Linux's, maps the file's.
class CaseNames final : public isa::Names {
 public:
  explicit CaseNames(const std::vector<module::MapDecl>& maps) : maps_(maps) {}
  std::optional<isa::NameId> find(isa::Kind kind, std::string_view name) const override {
    if (kind == isa::Kind::helper)
      if (const facts::Helper* h = facts::helper_by_name(name)) return isa::NameId{.id = h->id};
    if (kind == isa::Kind::kfunc && facts::kfunc_by_name(name) != nullptr) return isa::NameId{};  // by name
    if (kind == isa::Kind::map)
      for (std::size_t i = 0; i < maps_.size(); ++i)
        if (maps_[i].map.name == name) return isa::NameId{.id = static_cast<int32_t>(i)};
    return std::nullopt;
  }
  std::vector<std::string> known(isa::Kind kind) const override {
    std::vector<std::string> all;
    if (kind == isa::Kind::helper)
      for (const facts::Helper& h : facts::helpers()) all.emplace_back(h.name);
    if (kind == isa::Kind::kfunc)
      for (const facts::Kfunc& k : facts::kfuncs()) all.emplace_back(k.name);
    if (kind == isa::Kind::map)
      for (const module::MapDecl& m : maps_) all.push_back(m.map.name);
    return all;
  }

 private:
  const std::vector<module::MapDecl>& maps_;
};

// A program before its names are resolved; with rows, the template of as many programs.
struct Pending {
  std::string header;  // its `prog` line
  std::string in_c;    // its name, where C has its instructions
  CaseProg prog;
  std::string text;  // its instructions and labels, line for line as in the file from first_line on
  uint32_t first_line = 0, last_line = 0;
  struct RunLine {
    uint32_t line;
    std::string text;
  };
  std::vector<RunLine> runs;
  std::vector<Row> rows;
  bool has_placeholder = false;  // in an instruction
};

// A program whose functions all have types gets them: functions of C of the same names.
void give_types(const btf::Btf& types, const isa::Program& code, module::ProgDef& prog) {
  std::vector<module::Subprog> out{{.name = prog.name, .first_insn = 0}};
  for (const isa::Label& label : code.labels)
    if (std::ranges::any_of(code.references, [&](const isa::Reference& r) {
          return r.kind == isa::Kind::subprogram && r.name == label.name;
        }))
      out.push_back({.name = label.name, .first_insn = label.at});
  for (module::Subprog& s : out) {
    const auto type = types.find(s.name, btf::Kind::func);
    if (!type) return;
    s.type = *type;
  }
  std::ranges::sort(out, {}, &module::Subprog::first_insn);
  prog.subprogs = std::move(out);
}

// Words that stand at column 0; no label may have these names.
enum class Keyword : uint8_t { map, prog, run, linux, with, c, target, not_on, label };
constexpr std::pair<std::string_view, Keyword> keywords[] = {
    {"map ", Keyword::map},     {"prog ", Keyword::prog}, {"run:", Keyword::run},       {"with ", Keyword::with},
    {"linux:", Keyword::linux}, {"c:", Keyword::c},       {"target:", Keyword::target}, {"not on ", Keyword::not_on}};

class Parser {
 public:
  Parser(std::string path, OpenC open) : open_c_(open) { file_.path = std::move(path); }

  Result<CaseFile> run(std::string_view text) {
    for (line_ = 1; !text.empty(); ++line_) {
      const std::size_t end = text.find('\n');
      if (auto ok = line(text.substr(0, end)); !ok) return fail_within(std::move(ok).error(), place(line_));
      text.remove_prefix(end == text.npos ? text.size() : end + 1);
    }
    return finish();
  }

 private:
  std::string place(uint32_t line) const { return file_.path + ":" + std::to_string(line); }

  Result<void> line(std::string_view raw) {
    if (in_c_ && (raw.empty() || is_space(raw[0]))) {
      c_.append(line_ - c_line_, '\n');  // the file's lines are its lines
      c_ += raw;
      c_line_ = line_;
      return {};
    }
    const std::string_view whole = raw.substr(0, find_mark(raw, "#")), text = trimmed(whole);
    if (text.empty()) return {};
    if (!is_space(raw[0])) return declaration(text);
    TRY_VOID(is_text("an instruction"));
    return instruction(whole);  // as it stands, so that columns are the file's
  }

  Result<void> instruction(std::string_view text) {
    const std::size_t fact = find_mark(text, "=>"), refused = find_mark(text, "!");
    const bool echoed = trimmed(text).starts_with(';');
    if (!echoed && refused < fact)
      TRY_VOID(refused_mark(trimmed(text.substr(refused + 1))));
    else if (!echoed && fact != text.npos)
      TRY_VOID(parse_facts(text, fact + 2, line_, progs_.back().prog.facts));
    const std::string_view insn = echoed ? text : text.substr(0, std::min(fact, refused));
    progs_.back().has_placeholder |= !echoed && has_placeholder(insn);
    append(insn);
    return {};
  }

  // That there is a program above, whose instructions are here.
  Result<void> is_text(std::string_view what) const {
    if (progs_.empty()) return fail(CaseOrder{.what = std::string(what), .expected = "write prog NAME: TYPE above it"});
    if (!progs_.back().in_c.empty())
      return fail(
          CaseText{.found = std::string(what),
                   .expected = "prog " + progs_.back().in_c + ": TYPE above it; without a type it is a program in C"});
    return {};
  }

  Result<void> refused_mark(std::string_view text) {
    CaseProg& prog = progs_.back().prog;
    const std::size_t end = std::min(text.find(' '), text.size());
    if (prog.refused || end == 0)
      return fail(CaseText{.found = std::string(text), .expected = "! slug words, once in a program"});
    prog.refused = RefusedMark{.line = line_,
                               .insn = 0,
                               .slug = std::string(text.substr(0, end)),
                               .words = std::string(trimmed(text.substr(end)))};
    return {};
  }

  // Empty lines stand for what is no instruction, so that the assembler's line numbers are the file's.
  void append(std::string_view text) {
    Pending& p = progs_.back();
    if (p.first_line == 0) p.first_line = p.last_line = line_;
    p.text.append(line_ - p.last_line, '\n');
    p.text += text;
    p.last_line = line_;
  }

  Result<void> declaration(std::string_view text) {
    in_c_ = false;
    auto found = std::ranges::find_if(keywords, [&](const auto& k) { return text.starts_with(k.first); });
    const Keyword keyword = found == std::end(keywords) ? Keyword::label : found->second;
    const std::string_view rest = keyword == Keyword::label ? text : trimmed(text.substr(found->first.size()));
    switch (keyword) {
      case Keyword::map: return map(text);
      case Keyword::prog: return prog(text);
      case Keyword::run: return run_line(text);
      case Keyword::linux: return verdict(rest);
      case Keyword::with: return row(rest);
      case Keyword::c: in_c_ = true; return {};
      case Keyword::target: file_.target = TRY(facts::target_by_name(rest)); return {};
      case Keyword::not_on: return not_on(rest);
      case Keyword::label: return label(text);
    }
    std::unreachable();
  }

  Result<void> map(std::string_view text) {
    module::MapDecl decl = TRY(module::parse_map_line(text));
    if (has_map(decl.map.name)) return fail(NameTwice{.what = "map", .name = decl.map.name});
    maps_.push_back(std::move(decl));
    return {};
  }

  bool has_map(std::string_view name) const {
    return std::ranges::any_of(maps_, [&](const module::MapDecl& d) { return d.map.name == name; });
  }

  // Those of C come first, because its programs name them by number.
  Result<void> add_maps(const std::vector<module::MapDef>& of_c) {
    std::vector<module::MapDecl> all;
    for (const module::MapDef& map : of_c) {
      if (has_map(map.name)) return fail_within(fail(NameTwice{.what = "map", .name = map.name}).error(), file_.path);
      all.push_back({.map = map, .inner = {}, .slots = {}});
    }
    std::ranges::move(maps_, std::back_inserter(all));
    maps_ = std::move(all);
    return {};
  }

  // `raw` is no type of Linux: memory in r1, its length in r2. Without a type it is the program of that name in C.
  Result<void> prog(std::string_view text) {
    std::string line(text);
    if (auto colon = line.find(": raw"); colon != line.npos && (colon + 5 == line.size() || is_space(line[colon + 5])))
      line.replace(colon, 5, ": unspec");
    Pending p;
    if (line.find_first_of(":{") == line.npos)
      p.in_c = std::string(trimmed(std::string_view(line).substr(line.find(' '))));
    else if (!has_placeholder(line))
      TRY_VOID(module::parse_prog_line(line));
    p.header = std::move(line);
    p.prog.line = line_;
    p.prog.not_on = not_on_all_;
    progs_.push_back(std::move(p));
    return {};
  }

  Result<void> row(std::string_view text) {
    TRY_VOID(is_text("a row"));
    Pending& p = progs_.back();
    if (p.rows.size() == most_rows)
      return fail(CaseText{.found = std::string(text),
                           .expected = "at most " + std::to_string(most_rows) + " rows of one program"});
    p.rows.push_back(TRY(parse_row(text)));
    p.rows.back().line = line_;
    return {};
  }

  Result<void> run_line(std::string_view text) {
    if (progs_.empty()) return fail(CaseOrder{.what = "a run", .expected = "write prog NAME: TYPE above it"});
    progs_.back().runs.push_back({line_, std::string(text)});
    return {};
  }

  Result<void> verdict(std::string_view rest) {
    if (progs_.empty()) return fail(CaseOrder{.what = "a verdict", .expected = "write prog NAME: TYPE above it"});
    CaseProg& prog = progs_.back().prog;
    if (rest.starts_with("rejects ")) {
      TRY_VOID(refused_mark(trimmed(rest.substr(8))));
      prog.refused->insn = {};
      return {};
    }
    const std::string_view word = rest.substr(0, rest.find(','));
    if ((word != "accepts" && word != "rejects") || (word != rest && trimmed(rest.substr(word.size() + 1)) != "all"))
      return fail(CaseText{.found = std::string(rest), .expected = "accepts, rejects or rejects SLUG words"});
    prog.linux_says = word == "accepts" ? LinuxSays::accepts : LinuxSays::rejects;
    return {};
  }

  Result<void> not_on(std::string_view rest) {
    const std::size_t colon = rest.find(": because ");
    constexpr std::string_view known[] = {"interp", "checked", "jit", "jit_noproof", "kernel"};
    const std::string_view who = rest.substr(0, colon);
    if (colon == rest.npos || std::ranges::find(known, who) == std::end(known))
      return fail(CaseText{.found = "not on " + std::string(rest),
                           .expected = "not on interp|checked|jit|jit_noproof|kernel: because …"});
    NotOn n{.line = line_, .executor = std::string(who), .because = std::string(trimmed(rest.substr(colon + 10)))};
    (progs_.empty() ? not_on_all_ : progs_.back().prog.not_on).push_back(std::move(n));
    return {};
  }

  Result<void> label(std::string_view text) {
    if (!text.ends_with(':') || text.find_first_of(" \t") != text.npos)
      return fail(CaseText{.found = std::string(text),
                           .expected = "a declaration (map, prog, run, linux, with, c, target, not on) or a label; "
                                       "instructions are indented"});
    TRY_VOID(is_text("a label"));
    append(text);
    return {};
  }

  Result<CaseFile> finish() {
    TRY_VOID(fill_rows());
    module::Module m = c_.empty() ? module::Module() : TRY(open_c_(file_.path, c_));
    m.name = file_.path;
    TRY_VOID(add_maps(m.maps));
    const CaseNames names(maps_);
    for (Pending& p : progs_) {
      if (!p.in_c.empty()) {
        p.prog.prog = TRY_WITHIN(module::find_program(m, p.in_c), place(p.prog.line));
        p.prog.license = m.license;
        p.prog.target = file_.target;
        continue;
      }
      auto decl = TRY_WITHIN(module::parse_prog_line(p.header), place(p.prog.line));
      if (std::ranges::any_of(m.progs, [&](const auto& other) { return other.name == decl.prog.name; }))
        return fail_within(fail(NameTwice{.what = "program", .name = decl.prog.name}).error(), place(p.prog.line));
      auto code = isa::assemble(p.text, names, p.first_line != 0 ? p.first_line : p.prog.line);
      if (!code) return fail_within(std::move(code).error(), p.rows.empty() ? file_.path : place(p.rows[0].line));
      if (RefusedMark* mark = p.prog.refused ? &*p.prog.refused : nullptr; mark && mark->insn)
        mark->insn = static_cast<uint32_t>(std::ranges::find(code->lines, mark->line) - code->lines.begin());
      TRY_VOID(place_facts(p.prog.facts, code->lines));
      p.prog.prog = m.progs.size();
      p.prog.license = decl.license;
      p.prog.target = target_of(decl);
      decl.prog.insns = std::move(code->insns);
      for (const isa::Reference& r : code->references)
        if (r.kind == isa::Kind::kfunc) decl.prog.externs.push_back({.insn = r.at, .name = r.name});
      if (m.btf) give_types(*m.btf, *code, decl.prog);
      m.progs.push_back(std::move(decl.prog));
    }
    m.maps = TRY_WITHIN(module::resolve(std::move(maps_), m.progs), file_.path);
    for (Pending& p : progs_) {
      for (const auto& [line, text] : p.runs) {
        p.prog.runs.push_back(TRY_WITHIN(parse_run_line(text, p.prog.prog, m), place(line)));
        p.prog.runs.back().line = line;
      }
      const bool judged = p.prog.refused || p.prog.linux_says != LinuxSays::nothing;
      if (p.prog.runs.empty() && p.prog.facts.empty() && !judged && !is_called(m, p.prog.prog))
        return fail_within(fail(CaseText{.found = "prog " + m.progs[p.prog.prog].name,
                                         .expected = "a run or a mark: it says nothing that could be wrong"})
                               .error(),
                           place(p.prog.line));
      file_.progs.push_back(std::move(p.prog));
    }
    file_.module = std::make_shared<const module::Module>(std::move(m));
    return std::move(file_);
  }

  // Lines of facts become their instructions.
  Result<void> place_facts(std::vector<Fact>& facts, const std::vector<uint32_t>& lines) const {
    for (Fact& fact : facts) {
      const auto at = std::ranges::find(lines, fact.line);
      if (at == lines.end())
        return fail_within(
            fail(CaseText{.found = fact.name + " " + fact.says, .expected = "an instruction before =>"}).error(),
            place(fact.line));
      fact.insn = static_cast<uint32_t>(at - lines.begin());
    }
    return {};
  }

  // Templates become their programs, each with the one row that it was made of.
  Result<void> fill_rows() {
    std::vector<Pending> all;
    for (Pending& p : progs_) {
      if (p.rows.empty()) {
        if (has_placeholder(p.header) || p.has_placeholder)
          return fail_within(
              fail(CaseText{.found = p.header, .expected = "rows below it: with NAME=VALUE: accepts"}).error(),
              place(p.prog.line));
        all.push_back(std::move(p));
        continue;
      }
      if (p.prog.refused || p.prog.linux_says != LinuxSays::nothing)
        return fail_within(
            fail(CaseText{.found = p.header, .expected = "verdicts in its rows, or elsewhere, but not both"}).error(),
            place(p.prog.line));
      for (std::size_t i = 0; i < p.rows.size(); ++i) all.push_back(TRY_WITHIN(instance(p, i), place(p.rows[i].line)));
    }
    progs_ = std::move(all);
    return {};
  }

  static Result<Pending> instance(const Pending& p, std::size_t index) {
    const Row& row = p.rows[index];
    std::string everything = p.header + "\n" + p.text;
    for (const auto& run : p.runs) everything += "\n" + run.text;
    TRY_VOID(all_used(everything, row));
    Pending out = p;
    out.rows = {row};
    out.prog.line = row.line;
    out.header = TRY(filled(p.header, row));
    out.header.insert(std::min(out.header.find(':'), out.header.size()), "[" + std::to_string(index + 1) + "]");
    out.text = TRY(filled(p.text, row));
    for (auto& run : out.runs) run.text = TRY(filled(run.text, row));
    if (row.slug.empty())
      out.prog.linux_says = LinuxSays::accepts;
    else
      out.prog.refused = RefusedMark{.line = row.line, .insn = {}, .slug = row.slug, .words = row.words};
    return out;
  }

  facts::Target target_of(const module::ProgDecl& decl) const {
    const facts::Target& t = decl.target ? *decl.target : file_.target;
    return decl.caps ? facts::Target(t.patch(), *decl.caps, t.jit(), t.mitigations()) : t;
  }

  // Programs in a prog_array are there for others.
  static bool is_called(const module::Module& m, std::size_t prog) {
    return std::ranges::any_of(m.maps, [&](const module::MapDef& map) {
      return std::ranges::any_of(map.slots, [&](const module::Slot& s) { return s.index == prog; });
    });
  }

  CaseFile file_;
  uint32_t line_ = 1;
  bool in_c_ = false;
  std::string c_;  // all of it, in the file's lines
  uint32_t c_line_ = 1;
  OpenC open_c_;
  std::vector<module::MapDecl> maps_;
  std::vector<Pending> progs_;
  std::vector<NotOn> not_on_all_;
};

}  // namespace

Result<CaseFile> parse_case(std::string path, std::string_view text, OpenC c) {
  return Parser(std::move(path), c).run(text);
}

}  // namespace skep::judge
