// SPDX-License-Identifier: Apache-2.0
#include "engine/user/engine.hpp"

#include "context/context.hpp"
#include "engine/user/errors.hpp"
#include "maps/prog_array.hpp"

namespace skep::user {

Engine::Engine(facts::Target target, unsigned lanes)
    : target_(target), domain_(lanes), this_machine_(vm::this_machine()), stacks_(domain_.lanes()) {}
Engine::~Engine() = default;

vm::Stack& Engine::stack_of(unsigned lane) {
  if (stacks_[lane] == nullptr) stacks_[lane] = std::make_unique<vm::Stack>(target_.limits());
  return *stacks_[lane];
}

template <class Go>
Result<vm::Outcome> Engine::on_lane(const Input& input, Go&& go) {
  if (input.cpu && *input.cpu >= lanes()) return fail(NoSuchLane{.cpu = *input.cpu, .lanes = lanes()});
  lane::Lane lane = input.cpu ? domain_.enter_at(*input.cpu) : domain_.enter();
  vm::Run run{.host = input.host != nullptr ? input.host : &this_machine_,
              .lane = lane.index(),
              .context = input.context,
              .max_insns = input.max_insns};
  return go(run, stack_of(lane.index()));
}

// ---- load ---------------------------------------------------------------------------------------------------------

static Result<std::shared_ptr<maps::Map>> make_map(const module::MapDef& def, unsigned lanes) {
  auto map = TRY(maps::create({.name = def.name,
                               .type = def.type,
                               .key_size = def.key_size,
                               .value_size = def.value_size,
                               .max_entries = def.max_entries,
                               .flags = def.flags,
                               .extra = def.extra},
                              lanes));
  return map;
}

// First content is put in by value, lane by lane for per-CPU types, as a loader does before the first run.
static Result<void> fill(maps::Map& map, const module::MapDef& def) {
  for (const auto& [key, value] : def.initial) {
    Buffer all = value;
    while (all.size() < map.sys_value_size() && value.size() == def.value_size) {
      all.resize(round_up(all.size(), 8));
      all.insert(all.end(), value.begin(), value.end());
    }
    all.resize(map.sys_value_size());
    if (int err = map.sys_update(key, all); err != 0)
      return fail(
          InitialContent{.what = "element " + to_hex(key) + " of its first content is refused: " + errno_text(-err)});
  }
  if (def.frozen == module::Frozen::yes) map.sys_freeze();
  return {};
}

Result<std::shared_ptr<Loaded>> Engine::with_maps(std::shared_ptr<const module::Module> module,
                                                  const lower::Maps& existing) {
  auto loaded = std::make_shared<Loaded>();
  for (const module::MapDef& def : module->maps) {
    const std::size_t index = loaded->maps_.size();
    if (index < existing.size() && existing[index] != nullptr) {
      loaded->maps_.push_back(existing[index]);
      continue;
    }
    auto map = TRY_WITHIN(make_map(def, lanes()), "map '" + def.name + "'");
    TRY_VOID_WITHIN(fill(*map, def), "map '" + def.name + "'");
    loaded->maps_.push_back(std::move(map));
  }
  loaded->module_ = std::move(module);
  return loaded;
}

// Which programs a tail call may find.
enum class Callable : uint8_t { all, verified };
static void fill_slots(const Loaded& loaded, Callable which) {
  for (std::size_t i = 0; i < loaded.maps().size(); ++i) {
    auto* array = dynamic_cast<maps::ProgArray*>(loaded.maps()[i].get());
    if (array == nullptr) continue;
    for (const auto& [slot, program] : loaded.module().maps[i].slots) {
      const Program& target = *loaded.programs()[program];
      auto* code = which == Callable::all || target.is_verified() ? const_cast<vm::Lowered*>(&target.code()) : nullptr;
      // The handle counts nothing: array and program belong to the same Loaded, and a count would be a circle.
      array->set(slot, {.program = std::shared_ptr<void>(std::shared_ptr<void>{}, code), .id = program + 1});
    }
  }
}

Result<std::shared_ptr<Loaded>> Engine::load(const verify::Verified& verified, Executor executor,
                                             const lower::Maps& existing) {
  auto loaded = TRY(with_maps(verified.module(), existing));
  const module::Module& module = *loaded->module_;
  for (std::size_t i = 0; i < module.maps.size(); ++i)
    if (!lower::as_defined(module.maps[i], *loaded->maps_[i])) return fail(MapDiffers{.map = module.maps[i].name});
  for (std::size_t i = 0; i < module.progs.size(); ++i) {
    const module::ProgDef& def = module.progs[i];
    const auto& proof = verified.proof(i);
    const bool fast = executor == Executor::interp && proof != nullptr;
    Program::Code code = fast ? Program::Code(lower::lower(verified, i, loaded->maps_, target_))
                              : lower::lower_unchecked(def, loaded->maps_, target_);
    loaded->programs_.push_back(std::make_shared<Program>(def, std::move(code), proof));
    loaded->programs_.back()->memory_bytes_ = verified.memory_bytes();
  }
  fill_slots(*loaded, Callable::verified);
  return loaded;
}

Result<std::shared_ptr<Loaded>> Engine::load_unchecked(std::shared_ptr<const module::Module> module,
                                                       const lower::Maps& existing) {
  auto loaded = TRY(with_maps(std::move(module), existing));
  for (const module::ProgDef& def : loaded->module_->progs)
    loaded->programs_.push_back(
        std::make_shared<Program>(def, lower::lower_unchecked(def, loaded->maps_, target_), nullptr));
  fill_slots(*loaded, Callable::all);
  return loaded;
}

// ---- run ----------------------------------------------------------------------------------------------------------

static vm::Arguments arguments(const Input& input, uint64_t context) {
  if (input.context != nullptr) return {.r1 = context};
  if (input.memory.empty()) return {};
  return {.r1 = reinterpret_cast<uint64_t>(input.memory.data()), .r2 = input.memory.size()};
}

static Result<void> relocated(const module::ProgDef& def) {
  if (def.core_relocations == 0) return {};
  return fail(CoreNotApplied{.program = def.name, .count = def.core_relocations});
}

// What a verified program took for granted of its first arguments.
static Result<void> suits(const module::ProgDef& program, const module::Proof& proof, uint64_t memory_bytes,
                          const Input& input) {
  auto unsuited = [](std::string found, std::string expected) {
    return fail(Unsuited{.found = std::move(found), .expected = std::move(expected)});
  };
  const std::string type(name(program.type));
  const bool has_context = context::Context::exists_for(program.type);
  if (has_context != (input.context != nullptr) || (has_context && input.context->type() != program.type))
    return unsuited(input.context != nullptr ? "a context of " + std::string(name(input.context->type())) : "memory",
                    has_context ? "a context of " + type : "memory");
  auto bytes = [](uint64_t n) { return std::to_string(n) + " bytes"; };
  if (program.type == facts::ProgType::unspec && input.memory.size() != memory_bytes)
    return unsuited(bytes(input.memory.size()), bytes(memory_bytes));
  if (!has_context && input.memory.size() < proof.context_bytes)
    return unsuited(bytes(input.memory.size()), bytes(proof.context_bytes) + " of context at least");
  return {};
}

Result<vm::Outcome> Engine::run(const Program& program, const Input& input) {
  if (!program.is_verified()) return fail(NotVerified{.program = program.definition().name});
  TRY_VOID(relocated(program.definition()));
  TRY_VOID(suits(program.definition(), *program.proof_, program.memory_bytes_, input));
  if (program.unchecked() != nullptr) return run_unchecked(program, input);
  return on_lane(input, [&](vm::Run& run, vm::Stack& stack) {
    const uint64_t context = reinterpret_cast<uint64_t>(input.context != nullptr ? input.context->real() : nullptr);
    return vm::run_fast(run, program.code(), target_.limits(), stack, arguments(input, context));
  });
}

Result<vm::Outcome> Engine::run_unchecked(const Program& program, const Input& input) {
  TRY_VOID(relocated(program.definition()));
  if (program.unchecked() == nullptr) return run(program, input);  // it has a proof, which is more
  return on_lane(input, [&](vm::Run& run, vm::Stack& stack) {
    return vm::run_checked(run, *program.unchecked(), target_.limits(), stack, {input.memory},
                           arguments(input, context::virtual_base),
                           target_.uninit_stack_readable() ? vm::UninitStack::readable : vm::UninitStack::fault);
  });
}

}  // namespace skep::user
