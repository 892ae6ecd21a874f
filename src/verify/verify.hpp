// SPDX-License-Identifier: Apache-2.0
// Is a program safe, as Linux would say? Module × Target → Verdict; nothing is read, run or kept.
//
//     const Verdict v = verify({.module = m, .prog = m.progs[0], .target = target});
//     if (v.result == Result::rejected) print(v.rejection->error.text());
//
// The answer is that of the target kernel: accepted, rejected with its errno and in its words (Error::kernel()), `attr`
// where it refuses the attributes before it looks at the program, and `unknown` where something was needed that skep
// does not know, which is said. Walking a program takes 50 ns to 1 µs an instruction; memory is given back at the end.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "btf/types.hpp"
#include "facts/target.hpp"
#include "module/module.hpp"

namespace skep::verify {

struct Options {
  bool keep_every_state = false;  // BPF_F_TEST_STATE_FREQ
  bool strict_alignment = false;  // BPF_F_STRICT_ALIGNMENT
  unsigned cpus = 8192;           // of the machine: what bpf_get_smp_processor_id answers lies below
};

const module::ProgDef& ruling_of(const module::Module& module, const module::ProgDef& prog);

struct Question {
  const module::Module& module;
  const module::ProgDef& prog;
  const facts::Target& target;
  Options options = {};
  // Of a raw program (no type): r1 points to so many bytes, or is null where there are none; r2 says how many.
  uint64_t memory_bytes = 0;
  btf::Shared kernel_types = {};  // of the target; what only they answer is unknown without
  // Whose rules hold: the program's, or those of the program whose function it replaces.
  const module::ProgDef& ruling = ruling_of(module, prog);

  facts::ProgType type() const { return ruling.type; }
  facts::AttachType attach_type() const { return ruling.attach_type; }
  // Whose helpers it has: raw programs those that every program has.
  facts::ProgType helpers_as() const {
    return type() == facts::ProgType::unspec ? facts::ProgType::socket_filter : type();
  }
  bool gpl_compatible() const;
};

// As the kernel's log at level 4 has it.
struct Effort {
  uint64_t processed = 0;
  uint64_t states = 0, peak_states = 0;
  uint32_t max_states_per_insn = 0;
  uint32_t stack_depth = 0;
  uint64_t peak_bytes = 0;
};

enum class Answer : uint8_t { accepted, rejected, attr, unknown };
std::string_view name_of(Answer);

struct Rejection {
  Error error;
  uint32_t insn = 0;
};
template <class T>
using Judged = std::expected<T, Rejection>;
template <class D>
[[nodiscard]] std::unexpected<Rejection> refuse(uint32_t insn, const D& why) {
  return std::unexpected(Rejection{fail(why).error(), insn});
}

struct Verdict {
  Answer answer = Answer::unknown;
  Effort effort = {};
  std::optional<Rejection> rejection = {};  // unless accepted
};

Verdict verify(const Question& question);

}  // namespace skep::verify
