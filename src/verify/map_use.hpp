// SPDX-License-Identifier: Apache-2.0
// May this program name that map, or that variable of the kernel, at all? Asked before the walk, of every constant that
// names one, in program order; each map once.
#pragma once

#include <vector>

#include "verify/verify.hpp"

namespace skep::verify {

// The type that an ld_imm64 of source 3 names, in the target's types, by its name where it has one; nothing if none.
std::optional<btf::TypeId> named_by(const Question& question, uint32_t insn);

class MapUse {
 public:
  explicit MapUse(const Question& question) : q_(question), named_(question.module.maps.size()) {}

  // The constant at `insn` names a map, an address in one, or a variable.
  Result<void> constant(uint32_t insn);

 private:
  Result<void> variable(uint32_t insn) const;
  Result<void> may_name(uint32_t map);
  Result<void> fields_suit(const module::MapDef& map) const;
  Result<void> arena(const module::MapDef& map) const;
  Result<void> address(const module::MapDef& map, uint32_t off) const;

  const Question& q_;
  std::vector<bool> named_;
};

}  // namespace skep::verify
