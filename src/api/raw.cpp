// SPDX-License-Identifier: Apache-2.0
#include "api/raw.hpp"

#include "api/errors.hpp"
#include "api/names.hpp"
#include "isa/assemble.hpp"

namespace skep::api {

Result<Buffer> assemble(std::string_view text) {
  const isa::Program program = TRY(isa::assemble(text, HelperNames()));
  Buffer bytes(program.insns.size() * sizeof(isa::Insn));
  if (!bytes.empty()) std::memcpy(bytes.data(), program.insns.data(), bytes.size());
  return bytes;
}

Result<std::vector<isa::Insn>> instructions(Bytes bytes) {
  if (bytes.empty() || bytes.size() % sizeof(isa::Insn) != 0) return fail(PartOfInstruction{.size = bytes.size()});
  std::vector<isa::Insn> insns(bytes.size() / sizeof(isa::Insn));
  std::memcpy(insns.data(), bytes.data(), bytes.size());
  return insns;
}

static std::shared_ptr<const module::Module> module_of(std::vector<isa::Insn> program) {
  auto module = std::make_shared<module::Module>();
  module->license = "GPL";
  module->progs.push_back({});
  module->progs.back().insns = std::move(program);
  return module;
}

// `go` runs the loaded program.
template <class Go>
static Result<ExecReport> run_once(const user::Loaded& loaded, const ExecOptions& options, Go&& go) {
  std::optional<Buffer> memory = options.memory;
  user::Input input{.max_insns = options.max_insns, .cpu = 0};
  if (memory) input.memory = *memory;
  const vm::Outcome out = TRY(go(*loaded.programs().front(), input));
  if (out.fault.kind == vm::FaultKind::none) return ExecReport{.r0 = out.r0};
  return ExecReport{.stop = stop_of(loaded, out.fault, options.max_insns)};
}

Result<ExecReport> exec(std::vector<isa::Insn> program, const ExecOptions& options) {
  const user::Executor executor = TRY(executor_by_name(options.executor));
  auto module = module_of(std::move(program));
  auto verified = verify::verify(module, options.target, {.memory_bytes = options.memory ? options.memory->size() : 0});
  if (!verified)
    return ExecReport{.refused =
                          Refusal{std::move(module), verified.error().prog, std::move(verified.error().verdict)}};
  user::Engine engine(options.target);
  const auto loaded = TRY(engine.load(*verified, executor));
  return run_once(*loaded, options, [&](const auto& p, const auto& input) { return engine.run(p, input); });
}

Result<ExecReport> exec_unchecked(std::vector<isa::Insn> program, const ExecOptions& options) {
  if (options.executor != "checked")
    return fail(NotAvailable{.what = "an unchecked run in " + options.executor, .instead = "use checked"});
  user::Engine engine(options.target);
  const auto loaded = TRY(engine.load_unchecked(module_of(std::move(program))));
  return run_once(*loaded, options, [&](const auto& p, const auto& input) { return engine.run_unchecked(p, input); });
}

}  // namespace skep::api
