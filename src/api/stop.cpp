// SPDX-License-Identifier: Apache-2.0
#include "api/stop.hpp"

#include <fmt/format.h>

#include "api/errors.hpp"
#include "api/names.hpp"
#include "isa/print.hpp"
#include "verify/explain.hpp"

namespace skep::api {

// The program a fault happened in: a tail call may have left the one that was started.
static const module::ProgDef* program_of(const user::Loaded& loaded, const vm::Lowered* code) {
  for (const auto& program : loaded.programs())
    if (&program->code() == code) return &program->definition();
  return nullptr;
}

static Error error_of(const vm::Fault& fault, uint64_t max_insns) {
  if (fault.kind == vm::FaultKind::limit) return fail(OverLimit{.most = max_insns}).error();
  std::string kind(vm::name(fault.kind));
  if (fault.address != 0) kind += fmt::format(" at {:#x}", fault.address);
  return fail(Faulted{.kind = kind, .what = fault.region}).error();
}

Stop stop_of(const user::Loaded& loaded, const vm::Fault& fault, uint64_t max_insns) {
  Stop stop{.error = error_of(fault, max_insns)};
  const module::ProgDef* program = program_of(loaded, fault.program);
  if (program == nullptr || fault.insn >= program->insns.size()) {
    stop.error = std::move(stop.error).within(fmt::format("insn {}", fault.insn));
    return stop;
  }
  stop.insn = isa::print(program->insns, fault.insn, ProgramNames(*program, &loaded.module()));
  if (const module::LineInfo* line = module::source_line(*program, fault.insn); line != nullptr) {
    stop.line = line->line;
    stop.source = line->text;
  }
  stop.error = std::move(stop.error).within(module::place_of(*program, fault.insn));
  if (!program->name.empty()) stop.error = std::move(stop.error).within("program '" + program->name + "'");
  return stop;
}

Error error_of(Refusal refusal) {
  verify::Rejection& why = *refusal.verdict.rejection;
  const module::ProgDef& program = refusal.module->progs[refusal.prog];
  Error error = verify::in_plain_words(why.error);
  if (why.insn < program.insns.size()) error = std::move(error).within(module::place_of(program, why.insn));
  if (!program.name.empty()) error = std::move(error).within("program '" + program.name + "'");
  return error;
}

Result<user::Executor> executor_by_name(std::string_view name) {
  if (name == "interp") return user::Executor::interp;
  if (name == "checked") return user::Executor::checked;
  return fail(NotAvailable{.what = "executor " + std::string(name), .instead = "use interp or checked"});
}

}  // namespace skep::api
