// SPDX-License-Identifier: Apache-2.0
#include "engine/user/engine.hpp"

#include <chrono>
#include <deque>

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

Result<std::shared_ptr<Loaded>> Engine::load(std::shared_ptr<const module::Module> module,
                                             const std::vector<std::shared_ptr<maps::Map>>& existing) {
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
  for (const module::ProgDef& def : module->progs)
    loaded->programs_.push_back(std::make_shared<Program>(def, lower::lower_unchecked(def, loaded->maps_, target_)));
  for (std::size_t i = 0; i < module->maps.size(); ++i)
    for (const auto& [slot, program] : module->maps[i].slots) {
      auto* array = dynamic_cast<maps::ProgArray*>(loaded->maps_[i].get());
      const auto& target = loaded->programs_[program];
      // The handle counts nothing: array and program belong to the same Loaded, and a count would be a circle.
      if (array != nullptr)
        array->set(slot, {.program = std::shared_ptr<void>(std::shared_ptr<void>{},
                                                           const_cast<vm::Lowered*>(&target->code().code())),
                          .id = program + 1});
    }
  loaded->module_ = std::move(module);
  return loaded;
}

// ---- run ----------------------------------------------------------------------------------------------------------

static vm::Arguments arguments(const Input& input) {
  if (input.context != nullptr) return {.r1 = context::virtual_base};
  if (input.memory.empty()) return {};
  return {.r1 = reinterpret_cast<uint64_t>(input.memory.data()), .r2 = input.memory.size()};
}

vm::Outcome Engine::checked(const Program& program, vm::Run& run, const Input& input, vm::Stack& stack) const {
  return vm::run_checked(run, program.code(), target_.limits(), stack, {input.memory}, arguments(input),
                         target_.uninit_stack_readable() ? vm::UninitStack::readable : vm::UninitStack::fault);
}

// Answers of the host, written down in the rehearsal and given again in the run.
namespace {
struct Recorder {
  const vm::Host& host;
  std::deque<uint64_t> times;
  std::deque<uint32_t> numbers;

  vm::Host recording() {
    return {.now_ns = [this] { return times.emplace_back(host.now_ns()); },
            .random = [this] { return numbers.emplace_back(host.random()); },
            .printk = [](std::string_view) {}};
  }
  vm::Host replaying() {
    auto next = [](auto& from) {
      auto v = from.front();
      from.pop_front();
      return v;
    };
    return {.now_ns = [this, next] { return next(times); },
            .random = [this, next] { return next(numbers); },
            .printk = host.printk};
  }
};
}  // namespace

vm::Outcome Engine::rehearsed(const Program& program, vm::Run& run, const Input& input, vm::Stack& stack) const {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  Buffer memory(input.memory.begin(), input.memory.end());
  const auto& maps = program.code().code().maps();
  std::vector<maps::Snapshot> before;
  for (const auto& map : maps) before.push_back(map->snapshot());
  Recorder recorder{.host = *run.host, .times = {}, .numbers = {}};
  vm::Host host = recorder.recording();
  run.host = &host;
  vm::Outcome out = checked(program, run, input, stack);
  if (out.fault.kind != vm::FaultKind::none) return out;
  std::copy(memory.begin(), memory.end(), input.memory.begin());
  for (std::size_t i = 0; i < maps.size(); ++i) maps[i]->restore(before[i]);
  host = recorder.replaying();
  run.tail_calls = 0;
  const std::chrono::nanoseconds rehearsal = Clock::now() - start;
  out = vm::run_fast(run, program.code().code(), target_.limits(), stack, arguments(input));
  out.rehearsal_ns = static_cast<uint64_t>(rehearsal.count());
  return out;
}

Result<vm::Outcome> Engine::run(Executor executor, const Program& program, const Input& input) {
  if (input.cpu && *input.cpu >= lanes()) return fail(NoSuchLane{.cpu = *input.cpu, .lanes = lanes()});
  const module::ProgDef& def = program.definition();
  if (def.core_relocations != 0) return fail(CoreNotApplied{.program = def.name, .count = def.core_relocations});
  if (executor == Executor::interp && input.context != nullptr)
    return fail(NotAvailable{.what = "interp for programs with a context", .instead = "use checked"});
  lane::Lane lane = input.cpu ? domain_.enter_at(*input.cpu) : domain_.enter();
  vm::Run run{.host = input.host != nullptr ? input.host : &this_machine_,
              .lane = lane.index(),
              .context = input.context,
              .max_insns = input.max_insns};
  vm::Stack& stack = stack_of(lane.index());
  switch (executor) {
    case Executor::checked: return checked(program, run, input, stack);
    case Executor::interp: return rehearsed(program, run, input, stack);
  }
  std::unreachable();
}

}  // namespace skep::user
