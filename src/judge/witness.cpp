// SPDX-License-Identifier: Apache-2.0
#include "judge/witness.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <map>

#include "judge/witness_words.hpp"
#include "verify/path_formula.hpp"
#include "verify/rejections.hpp"

namespace skep::judge {
namespace {

using verify::Condition, verify::Input, verify::Inputs64, verify::PathFormula;
using Clock = std::chrono::steady_clock;

constexpr auto longest = std::chrono::milliseconds(50);
constexpr unsigned most_runs = 24;

// What the inputs of a formula are in the world: what maps hold, and what the run is given.
class World {
 public:
  World(const verify::Question& q, const PathFormula& path, const Inputs64& inputs)
      : q_(q), path_(path), inputs_(inputs), values_(path.formula, {}, needed(path)) {
    values_.compute(inputs);
  }

  Witness make(const module::Module& module) && {
    auto filled = std::make_shared<module::Module>(module);
    const bool packet = context::Context::exists_for(q_.type());
    if (packet)
      w_.run.packet.emplace();
    else
      context_bytes() = Buffer(context_size());
    for (std::size_t i = 0; i < inputs_.size(); ++i) put(path_.inputs[i], inputs_[i]);
    if (packet) frame();
    for (std::size_t i = 0; i < path_.lookups.size(); ++i) element(i, *filled);
    for (auto& [map, value] : globals_) filled->maps[map].initial = {{Buffer(4), std::move(value)}};
    w_.module = std::move(filled);
    w_.target = q_.target.name();
    return std::move(w_);
  }

 private:
  static std::vector<verify::Node> needed(const PathFormula& path) {
    std::vector<verify::Node> all;
    for (const verify::Lookup& l : path.lookups) {
      all.insert(all.end(), l.key.begin(), l.key.end());
      all.push_back(l.found);
    }
    return all;
  }

  std::optional<Buffer>& context_bytes() { return q_.type() == facts::ProgType::unspec ? w_.run.mem : w_.run.ctx; }
  std::size_t context_size() const {
    if (q_.type() == facts::ProgType::unspec) return q_.memory_bytes;
    return facts::layout(facts::row(q_.type()).context).bytes;
  }

  void put(const Input& what, uint64_t v) {
    switch (what.kind) {
      case Input::Kind::context_field: return context_field(what.at, v);
      case Input::Kind::packet_byte: packet_[what.at] = static_cast<uint8_t>(v); return;
      case Input::Kind::packet_length: length_ = v; return;
      case Input::Kind::value_byte: values_of_[what.of].emplace_back(what.at, static_cast<uint8_t>(v)); return;
      case Input::Kind::global_byte: return global(what.of, what.at, static_cast<uint8_t>(v));
      case Input::Kind::found: return;
      case Input::Kind::clock: w_.run.now_ns = v; return;
      case Input::Kind::random_number: w_.run.random.push_back(static_cast<uint32_t>(v)); return;
      case Input::Kind::processor: w_.run.cpu = static_cast<unsigned>(v); return;
    }
  }

  void context_field(uint32_t at, uint64_t v) {
    if (auto& bytes = context_bytes()) {
      if (at < bytes->size()) (*bytes)[at] = static_cast<uint8_t>(v);
    } else if (v != 0) {
      w_.run.ctx_fields.emplace_back(context_field_name(q_.type(), at), v);
    }
  }

  void global(uint32_t map, uint32_t at, uint8_t v) {
    const module::MapDef& def = q_.module.maps[map];
    Buffer& value = globals_[map];
    if (value.empty() && !def.initial.empty()) value = def.initial[0].value;
    value.resize(def.value_size);
    value[at] = v;
  }

  void frame() {
    const bool network = facts::row(q_.type()).test_run == facts::TestRun::network;
    const std::size_t hidden = network ? 14 : 0;
    Buffer& frame = *w_.run.packet;
    frame.resize(hidden + length_);
    if (network) frame[12] = 0x08;  // IPv4
    for (const auto& [at, v] : packet_)
      if (at < length_) frame[hidden + at] = v;
  }

  void element(std::size_t i, module::Module& module) {
    const verify::Lookup& l = path_.lookups[i];
    if (values_[l.found] == 0 || l.key.empty()) return;
    module::MapDef& map = module.maps[l.map];
    module::Entry e{.key = {}, .value = Buffer(map.value_size)};
    for (const verify::Node n : l.key) e.key.push_back(static_cast<uint8_t>(values_[n]));
    for (const auto& [at, v] : values_of_[static_cast<uint32_t>(i)]) e.value[at] = v;
    map.initial.push_back(std::move(e));
  }

  const verify::Question& q_;
  const PathFormula& path_;
  const Inputs64& inputs_;
  verify::Values values_;
  Witness w_;
  std::map<uint32_t, uint8_t> packet_;
  std::map<uint32_t, std::vector<std::pair<uint32_t, uint8_t>>> values_of_;  // by lookup
  std::map<uint32_t, Buffer> globals_;
  std::size_t length_ = 0;
};

bool names_map(const module::ProgDef& prog, std::size_t map) {
  return std::ranges::any_of(prog.insns, [&](const isa::Insn& i) {
    return isa::is_ld_imm64(i) && (i.src() == 1 || i.src() == 2) && i.imm == static_cast<int32_t>(map);
  });
}

module::MapDef placeholder() {
  module::MapDef map;
  map.name = "unused";
  map.type = facts::MapType::array;
  map.key_size = map.value_size = 4;
  map.max_entries = 1;
  return map;
}

// A lookup finds the same where nothing was evicted, and the user engine has no LRU maps yet.
facts::MapType without_eviction(facts::MapType type) {
  if (type == facts::MapType::lru_hash) return facts::MapType::hash;
  return type == facts::MapType::lru_percpu_hash ? facts::MapType::percpu_hash : type;
}

class Hunt {
 public:
  Hunt(std::shared_ptr<const module::Module> module, const verify::Question& q, const verify::Rejection& rejection,
       const PathFormula& path)
      : q_(q), rejection_(rejection), path_(path), rig_(q.target, lanes) {
    // Only the refused program and the maps it names: others are no part of the run.
    auto alone = std::make_shared<module::Module>(*module);
    alone->progs = {q.prog};
    alone->progs[0].core_relocations = 0;
    for (std::size_t i = 0; i < alone->maps.size(); ++i) {
      alone->maps[i].slots.clear();
      if (!names_map(q.prog, i)) alone->maps[i] = placeholder();
      alone->maps[i].type = without_eviction(alone->maps[i].type);
    }
    module_ = std::move(alone);
  }

  std::optional<Witness> run() {
    for (unsigned round = 0; round < rounds; ++round)
      for (const auto& goal : path_.goals) {
        std::vector<Condition> wanted = goal;
        // In the last round whatever breaks the rule: the way may be none that a run can take.
        if (round + 1 < rounds) wanted.insert(wanted.begin(), path_.way.begin(), path_.way.end());
        const auto inputs = verify::solve(path_.formula, wanted, chance_);
        if (inputs)
          if (auto w = violates(*inputs, goal)) return w;
        if (runs_ >= most_runs || Clock::now() - begin_ > longest) return {};
      }
    return {};
  }

 private:
  static constexpr unsigned lanes = 4, rounds = 4;

  std::optional<Witness> violates(const Inputs64& inputs, std::span<const Condition> goal) {
    if (std::ranges::find(tried_, inputs) != tried_.end()) return {};
    tried_.push_back(inputs);
    ++runs_;
    Witness w = World(q_, path_, inputs).make(*module_);
    auto trial = Trial::begin(rig_, w.module, {.executor = user::Executor::checked});
    if (!trial) return {};
    const auto result = trial->run(w.run);
    if (!result || !is_violation(result->outcome)) return {};
    w.fault = result->outcome.fault;
    w.r0 = result->outcome.r0;
    say(q_, rejection_, path_, inputs, goal, w);
    return w;
  }

  bool is_violation(const vm::Outcome& out) const {
    const vm::FaultKind kind = out.fault.kind;
    if (path_.deed.kind == verify::Deed::Kind::answers) {
      const auto [least, most] = verify::allowed_answers(rejection_);
      const auto r0 = static_cast<int64_t>(out.r0);
      return kind == vm::FaultKind::none && (r0 < least || r0 > most);
    }
    if (kind != vm::FaultKind::out_of_bounds && kind != vm::FaultKind::uninitialised && kind != vm::FaultKind::too_deep)
      return false;
    return out.fault.insn == rejection_.insn || verify::is_about_moving(rejection_.error.row());
  }

  const verify::Question& q_;
  const verify::Rejection& rejection_;
  const PathFormula& path_;
  std::shared_ptr<const module::Module> module_;
  Rig rig_;
  verify::Chance chance_;
  std::vector<Inputs64> tried_;
  unsigned runs_ = 0;
  Clock::time_point begin_ = Clock::now();
};

}  // namespace

std::optional<Witness> find_witness(std::shared_ptr<const module::Module> module, const verify::Question& question,
                                    const verify::Rejection& rejection) {
  if (!verify::is_about_values(rejection.error.row())) return {};
  const auto path = verify::path_formula(question, rejection);
  if (!path) return {};
  return Hunt(std::move(module), question, rejection, *path).run();
}

}  // namespace skep::judge
