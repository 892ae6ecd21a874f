// SPDX-License-Identifier: Apache-2.0
#include "cli/verify_dot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "api/names.hpp"
#include "cli/verify_screen.hpp"
#include "isa/print.hpp"
#include "verify/flow.hpp"

namespace skep::cli {
namespace {

constexpr std::string_view grey = "#777777", red = "#c00000", blue = "#0050c0";
constexpr std::size_t longest = 88;  // columns of a line of text in a box

struct Edge {
  uint32_t from, to;  // first instructions of blocks
  uint32_t insn;      // that leads there
  std::string_view label = {};
  enum class Kind : uint8_t { goes_on, back, call, callback } kind = Kind::goes_on;
};

// Boxes and edges, from the instructions alone: Linux may have refused to look at them as a graph.
class Graph {
 public:
  explicit Graph(const module::ProgDef& prog) : insns_(prog.insns), begins_(insns_.size()), function_(insns_.size()) {
    for (const module::Subprog& s : prog.subprogs) begin_function(s.first_insn);
    begin_function(0);
    each_insn([&](uint32_t pc) {
      const isa::Insn& insn = insns_[pc];
      if (verify::names_subprogram(insn)) begin_function(static_cast<uint32_t>(verify::callee_start(insn, pc)));
      if (!verify::moves_on(insn) && !verify::is_exit(insn)) return;
      begin(verify::after(insn, pc));
      for (const uint32_t to : verify::successors(insn, pc)) begin(to);
    });
    std::vector<bool> is_insn(insns_.size());
    each_insn([&](uint32_t pc) { is_insn[pc] = true; });
    for (std::size_t pc = 0; pc < insns_.size(); ++pc) begins_[pc] = begins_[pc] && is_insn[pc];
    each_insn([&](uint32_t pc) { add_edges(pc); });
    find_loops();
  }

  bool begins(uint32_t pc) const { return pc < begins_.size() && begins_[pc]; }
  bool begins_function(uint32_t pc) const { return begins(pc) && function_[pc]; }
  uint32_t after(uint32_t pc) const { return pc + static_cast<uint32_t>(isa::slots_at(insns_, pc)); }
  const std::vector<Edge>& edges() const { return edges_; }

 private:
  template <class F>
  void each_insn(F f) const {
    for (uint32_t pc = 0; pc < insns_.size(); pc = after(pc)) f(pc);
  }
  void begin(uint32_t pc) {
    if (pc < begins_.size()) begins_[pc] = true;
  }
  void begin_function(uint32_t pc) {
    begin(pc);
    if (pc < function_.size()) function_[pc] = true;
  }

  void add_edges(uint32_t pc) {
    const isa::Insn& insn = insns_[pc];
    if (begins_[pc]) block_ = pc, calls_.clear();
    if (verify::names_subprogram(insn)) {
      const auto kind = verify::is_subprogram_call(insn) ? Edge::Kind::call : Edge::Kind::callback;
      const auto to = static_cast<uint32_t>(verify::callee_start(insn, pc));
      if (calls_.emplace(kind, to).second)
        edges_.push_back(
            {.from = block_, .to = to, .insn = pc, .label = kind == Edge::Kind::call ? "" : "callback", .kind = kind});
    }
    const verify::Successors next = verify::successors(insn, pc);
    const bool inside = next.count == 1 && !verify::moves_on(insn) && next.at[0] == after(pc);
    if (inside && next.at[0] < insns_.size() && !begins_[next.at[0]]) return;
    for (const uint32_t& to : next)
      edges_.push_back({.from = block_,
                        .to = to,
                        .insn = pc,
                        .label = next.count == 1       ? ""
                                 : &to == next.begin() ? "not taken"
                                                       : "taken"});
  }

  // An edge to where a path already was that is walked depth first.
  void find_loops() {
    enum class Seen : uint8_t { no, on_path, done };
    std::vector<Seen> seen(insns_.size());
    const auto first_edge = [&](uint32_t from) {  // edges stand in the order of where they begin
      return static_cast<std::size_t>(std::ranges::lower_bound(edges_, from, {}, &Edge::from) - edges_.begin());
    };
    struct At {
      uint32_t block;
      std::size_t edge;
    };
    for (uint32_t root = 0; root < insns_.size(); ++root) {
      if (!begins_[root] || seen[root] != Seen::no) continue;
      seen[root] = Seen::on_path;
      for (std::vector<At> path = {{root, first_edge(root)}}; !path.empty();) {
        At& at = path.back();
        if (at.edge == edges_.size() || edges_[at.edge].from != at.block) {
          seen[at.block] = Seen::done;
          path.pop_back();
          continue;
        }
        Edge& e = edges_[at.edge++];
        if (e.kind != Edge::Kind::goes_on || !begins(e.to)) continue;
        if (seen[e.to] == Seen::on_path) e.kind = Edge::Kind::back;
        if (seen[e.to] != Seen::no) continue;
        seen[e.to] = Seen::on_path;
        path.push_back({e.to, first_edge(e.to)});
      }
    }
  }

  const std::vector<isa::Insn>& insns_;
  std::vector<bool> begins_, function_;
  std::vector<Edge> edges_;
  uint32_t block_ = 0;
  std::set<std::pair<Edge::Kind, uint32_t>> calls_;  // of this block
};

std::string coloured(std::string_view colour, std::string_view text) {
  const std::string label = dot_label(text);
  return colour.empty() ? label : fmt::format("<font color=\"{}\">{}</font>", colour, label);
}

// Lines of a sentence that a box has room for.
std::vector<std::string> wrapped(std::string_view sentence) {
  constexpr std::size_t room = longest - 8;
  std::vector<std::string> lines;
  while (sentence.size() > room) {
    const std::size_t space = sentence.rfind(' ', room);
    if (space == sentence.npos || space == 0) break;
    lines.emplace_back(sentence.substr(0, space));
    sentence.remove_prefix(space + 1);
  }
  lines.emplace_back(sentence);
  return lines;
}

class Picture {
 public:
  Picture(const api::VerifyReport& report, const api::ProgramVerdict& p, const std::vector<verify::Known>& known)
      : report_(report),
        p_(p),
        prog_(report.prog(p)),
        known_(known),
        names_(prog_, &report.module(p)),
        flow_(verify::analyse({.module = report.module(p), .prog = prog_, .target = p.target})),
        graph_(prog_) {
    if (p.verdict.rejection && !known.empty() && p.verdict.answer != verify::Answer::attr)
      refused_ = p.verdict.rejection->insn;
  }

  std::string text() const {
    std::string out = fmt::format(
        "digraph \"{}\" {{\n"
        "  label=<{}> labelloc=t fontname=monospace\n"
        "  node [shape=box fontname=monospace fontsize=10]\n"
        "  edge [fontname=monospace fontsize=9]\n",
        dot_name(prog_.name), dot_label(title()));
    for (uint32_t pc = 0; pc < prog_.insns.size();) {
      out += fmt::format("  subgraph cluster_{} {{\n    label=<{}> color=\"{}\"\n", pc, dot_label(function(pc)), grey);
      do {
        const uint32_t end = end_of(pc);
        out += box(pc, end);
        pc = end;
      } while (pc < prog_.insns.size() && !graph_.begins_function(pc));
      out += "  }\n";
    }
    bool nowhere = false;
    for (const Edge& e : graph_.edges()) {
      out += arrow(e);
      nowhere |= !graph_.begins(e.to);
    }
    if (nowhere) out += fmt::format("  nowhere [label=<no instruction> shape=plaintext fontcolor=\"{}\"]\n", red);
    return out + "}\n";
  }

 private:
  std::string title() const {
    std::string out = fmt::format("{} {}: {}", report_.objects[p_.object].name, prog_.name, said(p_.verdict.answer));
    if (refused_ < prog_.insns.size()) return out + fmt::format(" at instruction {}", refused_);
    return p_.verdict.rejection ? out + ": " + cause() : out;
  }

  std::string cause() const {
    return p_.explanation ? p_.explanation->cause : std::string(p_.verdict.rejection->error.message());
  }

  std::string function(uint32_t pc) const {
    const module::Subprog* s = module::subprog_at(prog_, pc);
    if (s != nullptr && s->first_insn == pc) return s->name;
    return pc == 0 ? prog_.name : fmt::format("pc+{}", pc);
  }

  uint32_t end_of(uint32_t pc) const {
    do pc = graph_.after(pc);
    while (pc < prog_.insns.size() && !graph_.begins(pc));
    return pc;
  }

  bool walked(uint32_t pc) const { return pc < known_.size() && known_[pc].visits != 0; }

  // What is known there of a register that is read later; nothing: not known, or nobody cares.
  std::vector<verify::Known::Register> held(uint32_t pc) const {
    std::vector<verify::Known::Register> out;
    for (const verify::Known::Register& r : known_[pc].registers)
      if (!flow_ || (flow_->at[pc].live >> r.number & 1) != 0) out.push_back(r);
    return out;
  }

  // What the instruction changed of it, unless it says so itself.
  std::string changed(uint32_t pc, uint32_t next) const {
    const isa::Insn& insn = prog_.insns[pc];
    const bool constant = insn.code == 0xb7 || insn.code == 0xb4;
    const bool named = isa::is_ld_imm64(insn) && insn.src() != 2;  // but addresses of variables
    if (!walked(pc) || !walked(next) || constant || named || (insn.code == 0xbf && insn.src() == 10)) return {};
    std::string out;
    for (const verify::Known::Register& r : held(next))
      if (std::ranges::find(known_[pc].registers, r) == known_[pc].registers.end())
        out += fmt::format("{}r{}: {}", out.empty() ? "" : "; ", r.number, r.text);
    return out;
  }

  std::string box(uint32_t first, uint32_t end) const {
    constexpr std::string_view line_end = "<br align=\"left\"/>\n";
    std::string text;
    const auto add = [&](std::string_view colour, std::string_view line) {
      text += coloured(colour, shortened(printable(line), longest));
      text += line_end;
    };
    if (walked(first))
      for (const verify::Known::Register& r : held(first)) add(grey, fmt::format("r{}: {}", r.number, r.text));
    std::string shown;
    for (uint32_t pc = first; pc < end; pc = graph_.after(pc)) {
      const module::LineInfo* line = module::source_line(prog_, pc);
      if (line != nullptr && line->line != 0 && line_text(*line) != shown) {
        shown = line_text(*line);
        add(blue, shown);
      }
      std::string insn = fmt::format("{:>4}  {}", pc, isa::print(prog_.insns, pc, names_));
      const uint32_t next = graph_.after(pc);
      const std::string after = next < end ? changed(pc, next) : "";
      if (!after.empty()) insn = padded(insn, 38) + "  ";
      text += coloured(pc == refused_ ? red : walked(pc) ? "" : grey, shortened(printable(insn), longest));
      text += after.empty() ? "" : coloured(grey, shortened(printable(after), longest));
      text += line_end;
      if (pc == refused_)
        for (const std::string& part : wrapped(cause())) add(red, "      " + part);
    }
    const bool here = first <= refused_ && refused_ < end;
    return fmt::format("    i{} [label=<{}>{}]\n", first, text,
                       here             ? fmt::format(" color=\"{}\" penwidth=2", red)
                       : !walked(first) ? " style=filled fillcolor=\"#e4e4e4\" color=\"#999999\""
                                        : "");
  }

  std::string arrow(const Edge& e) const {
    std::string style;
    if (!e.label.empty()) style += fmt::format(" label=\"{}\"", e.label);
    switch (e.kind) {
      case Edge::Kind::goes_on: break;
      case Edge::Kind::back: style += fmt::format(" color=\"{0}\" fontcolor=\"{0}\" penwidth=2", blue); break;
      case Edge::Kind::call:
      case Edge::Kind::callback: style += " style=dashed constraint=false"; break;
    }
    if ((!walked(e.insn) || !walked(e.to)) && e.kind != Edge::Kind::back)
      style += fmt::format(" color=\"{0}\" fontcolor=\"{0}\"", grey);
    const std::string to = graph_.begins(e.to) ? fmt::format("i{}", e.to) : "nowhere";
    return fmt::format("  i{} -> {}{}\n", e.from, to, style.empty() ? "" : " [" + style.substr(1) + "]");
  }

  const api::VerifyReport& report_;
  const api::ProgramVerdict& p_;
  const module::ProgDef& prog_;
  const std::vector<verify::Known>& known_;
  api::ProgramNames names_;
  verify::Judged<verify::Flow> flow_;
  Graph graph_;
  uint32_t refused_ = UINT32_MAX;
};

// U+FFFE and U+FFFF are no characters, says XML, and dot gives up.
std::string xml_characters(std::string_view text) {
  std::string out = printable(text);
  for (const std::string_view none : {"\xef\xbf\xbe", "\xef\xbf\xbf"})
    for (std::size_t at = out.find(none); at != out.npos; at = out.find(none, at))
      out.replace(at, none.size(), "\uFFFD");
  return out;
}

}  // namespace

std::string dot_label(std::string_view text) {
  std::string out;
  for (const char c : xml_characters(text)) {
    switch (c) {
      case '\\': out += "\\\\"; break;  // \\G would be the graph's name
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string dot_name(std::string_view text) {
  std::string out;
  for (const char c : xml_characters(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string dot_text(const api::VerifyReport& report, const api::ProgramVerdict& program,
                     const std::vector<verify::Known>& known) {
  return Picture(report, program, known).text();
}

}  // namespace skep::cli
