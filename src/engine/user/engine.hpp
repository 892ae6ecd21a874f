// SPDX-License-Identifier: Apache-2.0
// The user engine: Modules become live programs and maps in this process, without privileges.
//
//     user::Engine engine;                                                  // linux-6.18, default lanes
//     auto verified = verify::verify(module, engine.target());
//     auto loaded = TRY(engine.load(*verified, user::Executor::interp));    // maps made and filled, programs lowered
//     auto out = TRY(engine.run(*loaded->programs()[0], {.context = &ctx}));
//
// What runs was verified. The only other door is run_unchecked, of programs that load_unchecked took: they run in the
// checked interpreter, which watches every access.
// Engine and Map are thread-safe; a Loaded is immutable but for its maps' content.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "facts/target.hpp"
#include "lane/domain.hpp"
#include "lower/lower.hpp"
#include "module/module.hpp"
#include "vm/interp.hpp"

namespace skep::user {

enum class Executor : uint8_t { interp, checked };

// One program in the form of one executor: vm::Lowered for fast, vm::LoweredUnchecked for checked.
class Program {
 public:
  using Code = std::variant<vm::Lowered, vm::LoweredUnchecked>;
  Program(const module::ProgDef& definition, Code code, std::shared_ptr<const module::Proof> proof)
      : definition_(&definition), code_(std::move(code)), proof_(std::move(proof)) {}
  const module::ProgDef& definition() const { return *definition_; }
  bool is_verified() const { return proof_ != nullptr; }
  const vm::LoweredUnchecked* unchecked() const { return std::get_if<vm::LoweredUnchecked>(&code_); }
  const vm::Lowered& code() const {
    return unchecked() != nullptr ? unchecked()->code() : std::get<vm::Lowered>(code_);
  }

 private:
  friend class Engine;
  const module::ProgDef* definition_;
  Code code_;
  std::shared_ptr<const module::Proof> proof_;  // null: nobody asked
  uint64_t memory_bytes_ = 0;                   // that it was verified for, if it is raw
};

// What came of loading one Module. Programs hold addresses of maps: they live and die together.
class Loaded {
 public:
  const module::Module& module() const { return *module_; }
  const std::shared_ptr<const module::Module>& module_of() const { return module_; }
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

  // Makes the module's maps, fills them with their first content, lowers its programs for the executor. Errors name
  // map or program. Where `existing` has a map for one of the module's, that one is used as it is.
  Result<std::shared_ptr<Loaded>> load(const verify::Verified& verified, Executor executor,
                                       const lower::Maps& existing = {});
  // The same of what nobody verified: for run_unchecked only.
  Result<std::shared_ptr<Loaded>> load_unchecked(std::shared_ptr<const module::Module> module,
                                                 const lower::Maps& existing = {});

  // One run. A fault is an Outcome, not an Error; an Error means that there was no run.
  Result<vm::Outcome> run(const Program& program, const Input& input);
  // The same of any program for checked, whether it was verified or not.
  Result<vm::Outcome> run_unchecked(const Program& program, const Input& input);

 private:
  template <class Go>
  Result<vm::Outcome> on_lane(const Input& input, Go&& go);
  vm::Stack& stack_of(unsigned lane);
  Result<std::shared_ptr<Loaded>> with_maps(std::shared_ptr<const module::Module> module, const lower::Maps& existing);

  facts::Target target_;
  lane::Domain domain_;
  vm::Host this_machine_;
  std::vector<std::unique_ptr<vm::Stack>> stacks_;  // by lane; made by the lane's first run
};

}  // namespace skep::user
