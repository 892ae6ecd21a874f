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

Result<ExecReport> exec(std::vector<isa::Insn> program, const ExecOptions& options) {
  const user::Executor executor = TRY(executor_by_name(options.executor));
  auto module = std::make_shared<module::Module>();
  module->license = "GPL";
  module->progs.push_back({});
  module->progs.back().insns = std::move(program);
  user::Engine engine(options.target);
  auto loaded = TRY(engine.load(module));
  std::optional<Buffer> memory = options.memory;
  user::Input input{.max_insns = options.max_insns, .cpu = 0};
  if (memory) input.memory = *memory;
  const vm::Outcome out = TRY(engine.run(executor, *loaded->programs().front(), input));
  if (out.fault.kind == vm::FaultKind::none) return ExecReport{.r0 = out.r0};
  return ExecReport{.stop = stop_of(*loaded, out.fault, options.max_insns)};
}

}  // namespace skep::api
