// SPDX-License-Identifier: Apache-2.0
// Questions answered, and the answers as JSON. Members come in the order of docs/reference/batch.md.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "judge/answerer.hpp"
#include "judge/errors.hpp"
#include "judge/json_writer.hpp"

namespace skep::judge {
namespace {

Json fault_json(const vm::Fault& f) {
  return {
      {"kind", vm::name(f.kind)}, {"insn", f.insn}, {"address", fmt::format("{:#x}", f.address)}, {"region", f.region}};
}

Json run_json(Result<RunResult> run) {
  if (!run) return error_json(run.error());
  const RunResult& r = *run;
  Json out = Json::object();
  if (r.outcome.fault.kind == vm::FaultKind::none) {
    out["r0"] = fmt::format("{:#x}", r.outcome.r0);
    out["bits"] = 64;
  } else {
    out["fault"] = fault_json(r.outcome.fault);
  }
  if (r.packet) out["packet"] = to_hex(*r.packet);
  if (r.ctx) out["ctx"] = to_hex(*r.ctx);
  if (r.mem) out["mem"] = to_hex(*r.mem);
  out["printk"] = r.printk;
  out["events"] = Json::array();
  out["insns"] = r.outcome.insns;
  out["ns"] = r.ns;
  return out;
}

// ---- operations on maps -------------------------------------------------------------------------------------------

Json ops_json(Trial& trial, const std::vector<Op>& ops) {
  Json create = Json::array(), results = Json::array();
  for (std::size_t i = 0; i < trial.maps().size(); ++i) create.push_back(0);
  for (const Op& op : ops)
    if (op.kind == OpKind::run)
      results.push_back(trial.refused() ? Json() : run_json(trial.run(op.run)));
    else
      results.push_back(op_json(apply(*trial.maps()[op.map], op)));
  return {{"create", std::move(create)}, {"results", std::move(results)}};
}

// The module could not be loaded for `why`. Where that is a map that bpf(2) refuses, the answer says which maps can be
// made, and `null` for all that is done with the others; no program of such a module runs.
Json ops_without_all_maps(const module::Module& module, unsigned lanes, const std::vector<Op>& ops, const Error& why) {
  Json create = Json::array(), results = Json::array();
  std::vector<std::shared_ptr<maps::Map>> made;
  bool all = true;
  for (const module::MapDef& def : module.maps) {
    auto map = maps::create(definition_of(def), lanes);
    if (!map && map.error().row().slug == NotAvailable::row.slug) return error_json(map.error());
    create.push_back(map ? 0 : -map.error().row().err);
    all &= map.has_value();
    made.push_back(map ? *std::move(map) : nullptr);
  }
  if (all) return error_json(why);
  for (const Op& op : ops)
    results.push_back(op.kind == OpKind::run || !made[op.map] ? Json() : op_json(apply(*made[op.map], op)));
  return {{"create", std::move(create)}, {"results", std::move(results)}};
}

// ---- members ------------------------------------------------------------------------------------------------------

Json not_available(std::string what, std::string instead) {
  return error_json(fail(NotAvailable{.what = std::move(what), .instead = std::move(instead)}).error());
}

Json executor_json(Rig& rig, user::Executor executor, const Question& q) {
  auto trial =
      Trial::begin(rig, q.module, {.executor = executor, .judged = q.judged, .memory_bytes = q.memory_bytes()});
  if (!trial) return error_json(trial.error());
  Json out = Json::object(), runs = Json::array(), contents = Json::array();
  if (trial->refused()) {  // as for any loader, one refused program is the end of all
    out["verify"] = verify_json(q);
    if (!q.ops.empty()) out["ops"] = ops_json(*trial, q.ops);
    out["runs"] = std::move(runs);
    out["maps"] = std::move(contents);
    return out;
  }
  for (const RunInput& input : q.runs) runs.push_back(run_json(trial->run(input)));
  if (!q.ops.empty()) out["ops"] = ops_json(*trial, q.ops);
  for (const auto& map : trial->maps()) contents.push_back(content_json(content_of(*map)));
  out["runs"] = std::move(runs);
  out["maps"] = std::move(contents);
  return out;
}

Json only_ops_json(Rig& rig, const Question& q) {
  auto trial = Trial::begin(rig, q.module, {.executor = user::Executor::checked});
  return trial ? ops_json(*trial, q.ops) : ops_without_all_maps(*q.module, rig.engine().lanes(), q.ops, trial.error());
}

// What `kernel` in `do`, or in `on`, answers.
Json kernel_member(const Question& q, Kernel kernel) {
  if (kernel == Kernel::left_alone) return not_available("the kernel here", "ask checked");
  const bool asked = std::ranges::find(q.asks, Ask::kernel) != q.asks.end();
  return asked ? kernel_json(q) : kernel_ops_json(q);
}

Json member(Rig& rig, Ask ask, const Question& q, Kernel kernel) {
  if (!q.unavailable.empty()) return not_available(q.unavailable[0], "");
  switch (ask) {
    case Ask::verify: return verify_json(q);
    case Ask::witness: return witness_json(q);
    case Ask::interp: return executor_json(rig, user::Executor::interp, q);
    case Ask::checked: return executor_json(rig, user::Executor::checked, q);
    case Ask::jit: return not_available("the JIT", "ask interp");
    case Ask::jit_noproof: return not_available("the JIT", "ask checked");
    case Ask::kernel: return kernel_member(q, kernel);
    case Ask::ops: return only_ops_json(rig, q);
  }
  std::unreachable();
}

// Executors of which one could not answer are not compared; nor is one that did not load what checked ran.
bool comparable(const Json& answer) {
  if (answer.contains("error")) return false;
  const auto verify = answer.find("verify");
  return verify == answer.end() || (*verify)["result"] != "unknown";
}
bool was_refused(const Json& answer) { return answer.contains("verify") && answer["verify"]["result"] != "accepted"; }

void add_differences(Json& out, const Question& q) {
  std::vector<const Json*> answers;
  for (Ask ask : q.asks)
    if (ask != Ask::verify && ask != Ask::witness && ask != Ask::ops)
      if (const Json& a = out[name(ask)]; comparable(a) && !(ask == Ask::interp && was_refused(a)))
        answers.push_back(&a);
  std::set<std::string> found;
  for (std::size_t i = 1; i < answers.size(); ++i) found.merge(differences(*answers[0], *answers[i]));
  bool compared = answers.size() > 1;
  // Operations on both engines, without an executor that does them too.
  if (out.contains("ops") && out.contains("kernel") && out["kernel"].contains("ops")) {
    compared = true;
    for (const std::string& place : differences(out["ops"], out["kernel"]["ops"])) found.insert("ops." + place);
  }
  if (out.contains("verify") && out["verify"].contains("result") && out.contains("kernel") &&
      out["kernel"].contains("verify")) {
    compared = true;
    found.merge(verdict_differences(out["verify"], out["kernel"]["verify"]));
  }
  if (compared) out["differs"] = found;
}

Json hello(const BatchOptions& options) {
  Json out = Json::object();
  out["hello"] = 1;
  out["v"] = 1;
  out["version"] = SKEP_VERSION;
  out["target"] = facts::Target().name();
  out["lanes"] = options.lanes;
  out["engines"] = {"user", "kernel"};
  out["executors"] = {"interp", "checked", "kernel", "ops"};
  out["kernel"] = options.kernel == Kernel::asked ? kernel_hello() : not_available("the kernel here", "ask checked");
  return out;
}

// `id` is JSON text already.
std::string answer_line(const std::string& id, const Json& members) {
  const std::string rest = to_line(members);
  return "{\"id\":" + id + (members.empty() ? "" : ",") + rest.substr(1);
}

}  // namespace

// Walks of so many instructions are not worth their log.
static bool is_refused_soon(const Json& verdict) {
  constexpr int64_t soon = 20'000;
  return verdict.value("result", "") == "rejected" && verdict.value("processed", int64_t{0}) < soon;
}

Rig& Batch::Answerer::rig_for(const facts::Target& target) {
  return rigs_.try_emplace(target.name(), target, options_.lanes).first->second;
}

std::string Batch::Answerer::answer(std::string_view line) {
  auto q = read_question(line, options_.open_object);
  if (!q) return answer_line(q.error().id, error_json(q.error().error));
  if (q->hello) return answer_line(q->id, hello(options_));
  for (RunInput& run : q->runs) run.max_insns = std::min(run.max_insns, options_.most_insns);
  for (Op& op : q->ops) op.run.max_insns = std::min(op.run.max_insns, options_.most_insns);
  Rig& rig = rig_for(q->target);
  Json out = Json::object();
  const bool ops = std::ranges::find(q->asks, Ask::ops) != q->asks.end();
  for (Ask ask : q->asks)
    if (ask != Ask::ops || q->on_user) {
      const Json& one = out[name(ask)] = member(rig, ask, *q, options_.kernel);
      if (ask == Ask::verify && is_refused_soon(one)) q->foreseen = kernel::Foreseen::refused;
    }
  if (ops && q->on_kernel && !out.contains(name(Ask::kernel)))
    out[name(Ask::kernel)] = member(rig, Ask::kernel, *q, options_.kernel);
  add_differences(out, *q);
  return answer_line(q->id, out);
}

std::string Batch::Answerer::too_long() const {
  return answer_line("null", error_json(fail(LineTooLong{.most = most_line_bytes}).error()));
}

}  // namespace skep::judge
