// SPDX-License-Identifier: Apache-2.0
// Questions answered, and the answers as JSON. Members come in the order of docs/reference/batch.md.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "judge/answerer.hpp"
#include "judge/errors.hpp"
#include "judge/map_ops.hpp"

namespace skep::judge {
namespace {

using Json = nlohmann::ordered_json;

std::string to_line(const Json& v) { return v.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json error_json(const Error& e) {
  return {{"error", {{"code", e.row().slug}, {"message", e.message()}, {"place", e.place()}, {"hint", e.hint()}}}};
}

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

Json content_json(maps::Map& map) {
  auto content = content_of(map);
  if (!content) return error_json(content.error());
  Json out = Json::array();
  for (const auto& [key, value] : *content) out.push_back({to_hex(key), to_hex(value)});
  return out;
}

// ---- operations on maps -------------------------------------------------------------------------------------------

Json keys_json(const std::vector<Buffer>& keys) {
  Json out = Json::array();
  for (const Buffer& k : keys) out.push_back(to_hex(k));
  return out;
}

Json batch_json(const BatchResult& b) {
  Json out{{"errno", b.err}, {"count", b.count}};
  if (b.elements) {
    out["elements"] = Json::array();
    for (const auto& [k, v] : *b.elements) out["elements"].push_back({to_hex(k), to_hex(v)});
  }
  return out;
}

Json op_json(const Result<OpResult>& r) {
  if (!r) return error_json(r.error());
  if (const auto* n = std::get_if<int>(&*r)) return *n;
  if (const auto* bytes = std::get_if<Buffer>(&*r)) return to_hex(*bytes);
  if (const auto* keys = std::get_if<std::vector<Buffer>>(&*r)) return keys_json(*keys);
  return batch_json(std::get<BatchResult>(*r));
}

Json ops_json(Trial& trial, const std::vector<Op>& ops) {
  Json create = Json::array(), results = Json::array();
  for (std::size_t i = 0; i < trial.maps().size(); ++i) create.push_back(0);
  for (const Op& op : ops)
    results.push_back(op.kind == OpKind::run ? run_json(trial.run(op.run)) : op_json(apply(*trial.maps()[op.map], op)));
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
  auto trial = Trial::begin(rig, q.module, executor);
  if (!trial) return error_json(trial.error());
  Json out = Json::object(), runs = Json::array(), contents = Json::array();
  for (const RunInput& input : q.runs) runs.push_back(run_json(trial->run(input)));
  if (!q.ops.empty()) out["ops"] = ops_json(*trial, q.ops);
  for (const auto& map : trial->maps()) contents.push_back(content_json(*map));
  out["runs"] = std::move(runs);
  out["maps"] = std::move(contents);
  return out;
}

Json only_ops_json(Rig& rig, const Question& q) {
  if (!q.on_user) return not_available("the kernel engine", "leave \"on\" out");
  auto trial = Trial::begin(rig, q.module, user::Executor::checked);
  return trial ? ops_json(*trial, q.ops) : ops_without_all_maps(*q.module, rig.engine().lanes(), q.ops, trial.error());
}

Json member(Rig& rig, Ask ask, const Question& q) {
  if (!q.unavailable.empty()) return not_available(q.unavailable[0], "");
  switch (ask) {
    case Ask::verify: return not_available("the verifier", "checked runs without one");
    case Ask::interp: return executor_json(rig, user::Executor::interp, q);
    case Ask::checked: return executor_json(rig, user::Executor::checked, q);
    case Ask::jit: return not_available("the JIT", "ask interp");
    case Ask::jit_noproof: return not_available("the JIT", "ask checked");
    case Ask::kernel: return not_available("the kernel engine", "ask checked");
    case Ask::ops: return only_ops_json(rig, q);
  }
  std::unreachable();
}

// Where two answers differ, as "runs[0].r0". Time is nobody's answer; a list of another length is one difference.
void find_differences(const Json& a, const Json& b, const std::string& place, std::set<std::string>& found) {
  if (a.is_object() && b.is_object()) {
    for (const auto& [name, value] : a.items()) {
      if (name == "ns") continue;
      const std::string inside = place.empty() ? name : place + "." + name;
      auto other = b.find(name);
      if (other == b.end())
        found.insert(inside);
      else
        find_differences(value, *other, inside, found);
    }
    for (const auto& [name, value] : b.items())
      if (!a.contains(name)) found.insert(place.empty() ? name : place + "." + name);
  } else if (a.is_array() && b.is_array() && a.size() == b.size()) {
    for (std::size_t i = 0; i < a.size(); ++i)
      find_differences(a[i], b[i], place + "[" + std::to_string(i) + "]", found);
  } else if (a != b) {
    found.insert(place);
  }
}

// Executors of which one could not answer are not compared.
void add_differences(Json& out, const Question& q) {
  std::vector<const Json*> answers;
  for (Ask ask : q.asks)
    if (ask != Ask::verify && ask != Ask::ops)
      if (const Json& a = out[name(ask)]; !a.contains("error")) answers.push_back(&a);
  if (answers.size() < 2) return;
  std::set<std::string> found;
  for (std::size_t i = 1; i < answers.size(); ++i) find_differences(*answers[0], *answers[i], "", found);
  out["differs"] = found;
}

Json hello(unsigned lanes) {
  Json out = Json::object();
  out["hello"] = 1;
  out["v"] = 1;
  out["version"] = SKEP_VERSION;
  out["target"] = facts::Target().name();
  out["lanes"] = lanes;
  out["engines"] = {"user"};
  out["executors"] = {"interp", "checked", "ops"};
  out["kernel"] = not_available("the kernel engine", "ask checked");
  return out;
}

// `id` is JSON text already.
std::string answer_line(const std::string& id, const Json& members) {
  const std::string rest = to_line(members);
  return "{\"id\":" + id + (members.empty() ? "" : ",") + rest.substr(1);
}

}  // namespace

Rig& Batch::Answerer::rig_for(const facts::Target& target) {
  return rigs_.try_emplace(target.name(), target, options_.lanes).first->second;
}

std::string Batch::Answerer::answer(std::string_view line) {
  auto q = read_question(line);
  if (!q) return answer_line(q.error().id, error_json(q.error().error));
  if (q->hello) return answer_line(q->id, hello(options_.lanes));
  for (RunInput& run : q->runs) run.max_insns = std::min(run.max_insns, options_.most_insns);
  for (Op& op : q->ops) op.run.max_insns = std::min(op.run.max_insns, options_.most_insns);
  Rig& rig = rig_for(q->target);
  Json out = Json::object();
  for (Ask ask : q->asks) out[name(ask)] = member(rig, ask, *q);
  add_differences(out, *q);
  return answer_line(q->id, out);
}

std::string Batch::Answerer::too_long() const {
  return answer_line("null", error_json(fail(LineTooLong{.most = most_line_bytes}).error()));
}

}  // namespace skep::judge
