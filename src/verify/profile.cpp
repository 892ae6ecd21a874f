// SPDX-License-Identifier: Apache-2.0
#include "verify/profile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "verify/plain_words.hpp"
#include "verify/recorder.hpp"

namespace skep::verify {
namespace {

class Visits : public Recorder {
 public:
  explicit Visits(std::size_t insns) : of_(insns) {}
  void step(uint32_t insn, const State&) override { ++of_[insn]; }
  const std::vector<uint64_t>& of() const { return of_; }

 private:
  std::vector<uint64_t> of_;
};

// Knowledge of a register over several paths.
class Union {
 public:
  void add(const Reg& r) {
    if (count_++ == 0) {
      first_ = r;
    } else if (first_.is_scalar() && r.is_scalar()) {
      Scalar& s = first_.var;
      s.smin = std::min(s.smin, r.var.smin);
      s.smax = std::max(s.smax, r.var.smax);
      s.umin = std::min(s.umin, r.var.umin);
      s.umax = std::max(s.umax, r.var.umax);
      if (s.bits != r.var.bits) s.bits = Tnum::unknown();
    } else if (!same_knowledge(first_, r)) {
      several_ = true;
    }
  }
  std::string text(const module::Module& module) const {
    return several_ ? "one thing or another, by path" : plain_text(first_, module);
  }
  bool is_known() const { return count_ != 0 && (several_ || first_.kind != RegKind::not_init); }

 private:
  Reg first_ = {};
  uint64_t count_ = 0;
  bool several_ = false;
};

class Knowledge : public Recorder {
 public:
  explicit Knowledge(std::size_t insns) : regs_(insns), visits_(insns) {}
  void step(uint32_t insn, const State& s) override {
    ++visits_[insn];
    for (unsigned r = 0; r < 10; ++r) regs_[insn][r].add(s.reg(r));
  }
  Known at(std::size_t insn, const module::Module& module) const {
    Known k{.visits = visits_[insn], .text = {}};
    for (unsigned r = 0; r < 10; ++r)
      if (regs_[insn][r].is_known())
        k.text += fmt::format("{}r{}: {}", k.text.empty() ? "" : "; ", r, regs_[insn][r].text(module));
    return k;
  }

 private:
  std::vector<std::array<Union, 10>> regs_;
  std::vector<uint64_t> visits_;
};

}  // namespace

Profile profile(const Question& q) {
  Visits visits(q.prog.insns.size());
  verify(q, visits);
  Profile out;
  std::map<std::pair<std::string, uint32_t>, std::size_t> lines;
  for (uint32_t insn = 0; insn < visits.of().size(); ++insn) {
    const uint64_t n = visits.of()[insn];
    if (n == 0) continue;
    out.processed += n;
    const module::LineInfo* line = module::source_line(q.prog, insn);
    const bool known = line != nullptr && line->line != 0;
    const auto [at, is_new] =
        lines.try_emplace(known ? std::pair(line->file, line->line) : std::pair(std::string(), insn), out.lines.size());
    if (is_new) out.lines.push_back({insn, 0});
    out.lines[at->second].processed += n;
  }
  std::ranges::stable_sort(out.lines, std::ranges::greater(), &Hot::processed);
  return out;
}

std::vector<Known> known_states(const Question& q) {
  Knowledge knowledge(q.prog.insns.size());
  verify(q, knowledge);
  std::vector<Known> out;
  for (std::size_t i = 0; i < q.prog.insns.size(); ++i) out.push_back(knowledge.at(i, q.module));
  return out;
}

}  // namespace skep::verify
