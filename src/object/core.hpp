// SPDX-License-Identifier: Apache-2.0
// CO-RE decisions (btf/core.hpp) become instructions:
//
//     an immediate operand       imm   r1 += 1024           becomes  r1 += 1096
//     a load or store            off   r1 = *(u64 *)(r2 + 8)         r1 = *(u32 *)(r2 + 16), where the field is smaller
//     a 64-bit immediate         imm   r1 = 3 ll                     r1 = 5 ll
//     poison                           whatever it was               call 195896080, which is no helper's number
//
// All relocations of an object are decided before the first is applied, in the order of .BTF.ext. That matters: once a
// field has told which of several types of one name is meant, later relocations of that name ask no others (libbpf's
// rule, which this follows to give its answers).
#pragma once

#include <map>

#include "btf/core.hpp"
#include "isa/insn.hpp"
#include "module/module.hpp"
#include "object/types.hpp"

namespace skep::object {

inline constexpr int32_t poison_call = 195896080;  // 0xbad2310; people search for it

// Applies a decision to the first of these instructions. Answers what is missing where that poisoned it.
Result<std::optional<std::string>> apply(const btf::core::Decision& decision, std::span<isa::Insn> insns);

class Core {
 public:
  Core(const Types& types, btf::core::Target target);

  // Applies what concerns the instructions from `begin` (in instructions of the section) on, and says which are
  // poisoned; their numbers count from `first`.
  Result<std::vector<module::Poisoned>> apply(uint32_t section, uint32_t begin, std::span<isa::Insn> insns,
                                              uint32_t first);

 private:
  struct Decided {
    uint32_t insn_off;
    std::string spec;
    Result<btf::core::Decision> decision;
  };
  void decide(const btf::CoreRelo& relo, std::vector<Decided>& to);
  std::string place_of(uint32_t section, const Decided& d) const;

  const Types& types_;
  const btf::core::Target target_;
  std::map<uint32_t, std::vector<Decided>> sections_;  // ascending
  std::map<btf::TypeId, std::vector<btf::core::Candidate>> candidates_;
};

}  // namespace skep::object
