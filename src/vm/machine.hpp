// SPDX-License-Identifier: Apache-2.0
// The state of one run that the interpreter's arms work on: registers, frames, stack. Private to src/vm.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>

#include "vm/interp.hpp"
#include "vm/lowered.hpp"

namespace skep::vm {

inline constexpr unsigned most_frames = 16;  // of any target
// BPF_MAX_LOOPS. Linux 6.18's JIT on x86-64 measures time instead: tests/run/may_goto.case.
inline constexpr uint64_t may_goto_budget = 1 << 23;

// More than any program runs in a day, and still no overflow when multiplied by a step's size.
inline constexpr uint64_t most_insns = uint64_t{1} << 48;
// How long nobody asks whether the run shall stop: some milliseconds.
inline constexpr uint64_t insns_between_questions = 1 << 22;

struct Frame {
  const Step* back = nullptr;        // where the caller goes on
  const Lowered* program = nullptr;  // the caller's: a tail call may change it
  std::array<uint64_t, 4> saved{};   // the caller's r6 … r9
  uint64_t known = 0;                // checked: what was known of the caller's registers
  uint64_t may_goto_left = may_goto_budget;
};

struct Machine {
  uint64_t r[16] = {};  // r11 … r15 exist so that no encoding reaches beyond them
  Run* run;
  const Limits* limits;
  Stack* stack;
  Arguments arguments;  // a program that is tail-called starts with them, too
  unsigned depth = 0;
  const Step* stopped_at = nullptr;
  const uint64_t limit;  // of executed slots
  uint64_t granted;      // the part of it that `fuel` stands for: at its end somebody may stop the run
  uintptr_t fuel = 0;
  Fault stop;
  std::array<Frame, most_frames> frames{};

  Machine(Run& run_, const Limits& limits_, Stack& stack_, Arguments start)
      : run(&run_),
        limits(&limits_),
        stack(&stack_),
        arguments(start),
        limit(std::min(run_.max_insns, most_insns)),
        granted(std::min(limit, insns_between_questions)) {
    begin();
    r[10] = stack->frame_top(0);
  }
  void begin() {
    r[1] = arguments.r1;
    r[2] = arguments.r2;
  }

  Frame& frame() { return frames[depth]; }
  bool fault(FaultKind kind, const Step& at, uint64_t address, std::string region);
  bool fault_step(const Step& at);
  // For a jump to `at`, which `fuel` does not reach: more of it, or what there was, and the reason is in `stop`.
  uintptr_t refuelled(const Step* at, uintptr_t fuel);
  bool enter(const Step& at);
  bool gives(const Step& at);  // whether none of the registers that `at` names is 0
  const Step* return_from_frame();
  const Step* tail_call_target();
};

// Where a machine stands in its program, in slots.
inline uint32_t slot_of(const Lowered& program, const Step& at) { return static_cast<uint32_t>(&at - program.entry()); }

}  // namespace skep::vm
