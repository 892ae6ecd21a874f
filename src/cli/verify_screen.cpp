// SPDX-License-Identifier: Apache-2.0
#include "cli/verify_screen.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "api/names.hpp"
#include "isa/print.hpp"
#include "verify/rejections.hpp"

namespace skep::cli {
namespace {

std::string_view without_folders(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string_view stripped(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  return line;
}

// "drop.bpf.c:15", or "drop.bpf.o insn 7" where lines are not known.
std::string place(const api::VerifyReport& report, const api::ProgramVerdict& p) {
  const uint32_t insn = p.verdict.rejection->insn;
  const module::LineInfo* line = module::source_line(report.prog(p), insn);
  if (line != nullptr && line->line != 0) return fmt::format("{}:{}", without_folders(line->file), line->line);
  return fmt::format("{} insn {}", report.objects[p.object].name, insn);
}

std::string slug(const Error& e, const Paint& paint) {
  return paint.dim(fmt::format("{} {}", e.row().slug, e.row().code));
}

// A line of the program and what is said beside it.
struct Row {
  std::string number, text, remark, insn;
  bool wrong = false;
};

std::vector<Row> rows_of(const api::VerifyReport& report, const api::ProgramVerdict& p) {
  const module::ProgDef& prog = report.prog(p);
  const api::ProgramNames names(prog, &report.module(p));
  const uint32_t refused = p.verdict.rejection->insn;
  const module::LineInfo* last = module::source_line(prog, refused);
  std::vector<Row> rows;
  for (const verify::Remark& r : p.explanation->path) {
    const module::LineInfo* line = module::source_line(prog, r.insn);
    const bool known = line != nullptr && line->line != 0 && !stripped(line->text).empty();
    const std::string insn = r.insn < prog.insns.size() ? isa::print(prog.insns, r.insn, names) : "";
    Row row{.number = {}, .text = insn, .remark = r.text, .insn = {}};
    if (known) {
      row.number = line->file == last->file || last == nullptr
                       ? std::to_string(line->line)
                       : fmt::format("{}:{}", without_folders(line->file), line->line);
      row.text = stripped(line->text);
    } else {
      row.number = std::to_string(r.insn);
    }
    row.wrong = &r == &p.explanation->path.back();
    if (row.wrong) row.remark = "", row.insn = known ? fmt::format("insn {}: {}", r.insn, insn) : "";
    const bool again = !rows.empty() && rows.back().number == row.number;
    if (again && row.wrong) {
      rows.back().wrong = true;
      rows.back().insn = row.insn;
    } else if (again) {
      rows.back().remark += (rows.back().remark.empty() ? "" : "; ") + row.remark;
    } else {
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

std::string lines_on_the_way(const api::VerifyReport& report, const api::ProgramVerdict& p, const Paint& paint) {
  const std::vector<Row> rows = rows_of(report, p);
  std::size_t number = 0, text = 0;
  for (const Row& r : rows) {
    number = std::max(number, width(r.number));
    if (!r.remark.empty() || r.wrong) text = std::max(text, std::min<std::size_t>(width(printable(r.text)), 64));
  }
  std::string out;
  const std::string margin = "  " + std::string(number, ' ') + " │";
  for (const Row& r : rows) {
    std::string line = "  " + paint.dim(std::string(number - width(r.number), ' ') + r.number) + " │  ";
    const std::string shown = printable(r.text);
    line += padded(r.wrong ? paint.red(shown) : shown, text);
    if (r.wrong) line += "   " + paint.red("←");
    if (!r.remark.empty()) line += (r.wrong ? " " : "   ") + paint.dim(printable(r.remark));
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
    if (!r.insn.empty()) out += margin + "  " + paint.dim(printable(r.insn)) + "\n";
  }
  if (!p.explanation->held.empty()) out += margin + "  " + printable(p.explanation->held) + "\n";
  return out;
}

std::string effort(const api::VerifyReport& report, const api::ProgramVerdict& p) {
  return grouped(p.verdict.effort.processed != 0 ? p.verdict.effort.processed : report.prog(p).insns.size()) + " insns";
}

}  // namespace

std::string_view said(verify::Answer answer) {
  switch (answer) {
    case verify::Answer::accepted: return "accepted";
    case verify::Answer::rejected:
    case verify::Answer::attr: return "refused";
    case verify::Answer::unknown: return "unknown";
  }
  return "";
}

std::string sums(const api::VerifyReport& report) {
  auto count = [&](std::string_view word) {
    return static_cast<uint64_t>(std::ranges::count_if(
        report.programs, [&](const api::ProgramVerdict& p) { return said(p.verdict.answer) == word; }));
  };
  std::string out = plural(report.programs.size(), "program");
  for (std::string_view word : {"accepted", "refused", "unknown"})
    if (const uint64_t n = count(word); n != 0) out += fmt::format(", {} {}", grouped(n), word);
  if (!report.unread.empty()) out += fmt::format(", {} not read", plural(report.unread.size(), "file"));
  return out;
}

std::string verdict_table(const api::VerifyReport& report, const Paint& paint) {
  Table table;
  for (const api::ProgramVerdict& p : report.programs) {
    const module::ProgDef& prog = report.prog(p);
    const bool accepted = p.verdict.answer == verify::Answer::accepted;
    const std::string word(said(p.verdict.answer));
    std::vector<Cell> row{{accepted ? paint.green(word) : paint.red(word)},
                          {printable(report.objects[p.object].name)},
                          {printable(prog.name)},
                          {std::string(name(prog.type))}};
    if (accepted) {
      row.push_back({effort(report, p), Align::right});
      row.push_back({duration(p.ns), Align::right});
    }
    table.add(std::move(row));
  }
  std::vector<std::string> lines;
  std::size_t columns = 0;  // of what every program has
  for (std::string text = table.text("  "); !text.empty(); text.erase(0, text.find('\n') + 1))
    lines.push_back(text.substr(0, text.find('\n')));
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (report.programs[i].verdict.rejection) columns = std::max(columns, width(lines[i]));
  std::string with_reasons;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const api::ProgramVerdict& p = report.programs[i];
    std::string line = lines[i];
    if (p.verdict.rejection) {
      const Error& e = p.verdict.rejection->error;
      line = padded(line, columns) + fmt::format("  {}  {}   {}", printable(place(report, p)),
                                                 printable(p.explanation ? p.explanation->cause : e.message()),
                                                 paint.dim(e.row().slug));
    }
    with_reasons += line + "\n";
  }
  return with_reasons;
}

std::string explained(const api::VerifyReport& report, const api::ProgramVerdict& p, const Paint& paint) {
  const Error& error = p.verdict.rejection->error;
  const std::string in = report.programs.size() > 1 ? " in " + printable(report.prog(p).name) : std::string();
  if (!p.explanation) {
    const std::string hint = error.hint().empty() ? "" : ". " + sentence(error.hint());
    return fmt::format("{}{}  {}: {}   {}\n", printable(place(report, p)), in, paint.red(said(p.verdict.answer)),
                       printable(error.message() + hint), slug(error, paint));
  }
  const verify::Explanation& e = *p.explanation;
  std::string out = fmt::format("{}{}  {}: {}   {}\n\n", printable(place(report, p)), in, paint.red("refused"),
                                printable(e.cause), slug(error, paint));
  out += lines_on_the_way(report, p, paint);
  if (p.witness)
    out += fmt::format("\n  {}\n", printable(judge::text(*p.witness)));
  else if (p.witnesses == api::Witnesses::search && verify::is_about_values(error.row()))
    out += "\n  " + paint.dim("no input was found that does this, but Linux cannot prove that there is none") + "\n";
  if (!e.suggestion.empty()) {
    out += "\n  try  " + printable(e.suggestion);
    if (e.before_line != 0) out += paint.dim(fmt::format("   before line {}", e.before_line));
    out += "\n";
  }
  return out;
}

std::string profile_text(const api::VerifyReport& report, const api::ProgramVerdict& p, const verify::Profile& profile,
                         const Paint& paint) {
  constexpr std::size_t most_lines = 20;
  const module::ProgDef& prog = report.prog(p);
  const api::ProgramNames names(prog, &report.module(p));
  Table table;
  for (std::size_t i = 0; i < std::min(profile.lines.size(), most_lines); ++i) {
    const verify::Hot& hot = profile.lines[i];
    const module::LineInfo* line = module::source_line(prog, hot.insn);
    const bool known = line != nullptr && line->line != 0;
    table.add({{percent(hot.processed, profile.processed), Align::right},
               {grouped(hot.processed), Align::right},
               {paint.dim(known ? printable(fmt::format("{}:{}", without_folders(line->file), line->line))
                                : fmt::format("insn {}", hot.insn))},
               {printable(known && !line->text.empty() ? std::string(stripped(line->text))
                                                       : isa::print(prog.insns, hot.insn, names))}});
  }
  std::string out = fmt::format("{} {}: {}, {} walked\n", printable(report.objects[p.object].name),
                                printable(prog.name), said(p.verdict.answer), plural(profile.processed, "instruction"));
  out += table.text("  ");
  if (profile.lines.size() > most_lines)
    out += paint.dim(fmt::format("  and {}\n", plural(profile.lines.size() - most_lines, "line")));
  return out;
}

std::string line_text(const module::LineInfo& line) {
  return printable(fmt::format("{}:{}  {}", without_folders(line.file), line.line, stripped(line.text)));
}

std::string states_text(const api::VerifyReport& report, const api::ProgramVerdict& p,
                        const std::vector<verify::Known>& known, const Paint& paint) {
  const module::ProgDef& prog = report.prog(p);
  const api::ProgramNames names(prog, &report.module(p));
  std::string out = fmt::format("{} {}: {}\n", printable(report.objects[p.object].name), printable(prog.name),
                                said(p.verdict.answer));
  const module::LineInfo* shown = nullptr;
  for (std::size_t pc = 0; pc < prog.insns.size(); pc += isa::slots_at(prog.insns, pc)) {
    const module::LineInfo* line = module::source_line(prog, static_cast<uint32_t>(pc));
    if (line != nullptr && line != shown && line->line != 0) {
      shown = line;
      out += "  " + paint.dim(line_text(*line)) + "\n";
    }
    const std::string before = known[pc].visits == 0 ? "never walked" : known[pc].text();
    out += fmt::format("       {}\n", paint.dim(printable(before)));
    out += fmt::format("  {:>4} {}\n", pc, printable(isa::print(prog.insns, pc, names)));
  }
  return out;
}

}  // namespace skep::cli
