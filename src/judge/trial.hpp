// SPDX-License-Identifier: Apache-2.0
// A trial: one module, one executor, fresh maps; runs that follow one another on them. What batch lines and case
// files have in common, so that a case cannot be written for one executor only.
//
// Everything a run sees is in its input: clock, random numbers and lane too, so that two executors see the same.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "context/context.hpp"
#include "engine/user/engine.hpp"
#include "module/module.hpp"

namespace skep::judge {

struct RunInput {
  std::size_t prog = 0;
  std::optional<Buffer> packet = {};
  std::optional<facts::Packet> start = {};  // link or network; not said: what the kernel's test run shows this type
  std::optional<Buffer> ctx = {};
  std::vector<std::pair<std::string, uint64_t>> ctx_fields = {};
  std::optional<Buffer> mem = {};
  std::vector<uint64_t> args = {};
  unsigned cpu = 0;
  uint64_t now_ns = 0;  // the clock stands still during a run
  uint64_t seed = 0;    // of get_prandom_u32
  uint64_t max_insns = 1'000'000;
};

struct RunResult {
  vm::Outcome outcome;
  std::optional<Buffer> packet = {}, ctx = {}, mem = {};  // as the run left them
  std::vector<std::string> printk = {};
  uint64_t ns = 0;
};

// What trials share because making it costs more than a run: the engine with its lanes and stacks, and one packet
// buffer for each program type that was met. One thread at a time.
class Rig {
 public:
  explicit Rig(const facts::Target& target, unsigned lanes) : engine_(target, lanes) {}
  user::Engine& engine() { return engine_; }
  context::Context& context_of(facts::ProgType type);

 private:
  user::Engine engine_;
  std::array<std::unique_ptr<context::Context>, std::size(facts::prog_types)> contexts_;
};

class Trial {
 public:
  // Loads the module anew: maps are as their declarations say.
  static Result<Trial> begin(Rig& rig, std::shared_ptr<const module::Module> module, user::Executor executor);

  // An error means that there was no run, or that it was stopped at its limit. A fault is a result.
  Result<RunResult> run(const RunInput& input);

  const std::vector<std::shared_ptr<maps::Map>>& maps() const { return loaded_->maps(); }
  const std::vector<std::shared_ptr<user::Program>>& programs() const { return loaded_->programs(); }

 private:
  Trial(Rig& rig, std::shared_ptr<user::Loaded> loaded, user::Executor executor)
      : rig_(&rig), loaded_(std::move(loaded)), executor_(executor) {}
  Result<user::Input> prepare(facts::ProgType type, const RunInput& input, RunResult& result);

  Rig* rig_;
  std::shared_ptr<user::Loaded> loaded_;
  user::Executor executor_;
};

// What bpf(2) would be asked for.
maps::Definition definition_of(const module::MapDef& def);

// A map's elements as user space sees them, ascending keys, whichever engine it is of. An error where they are more
// than most_content_bytes.
using Content = std::vector<std::pair<Buffer, Buffer>>;
inline constexpr std::size_t most_content_bytes = std::size_t{32} << 20;
struct Walk {
  std::string map_name;
  std::size_t element_bytes;
  std::function<std::expected<Buffer, int>(std::optional<Bytes>)> next;
  std::function<std::expected<Buffer, int>(Bytes)> lookup;
};
Walk walk_of(maps::Map& map);  // as long as the map lives
Result<std::vector<Buffer>> sorted_keys(const Walk& walk);
Result<Content> content_of(const Walk& walk);
inline Result<Content> content_of(maps::Map& map) { return content_of(walk_of(map)); }

}  // namespace skep::judge
