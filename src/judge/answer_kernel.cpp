// SPDX-License-Identifier: Apache-2.0
// What the running kernel answers, as JSON.
#include <fmt/format.h>

#include "judge/errors.hpp"
#include "judge/json_writer.hpp"
#include "judge/kernel_trial.hpp"

namespace skep::judge {
namespace {

const std::string& target() {
  static const std::string name = kernel::running_target();
  return name;
}

Json verdict_json(const Question& q, const KernelTrial::Verdict& v) {
  const kernel::Verdict& verdict = v.verdict;
  Json out{{"result", kernel::name(verdict.outcome)}};
  if (verdict.err != 0) {
    out["errno"] = kernel::errno_name(verdict.err);
    out["message"] = verdict.message;
  }
  out["prog"] = v.prog;
  if (verdict.insn) {
    out["insn"] = *verdict.insn;
    if (const auto* line = module::source_line(q.module->progs[v.prog], *verdict.insn); line && line->line != 0) {
      out["file"] = line->file;
      out["line"] = line->line;
    }
  }
  if (const auto& effort = verdict.effort) {
    out["processed"] = effort->processed;
    out["states"] = effort->states;
    out["peak_states"] = effort->peak_states;
    out["max_states_per_insn"] = effort->max_states_per_insn;
    out["stack_depth"] = effort->stack_depth;
    out["time_us"] = effort->time_us;
  }
  out["target"] = target();
  if (q.log != 0) out["log"] = verdict.log;
  return out;
}

Json run_json(const Result<KernelRun>& run) {
  if (!run) return error_json(run.error());
  if (run->err != 0) return {{"errno", kernel::errno_name(run->err)}};
  Json out{{"r0", fmt::format("{:#x}", run->r0)}, {"bits", 32}};
  if (run->packet) out["packet"] = to_hex(*run->packet);
  if (run->ctx) out["ctx"] = to_hex(*run->ctx);
  out["ns"] = run->ns;
  return out;
}

Json ops_json(const KernelTrial& trial, const std::vector<Op>& ops) {
  Json create = Json::array(), results = Json::array();
  const auto& [maps, programs, types] = trial.loaded();
  for (const auto& map : maps) create.push_back(map ? 0 : map.error());
  for (const Op& op : ops)
    if (op.kind == OpKind::run)
      results.push_back(programs[op.run.prog].fd ? run_json(trial.run(op.run)) : Json());
    else
      results.push_back(maps[op.map] ? op_json(trial.apply(op)) : Json());
  return {{"create", std::move(create)}, {"results", std::move(results)}};
}

}  // namespace

Json kernel_json(const Question& q) {
  const KernelTrial trial(q);
  Json out = Json::object(), runs = Json::array(), contents = Json::array();
  const auto verdict = trial.verdict();
  if (verdict) out["verify"] = verdict_json(q, *verdict);
  if (!q.ops.empty()) out["ops"] = ops_json(trial, q.ops);
  // As for any loader, one refused program is the end of all.
  const bool loaded = !verdict || verdict->verdict.outcome == kernel::Outcome::accepted;
  if (loaded)
    for (const RunInput& input : q.runs) runs.push_back(run_json(trial.run(input)));
  const bool used = loaded && (!q.runs.empty() || !q.ops.empty());  // else they hold what the line says
  for (std::size_t i = 0; used && i < q.module->maps.size(); ++i) contents.push_back(content_json(trial.content(i)));
  out["runs"] = std::move(runs);
  out["maps"] = std::move(contents);
  return out;
}

Json kernel_ops_json(const Question& q) { return {{"ops", ops_json(KernelTrial(q), q.ops)}}; }

Json kernel_hello() {
  if (const int err = kernel::availability(); err != 0)
    return error_json(fail(KernelRefuses{.why = errno_text(-err)}).error());
  return {{"target", target()}, {"release", sys::kernel_release()}};
}

}  // namespace skep::judge
