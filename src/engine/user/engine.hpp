// SPDX-License-Identifier: Apache-2.0
// The user engine: Modules become live programs and maps in this process, without privileges.
//
//     user::Engine engine;                                       // linux-6.18, default lanes
//     auto loaded = TRY(engine.load(module));                    // maps made and filled, programs lowered
//     auto out = TRY(engine.run(*loaded->find("count"), {.context = &ctx}));
//
// Until there is a verifier nothing is proven, so programs run in the checked interpreter. `interp` runs raw memory
// only, and only what a rehearsal in checked, on the same memory, maps and answers of the host, has shown to reach
// its exit: the very same run is then repeated in fast.
// Engine and Map are thread-safe; a Loaded is immutable but for its maps' content.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "facts/target.hpp"
#include "lane/domain.hpp"
#include "lower/unchecked.hpp"
#include "module/module.hpp"
#include "vm/interp.hpp"

namespace skep::user {

enum class Executor : uint8_t { interp, checked };

class Program {
 public:
  Program(const module::ProgDef& definition, vm::LoweredUnchecked code)
      : definition_(&definition), code_(std::move(code)) {}
  const module::ProgDef& definition() const { return *definition_; }
  const vm::LoweredUnchecked& code() const { return code_; }

 private:
  const module::ProgDef* definition_;
  vm::LoweredUnchecked code_;
};

// What came of loading one Module. Programs hold addresses of maps: they live and die together.
class Loaded {
 public:
  const module::Module& module() const { return *module_; }
  const std::vector<std::shared_ptr<maps::Map>>& maps() const { return maps_; }        // as in module().maps
  const std::vector<std::shared_ptr<Program>>& programs() const { return programs_; }  // as in module().progs

 private:
  friend class Engine;
  std::shared_ptr<const module::Module> module_;
  std::vector<std::shared_ptr<maps::Map>> maps_;
  std::vector<std::shared_ptr<Program>> programs_;
};

struct Input {
  context::Context* context = nullptr;  // the packet and its fields; null: raw memory
  MutableBytes memory = {};             // r1 and r2 of a raw program; empty: r1 is null
  uint64_t max_insns = 1'000'000'000;
  std::optional<unsigned> cpu = {};  // the lane to run on; default: this thread's
  const vm::Host* host = nullptr;    // null: this machine
};

class Engine {
 public:
  explicit Engine(facts::Target target = {}, unsigned lanes = lane::default_lanes());
  ~Engine();

  const facts::Target& target() const { return target_; }
  unsigned lanes() const { return domain_.lanes(); }

  // Makes the module's maps, fills them with their first content, lowers its programs. Errors name map or program.
  // Where `existing` has a map for one of the module's, that one is used as it is.
  Result<std::shared_ptr<Loaded>> load(std::shared_ptr<const module::Module> module,
                                       const std::vector<std::shared_ptr<maps::Map>>& existing = {});

  // One run. A fault is an Outcome, not an Error; an Error means that there was no run.
  Result<vm::Outcome> run(Executor executor, const Program& program, const Input& input);

 private:
  vm::Stack& stack_of(unsigned lane);
  vm::Outcome checked(const Program& program, vm::Run& run, const Input& input, vm::Stack& stack) const;
  vm::Outcome rehearsed(const Program& program, vm::Run& run, const Input& input, vm::Stack& stack) const;

  facts::Target target_;
  lane::Domain domain_;
  vm::Host this_machine_;
  std::vector<std::unique_ptr<vm::Stack>> stacks_;  // by lane; made by the lane's first run
};

}  // namespace skep::user
