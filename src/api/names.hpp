// SPDX-License-Identifier: Apache-2.0
// Names for printing and assembling: helpers from facts, the rest from a module's program.
#pragma once

#include "isa/names.hpp"
#include "module/module.hpp"

namespace skep::api {

// Knows helpers only: raw programs.
class HelperNames : public isa::Names {
 public:
  std::string name(isa::Kind kind, isa::NameId id) const override;
  std::optional<isa::NameId> find(isa::Kind kind, std::string_view name) const override;
  std::vector<std::string> known(isa::Kind kind) const override;
};

// Knows the maps, subprograms and jump targets of a program, too. Targets are called L1, L2, … in order.
// Program and module outlive it; the module may be null.
class ProgramNames : public HelperNames {
 public:
  ProgramNames(const module::ProgDef& program, const module::Module* module);
  std::string name(isa::Kind kind, isa::NameId id) const override;
  std::optional<isa::NameId> find(isa::Kind kind, std::string_view name) const override;

 private:
  const module::ProgDef& program_;
  const module::Module* module_;
  std::vector<uint32_t> targets_;  // ascending
};

}  // namespace skep::api
