// SPDX-License-Identifier: Apache-2.0
// A trial: one module, one executor, fresh maps; runs that follow one another on them. What batch lines and case
// files have in common, so that a case cannot be written for one executor only.
//
// interp runs what the verifier accepts and nothing else; checked, the verifier's judge, runs whatever it is given.
//
// Everything a run sees is in its input: clock, random numbers and lane too, so that two executors see the same.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
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
  uint64_t now_ns = 0;                // the clock stands still during a run
  std::vector<uint32_t> random = {};  // what get_prandom_u32 answers first
  uint64_t seed = 0;                  // and then
  uint64_t max_insns = 1'000'000;
};

struct RunResult {
  vm::Outcome outcome;
  std::optional<Buffer> packet = {}, ctx = {}, mem = {};  // as the run left them
  std::vector<std::string> printk = {};
  uint64_t ns = 0;
};

// What a trial is about.
struct Trying {
  user::Executor executor;
  std::optional<std::size_t> program = {};  // the only one that runs; nothing: all
  std::size_t judged = SIZE_MAX;            // or so many, from the first
  uint64_t memory_bytes = 0;                // of the first run of a raw program
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
  static Result<Trial> begin(Rig& rig, std::shared_ptr<const module::Module> module, const Trying& what);

  // Why interp runs nothing of it.
  const std::optional<verify::Refused>& refused() const { return refused_; }

  // An error means that there was no run, or that it was stopped at its limit. A fault is a result.
  Result<RunResult> run(const RunInput& input);

  const std::vector<std::shared_ptr<maps::Map>>& maps() const { return loaded_->maps(); }
  const std::vector<std::shared_ptr<user::Program>>& programs() const { return loaded_->programs(); }

 private:
  Trial(Rig& rig, std::shared_ptr<user::Loaded> loaded, const Trying& what)
      : rig_(&rig), loaded_(std::move(loaded)), what_(what) {}
  Result<user::Input> prepare(facts::ProgType type, const RunInput& input, RunResult& result);
  Result<std::optional<verify::Refused>> verify(uint64_t memory_bytes);
  Result<vm::Outcome> execute(const RunInput& input, const user::Input& to);

  Rig* rig_;
  std::shared_ptr<user::Loaded> loaded_;  // has the maps, and the programs as checked runs them
  Trying what_;
  std::optional<verify::Refused> refused_;
  std::map<uint64_t, std::shared_ptr<user::Loaded>> verified_;  // by the size of a raw program's memory
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
