// SPDX-License-Identifier: Apache-2.0
#include "verify/kernel_log.hpp"

#include <fmt/format.h>

#include "isa/op.hpp"
#include "isa/print.hpp"
#include "verify/path_log.hpp"

namespace skep::verify {
namespace {

void replace(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

bool same(const Reg& a, const Reg& b) { return a.id == b.id && a.ref == b.ref && same_knowledge(a, b); }

std::string held(unsigned r, const Reg& value) { return fmt::format(" R{}={}", r, kernel_text(value)); }

std::string source_of(const module::ProgDef& prog, uint32_t insn, const module::LineInfo*& shown) {
  const module::LineInfo* line = module::source_line(prog, insn);
  if (line == nullptr || line->line == 0) return {};
  const bool again = shown != nullptr && shown->line == line->line && shown->file == line->file;
  shown = line;
  if (again) return {};
  const std::string file = line->file.substr(line->file.rfind('/') + 1);
  std::string text = line->text;
  text.erase(0, text.find_first_not_of(" \t"));
  return fmt::format("; {} @ {}:{}\n", text, file, line->line);
}

// Writes instructions as they are walked; what one did is known at the next.
class Writer : public Recorder {
 public:
  explicit Writer(const Question& q) : q_(q) {}

  void begun() override { finish_line(), last_ = no_insn, before_ = {}; }
  void step(uint32_t insn, const State& s) override {
    const bool goes_on = last_ != no_insn && frame_ == s.top && !resumed_;
    if (goes_on) say_changes(s);
    finish_line();
    if (!goes_on) say_all(insn, s);
    resumed_ = false;
    out_ += source_of(q_.prog, insn, shown_);
    line_ = fmt::format("{}: ({:02x}) {}", insn, q_.prog.insns[insn].code, kernel_text(q_.prog, insn, q_.target));
    last_ = insn;
    frame_ = s.top;
    for (unsigned r = 0; r < 11; ++r) before_[r] = s.reg(r);
  }
  void resumed() override { finish_line(), resumed_ = true; }

  std::string text() && {
    finish_line();
    return std::move(out_);
  }

 private:
  void finish_line() {
    if (!line_.empty()) out_ += line_ + "\n";
    line_.clear();
  }
  void say_changes(const State& s) {
    std::string changes;
    for (unsigned r = 0; r < 11; ++r)
      if (!same(before_[r], s.reg(r)) && s.reg(r).kind != RegKind::not_init) changes += held(r, s.reg(r));
    if (!changes.empty()) line_ = fmt::format("{:<38};{}", line_, changes);
  }
  void say_all(uint32_t insn, const State& s) {
    std::string all;
    for (unsigned r = 0; r < 11; ++r)
      if (s.reg(r).kind != RegKind::not_init) all += held(r, s.reg(r));
    const std::string frame = s.top == 0 ? "" : fmt::format(" frame{}:", s.top);
    if (resumed_ && s.last_insn != no_insn)
      out_ += fmt::format("\nfrom {} to {}{}:{}{}\n", s.last_insn, insn, s.guessed ? " (speculative execution)" : "",
                          frame, all);
    else
      out_ += fmt::format("{}:{}{}\n", insn, frame, all);
  }

  const Question& q_;
  std::array<Reg, 11> before_ = {};
  uint32_t last_ = no_insn;
  uint8_t frame_ = 0;
  bool resumed_ = false;
  const module::LineInfo* shown_ = nullptr;
  std::string out_, line_;
};

std::string path_text(const Question& q, const PathLog& log) {
  std::string out;
  const module::LineInfo* shown = nullptr;
  for (std::size_t i = 0; i < log.size(); ++i) {
    const uint32_t insn = log[i].insn;
    if (i == 0 || log[i - 1].frame != log[i].frame) {
      out += fmt::format("{}:{}", insn, log[i].frame == 0 ? "" : fmt::format(" frame{}:", log[i].frame));
      for (unsigned r = 0; r < 11; ++r)
        if (log.before(i, r).kind != RegKind::not_init) out += held(r, log.before(i, r));
      out += "\n";
    }
    out += source_of(q.prog, insn, shown);
    std::string line =
        fmt::format("{}: ({:02x}) {}", insn, q.prog.insns[insn].code, kernel_text(q.prog, insn, q.target));
    std::string changes;
    if (i + 1 < log.size() && log[i + 1].frame == log[i].frame)
      for (unsigned r = 0; r < 11; ++r)
        if (const Reg& now = log.before(i + 1, r); now.kind != RegKind::not_init && !same(now, log.before(i, r)))
          changes += held(r, now);
    out += changes.empty() ? line + "\n" : fmt::format("{:<38};{}\n", line, changes);
  }
  return out;
}

}  // namespace

std::string kernel_text(const module::ProgDef& prog, uint32_t insn, const facts::Target& target) {
  const isa::Insn& i = prog.insns[insn];
  const isa::Row& row = isa::row(isa::decode(i));
  if (row.shape == isa::Shape::call) {
    if (i.src() == 1) return fmt::format("call pc{:+}", i.imm);
    for (const module::Extern& e : prog.externs)
      if (e.insn == insn) return fmt::format("call {}#{}", e.name, i.imm);
    const auto* helper = target.helper(static_cast<uint64_t>(i.imm));
    return fmt::format("call {}#{}", helper == nullptr ? "unknown" : "bpf_" + std::string(helper->name), i.imm);
  }
  std::string text = isa::print(prog.insns, insn);
  replace(text, " + ", " +");
  replace(text, " - ", " -");
  if (row.shape == isa::Shape::branch && row.source == isa::Source::imm) {
    const std::string number = std::to_string(i.imm) + " goto";
    replace(text, number, fmt::format("{:#x} goto", static_cast<uint32_t>(i.imm)));
  }
  replace(text, "goto +", "goto pc+");
  replace(text, "goto -", "goto pc-");
  return text;
}

std::string kernel_log(const Question& q, LogLevel level) {
  std::string out;
  Verdict v;
  if (level == LogLevel::two) {
    Writer writer(q);
    v = verify(q, writer);
    out = std::move(writer).text();
  } else {
    PathLog log;
    v = verify(q, log);
    if (v.rejection) out = path_text(q, log);
  }
  if (v.rejection) out += v.rejection->error.kernel() + "\n";
  if (v.effort.processed != 0)
    out += fmt::format(
        "stack depth {}\nprocessed {} insns (limit {}) max_states_per_insn {} total_states {} peak_states {} mark_read "
        "0\n",
        v.effort.stack_depth, v.effort.processed, q.target.limits().processed_insns, v.effort.max_states_per_insn,
        v.effort.states, v.effort.peak_states);
  return out;
}

}  // namespace skep::verify
