// SPDX-License-Identifier: Apache-2.0
#include "judge/case_verify.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/kernel/vmlinux.hpp"
#include "verify/verify.hpp"

namespace skep::judge {
namespace {

bool kernel_answers() {
  static const bool answers = kernel::availability() == 0 && kernel::running_target().starts_with("linux-6.18");
  return answers;
}

// The last line, without the numbers and their signs: ids and addresses differ from load to load.
std::string kind_of(std::string_view message) {
  if (const auto at = message.rfind('\n'); at != message.npos) message.remove_prefix(at + 1);
  std::string out;
  for (char c : message)
    if ((c < '0' || c > '9') && c != '-') out += c;
  return out;
}

}  // namespace

const kernel::Loaded& CaseVerdicts::loaded(const CaseProg& prog) {
  const auto [at, is_new] = loads_.try_emplace(prog.license + " " + prog.target.caps().text());
  if (is_new) {
    module::Module m = *file_.module;
    m.license = prog.license;
    at->second = kernel::load(m, {.caps = prog.target.caps()});
  }
  return at->second;
}

std::vector<Failure> CaseVerdicts::ask(const CaseProg& prog) {
  std::vector<Failure> out;
  if (prog.linux_says == LinuxSays::nothing && !prog.refused) return out;
  ++asked_;
  module::Module m = *file_.module;
  m.license = prog.license;
  const module::ProgDef& def = m.progs[prog.prog];
  const btf::Shared types = kernel::vmlinux().value_or(nullptr);
  const verify::Verdict v = verify::verify({.module = m, .prog = def, .target = prog.target, .kernel_types = types});
  const std::string place =
      fmt::format("{}:{}: {}", file_.path, prog.refused ? prog.refused->line : prog.line, def.name);
  auto differs = [&](std::string text) { out.push_back({place, std::move(text)}); };
  const bool rejects = prog.refused || prog.linux_says == LinuxSays::rejects;
  const bool rejected = v.answer == verify::Answer::rejected || v.answer == verify::Answer::attr;
  std::string came(verify::name_of(v.answer));
  if (v.rejection)
    came += fmt::format(" at insn {}: {} {}", v.rejection->insn, v.rejection->error.row().slug,
                        v.rejection->error.message());
  if (v.answer == verify::Answer::unknown || rejected != rejects) {
    differs(fmt::format("expected {}; skep: {}", rejects ? "rejected" : "accepted", came));
  } else if (const auto& mark = prog.refused; mark) {
    const Error& e = v.rejection->error;
    if (v.rejection->insn != mark->insn.value_or(v.rejection->insn) || e.row().slug != mark->slug ||
        e.message().find(mark->words) == std::string::npos)
      differs(fmt::format("expected rejected{}: {} {}; skep: {}",
                          mark->insn ? fmt::format(" at insn {}", *mark->insn) : "", mark->slug, mark->words, came));
  }
  const bool excepted = std::ranges::any_of(prog.not_on, [](const NotOn& n) { return n.executor == "kernel"; });
  if (def.type != facts::ProgType::unspec && kernel_answers() && !excepted)
    compare_with_kernel(prog, rejects, v.rejection ? v.rejection->error.kernel() : "",
                        v.rejection ? v.rejection->insn : 0, place, out);
  return out;
}

std::vector<std::string> CaseVerdicts::known(const CaseProg& prog) const {
  std::vector<verify::Asked> asked;
  for (const Fact& f : prog.facts) asked.push_back({f.insn, f.place});
  module::Module m = *file_.module;
  m.license = prog.license;
  return verify::known_after({.module = m,
                              .prog = m.progs[prog.prog],
                              .target = prog.target,
                              .kernel_types = kernel::vmlinux().value_or(nullptr)},
                             asked);
}

void CaseVerdicts::compare_with_kernel(const CaseProg& prog, bool rejects, std::string_view words, uint32_t insn,
                                       const std::string& place, std::vector<Failure>& out) {
  const kernel::Verdict& k = loaded(prog).programs[prog.prog].verdict;
  if (k.outcome == kernel::Outcome::unknown) return;  // this machine does not load such programs
  ++asked_kernel_;
  const bool rejected = k.outcome != kernel::Outcome::accepted;
  if (rejected != rejects) {
    out.push_back({place, fmt::format("expected {}; Linux: {} {}", rejects ? "rejected" : "accepted",
                                      kernel::name(k.outcome), k.message)});
    return;
  }
  if (k.outcome != kernel::Outcome::rejected) return;
  if (k.insn && *k.insn != insn && prog.refused)
    out.push_back({place, fmt::format("skep refuses insn {}, Linux {}: {}", insn, *k.insn, k.message)});
  if (kind_of(words) != kind_of(k.message))
    out.push_back({place, fmt::format("skep in Linux's words: {}; Linux: {}", words, k.message)});
}

}  // namespace skep::judge
