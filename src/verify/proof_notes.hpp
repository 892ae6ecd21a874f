// SPDX-License-Identifier: Apache-2.0
// Makes the Proof while a program is walked: the walk says where it arrives with which state, and all the rest is read
// off the state. Private to verify.
//
// Noted is what is known before an instruction, also of a path that ends there because another was there before:
// what it would have done is covered by the older path, and so is what it brings.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "module/module.hpp"
#include "module/proof.hpp"
#include "verify/flow.hpp"
#include "verify/state.hpp"

namespace skep::verify {

class ProofNotes {
 public:
  ProofNotes(const module::ProgDef& prog, const Flow& flow);

  void arrives(const State& s, uint32_t at, uint32_t previous) {
    module::Learnt& here = proof_.at[at];
    here.reached = true;
    if (previous != no_insn) (at == previous + 1 ? proof_.at[previous].falls : proof_.at[previous].jumps) = true;
    if (roles_[at] != Role::none) look(s, at);
  }
  void key(uint32_t insn, std::optional<uint64_t> key);  // of a call; nothing: not known on this path
  void null_given(uint32_t insn, unsigned regno) { nulls_[insn] |= static_cast<uint8_t>(1U << regno); }
  void context(int64_t end) {  // so many bytes of the context were touched
    proof_.context_bytes = std::max(proof_.context_bytes, static_cast<uint32_t>(end));
  }
  module::Proof finish() &&;

 private:
  enum class Role : uint8_t { none, through_src, through_dst, may_stop };
  void look(const State& s, uint32_t at);
  void note_access(const State& s, const Reg& pointer, uint32_t at);
  void note_held(const State& s, uint32_t at);

  const module::ProgDef& prog_;
  module::Proof proof_;
  std::vector<Role> roles_;  // by slot
  std::map<uint32_t, std::optional<uint64_t>> keys_;
  std::map<uint32_t, uint8_t> nulls_;
};

}  // namespace skep::verify
