// SPDX-License-Identifier: Apache-2.0
// skep's own verdict, as JSON.
#include <algorithm>
#include <chrono>

#include "engine/kernel/verdict.hpp"
#include "judge/json_writer.hpp"
#include "judge/question.hpp"
#include "verify/verify.hpp"

namespace skep::judge {

Json verify_json(const Question& q) {
  verify::Effort sum;
  std::size_t prog = 0;
  std::optional<verify::Rejection> rejection;
  verify::Answer answer = verify::Answer::accepted;
  const auto begin = std::chrono::steady_clock::now();
  const std::size_t judged = std::min(q.module->progs.size(), q.judged);
  for (; prog < judged && answer == verify::Answer::accepted; ++prog) {
    auto v = verify::verify({.module = *q.module, .prog = q.module->progs[prog], .target = q.target});
    answer = v.answer;
    rejection = std::move(v.rejection);
    sum.processed += v.effort.processed;
    sum.states += v.effort.states;
    sum.peak_states = std::max(sum.peak_states, v.effort.peak_states);
    sum.max_states_per_insn = std::max(sum.max_states_per_insn, v.effort.max_states_per_insn);
    sum.stack_depth += v.effort.stack_depth;
  }
  const auto took = std::chrono::steady_clock::now() - begin;
  Json out{{"result", verify::name_of(answer)}};
  if (rejection) {
    const Error& e = rejection->error;
    out["code"] = e.row().code;
    out["errno"] = kernel::errno_name(e.row().err);
    out["message"] = e.message();
  }
  out["prog"] = prog == 0 ? 0 : prog - 1;
  if (rejection) {
    out["insn"] = rejection->insn;
    if (const auto* line = module::source_line(q.module->progs[prog - 1], rejection->insn); line && line->line != 0) {
      out["file"] = line->file;
      out["line"] = line->line;
    }
  }
  out["processed"] = sum.processed;
  out["states"] = sum.states;
  out["peak_states"] = sum.peak_states;
  out["max_states_per_insn"] = sum.max_states_per_insn;
  out["stack_depth"] = sum.stack_depth;
  out["time_us"] = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  out["target"] = q.target.name();
  if (q.log != 0) out["log"] = rejection ? rejection->error.kernel() : std::string();
  return out;
}

}  // namespace skep::judge
