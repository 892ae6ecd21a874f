// SPDX-License-Identifier: Apache-2.0
// skep's own verdict, as JSON.
#include <algorithm>
#include <chrono>

#include "engine/kernel/vmlinux.hpp"
#include "judge/json_writer.hpp"
#include "judge/question.hpp"
#include "judge/verdict_words.hpp"
#include "judge/witness.hpp"
#include "sys/bpf.hpp"
#include "verify/verify.hpp"

namespace skep::judge {

Json verify_json(const Question& q) {
  verify::Effort sum;
  std::size_t prog = 0;
  verify::Verdict last{.answer = verify::Answer::accepted};
  // Kernel objects have the running kernel's types.
  const btf::Shared types = kernel::vmlinux().value_or(nullptr);
  const auto begin = std::chrono::steady_clock::now();
  const std::size_t judged = std::min(q.module->progs.size(), q.judged);
  for (; prog < judged && last.answer == verify::Answer::accepted; ++prog) {
    last = verify::verify({.module = *q.module,
                           .prog = q.module->progs[prog],
                           .target = q.target,
                           .options = {.cpus = sys::possible_cpus()},
                           .memory_bytes = q.memory_bytes(),
                           .kernel_types = types});
    sum.processed += last.effort.processed;
    sum.states += last.effort.states;
    sum.peak_states = std::max(sum.peak_states, last.effort.peak_states);
    sum.max_states_per_insn = std::max(sum.max_states_per_insn, last.effort.max_states_per_insn);
    sum.stack_depth += last.effort.stack_depth;
  }
  const auto took = std::chrono::steady_clock::now() - begin;
  if (prog != 0) --prog;
  if (last.rejection) sum = last.effort;  // as Linux tells it, which is asked about one program at a time
  Json out{{"result", verify::name_of(last.answer)}};
  if (last.rejection) {
    const VerdictWords words = words_of(last, q.module->progs[prog]);
    out["code"] = words.code;
    out["errno"] = words.err;
    out["message"] = words.message;
  }
  out["prog"] = prog;
  if (last.rejection) {
    const VerdictWords words = words_of(last, q.module->progs[prog]);
    out["insn"] = words.insn;
    if (words.line != 0) {
      out["file"] = words.file;
      out["line"] = words.line;
    }
  }
  out["processed"] = sum.processed;
  out["states"] = sum.states;
  out["peak_states"] = sum.peak_states;
  out["max_states_per_insn"] = sum.max_states_per_insn;
  out["stack_depth"] = sum.stack_depth;
  out["time_us"] = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  out["target"] = q.target.name();
  if (q.log != 0) out["log"] = last.rejection ? last.rejection->error.kernel() : std::string();
  return out;
}

Json witness_json(const Question& q) {
  const btf::Shared types = kernel::vmlinux().value_or(nullptr);
  const verify::Question question{
      .module = *q.module, .prog = q.module->progs.front(), .target = q.target, .kernel_types = types};
  const verify::Verdict v = verify::verify(question);
  if (v.answer != verify::Answer::rejected) return nullptr;
  const auto found = find_witness(q.module, question, *v.rejection);
  return found ? Json::parse(json(*found)) : Json(nullptr);
}

}  // namespace skep::judge
