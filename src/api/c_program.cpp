// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>

#include "api/c_error.hpp"
#include "api/c_object.hpp"
#include "api/stop.hpp"
#include "context/context.hpp"

using namespace skep;
using namespace skep::c_api;

const module::ProgDef& skep_program::definition() const { return object->module.progs[index]; }
module::ProgDef& skep_program::definition() { return object->module.progs[index]; }

namespace skep::c_api {
namespace {

using Clock = std::chrono::steady_clock;

Bytes bytes_of(const void* from, std::size_t size) { return {static_cast<const uint8_t*>(from), size}; }

// One change between open and load.
template <class Change>
int change(skep_program* program, Change&& how) {
  return answer([&]() -> Result<void> {
    if (program == nullptr) return fail(NullArgument{.what = "the program"});
    TRY_VOID(changeable(program->object, "program '" + program->definition().name + "'"));
    return how(program->definition());
  });
}

// Copies what fits; whether all did is said by the sizes.
Result<void> copy_out(const char* what, Bytes from, void* to, std::size_t room) {
  if (to == nullptr) return {};
  const std::size_t size = std::min(from.size(), room);
  if (size != 0) std::memmove(to, from.data(), size);
  if (from.size() > room) return fail(NoRoom{.what = what, .size = from.size(), .room = room});
  return {};
}

// What a run is made of, ready to be repeated.
struct Bench {
  std::optional<context::Context> context = {};
  Buffer memory = {};
  user::Input input = {};
};

Result<void> lay_packet(Bench& bench, facts::ProgType type, const skep_run_options& o) {
  bench.context.emplace(type);
  TRY_VOID(bench.context->assign(bytes_of(o.packet, o.packet_size), {.setting = context::Setting::test_run}));
  if (o.context != nullptr) TRY_VOID(bench.context->set_raw(bytes_of(o.context, o.context_size)));
  bench.input.context = &*bench.context;
  return {};
}

// Types whose context is memory of the caller: Linux's test run copies it in and out.
Result<void> lay_memory(Bench& bench, facts::ProgType type, const skep_run_options& o) {
  if (type != facts::ProgType::syscall && type != facts::ProgType::raw_tracepoint)
    return fail(TakesContext{.type = std::string(name(type))});
  if (o.packet != nullptr) return fail(TakesNo{.type = std::string(name(type)), .what = "packet"});
  const Bytes context = bytes_of(o.context, o.context_size);
  bench.memory.assign(context.begin(), context.end());
  bench.input.memory = bench.memory;
  return {};
}

using Go = Result<vm::Outcome> (user::Engine::*)(const user::Program&, const user::Input&);

Result<void> run(const skep_program& program, const skep_run_options& o, skep_run_result& result, Go go) {
  const facts::ProgType type = program.live->definition().type;
  Bench bench{.input = {.max_insns = o.max_insns != 0 ? o.max_insns : 1'000'000'000}};
  if ((o.flags & SKEP_RUN_ON_CPU) != 0) bench.input.cpu = o.cpu;
  const std::string place = "program '" + program.definition().name + "'";
  TRY_VOID_WITHIN(context::Context::exists_for(type) ? lay_packet(bench, type, o) : lay_memory(bench, type, o), place);
  const uint32_t repeat = std::max(1u, o.repeat);
  const auto start = Clock::now();
  for (uint32_t i = 0; i < repeat; ++i) {
    const vm::Outcome out = TRY_WITHIN((engine().*go)(*program.live, bench.input), place);
    if (out.fault.kind != vm::FaultKind::none)
      return std::unexpected(api::stop_of(*program.object->loaded, out.fault, bench.input.max_insns).error);
    result.r0 = out.r0;
    result.insns = out.insns;
  }
  result.ns_per_run = static_cast<uint64_t>(std::chrono::nanoseconds(Clock::now() - start).count()) / repeat;
  const Bytes packet = bench.context ? bench.context->result() : Bytes{};
  const Buffer context = bench.context ? bench.context->raw() : bench.memory;
  result.packet_size = packet.size();
  result.context_size = context.size();
  auto fits = copy_out("packet", packet, o.packet_out, o.packet_out_room);
  auto context_fits = copy_out("context", context, o.context_out, o.context_out_room);
  TRY_VOID_WITHIN(std::move(fits), place);
  TRY_VOID_WITHIN(std::move(context_fits), place);
  return {};
}

}  // namespace
}  // namespace skep::c_api

const char* skep_program_name(const skep_program* p) { return p->definition().name.c_str(); }
const char* skep_program_section(const skep_program* p) { return p->definition().section.c_str(); }
skep_object* skep_program_object(const skep_program* p) { return p->object; }
uint32_t skep_program_type(const skep_program* p) { return static_cast<uint32_t>(p->definition().type); }
uint32_t skep_program_attach_type(const skep_program* p) { return static_cast<uint32_t>(p->definition().attach_type); }
const char* skep_program_attach_target(const skep_program* p) { return p->definition().attach_to.c_str(); }
uint32_t skep_program_flags(const skep_program* p) { return p->definition().flags; }
bool skep_program_autoload(const skep_program* p) { return p->autoload; }
bool skep_program_is_loaded(const skep_program* p) { return p->live != nullptr; }

int skep_program_set_type(skep_program* program, uint32_t type) {
  return change(program, [&](module::ProgDef& def) -> Result<void> {
    if (type >= std::size(facts::prog_types)) return fail(NotANumberOf{.number = type, .what = "program type"});
    def.type = static_cast<facts::ProgType>(type);
    return {};
  });
}

int skep_program_set_attach_type(skep_program* program, uint32_t type) {
  return change(program, [&](module::ProgDef& def) -> Result<void> {
    if (type >= std::size(facts::attach_types)) return fail(NotANumberOf{.number = type, .what = "attach type"});
    def.attach_type = static_cast<facts::AttachType>(type);
    return {};
  });
}

int skep_program_set_attach_target(skep_program* program, const char* target) {
  return change(program, [&](module::ProgDef& def) -> Result<void> {
    def.attach_to = target != nullptr ? target : "";
    return {};
  });
}

int skep_program_set_flags(skep_program* program, uint32_t flags) {
  return change(program, [&](module::ProgDef& def) -> Result<void> {
    def.flags = flags;
    return {};
  });
}

int skep_program_set_autoload(skep_program* program, bool autoload) {
  return change(program, [&](module::ProgDef&) -> Result<void> {
    program->autoload = autoload;
    return {};
  });
}

const void* skep_program_insns(const skep_program* program, size_t* count) {
  const auto& insns = program->definition().insns;
  if (count != nullptr) *count = insns.size();
  return insns.data();
}

static int run_with(const skep_program* program, const skep_run_options* options, skep_run_result* result, Go go) {
  return answer([&]() -> Result<void> {
    if (program == nullptr) return fail(NullArgument{.what = "the program"});
    if (program->live == nullptr) return fail(NotLoaded{.program = program->definition().name});
    skep_run_result done{};
    auto ran = run(*program, TRY(given(options)), done, go);
    report(result, done);
    TRY_VOID_WITHIN(std::move(ran), program->object->name);
    return {};
  });
}

int skep_program_run(const skep_program* program, const skep_run_options* options, skep_run_result* result) {
  return run_with(program, options, result, &user::Engine::run);
}
int skep_program_run_unchecked(const skep_program* program, const skep_run_options* options, skep_run_result* result) {
  return run_with(program, options, result, &user::Engine::run_unchecked);
}
