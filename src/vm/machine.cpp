// SPDX-License-Identifier: Apache-2.0
#include "vm/machine.hpp"

#include <time.h>

#include <random>

#include "maps/prog_array.hpp"

namespace skep::vm {

std::string_view name(FaultKind kind) {
  switch (kind) {
    case FaultKind::none: return "none";
    case FaultKind::out_of_bounds: return "out-of-bounds";
    case FaultKind::uninitialised: return "uninitialised";
    case FaultKind::too_deep: return "too-deep";
    case FaultKind::not_executable: return "not-executable";
    case FaultKind::limit: return "limit";
    case FaultKind::interrupted: return "interrupted";
  }
  std::unreachable();
}

Host this_machine() {
  auto now = [] {
    timespec t{};
    ::clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(t.tv_nsec);
  };
  auto random = [engine = std::mt19937(std::random_device()())]() mutable { return static_cast<uint32_t>(engine()); };
  return {.now_ns = now, .random = random, .printk = [](std::string_view) {}};
}

bool Machine::fault(FaultKind kind, const Step& at, uint64_t address, std::string region) {
  stop = {.kind = kind,
          .program = run->program,
          .insn = slot_of(*run->program, at),
          .address = address,
          .region = std::move(region)};
  return false;
}

bool Machine::fault_step(const Step& at) {
  const Lowered::Reason& reason = run->program->faults()[at.imm];
  stop = {.kind = FaultKind::not_executable,
          .program = run->program,
          .insn = reason.insn,
          .address = 0,
          .region = reason.why};
  return false;
}

uintptr_t Machine::refuelled(const Step* at, uintptr_t fuel) {
  while (reinterpret_cast<uintptr_t>(at) > fuel) {
    const bool stop = granted < limit && run->host != nullptr && run->host->asked_to_stop && run->host->asked_to_stop();
    if (stop || granted == limit) {
      fault(stop ? FaultKind::interrupted : FaultKind::limit, *at, 0, {});
      return fuel;
    }
    const uint64_t more = std::min(limit - granted, insns_between_questions);
    granted += more;
    fuel += more * sizeof(Step);
  }
  return fuel;
}

bool Machine::enter(const Step& at) {
  if (depth + 1 >= limits->frames)
    return fault(FaultKind::too_deep, at, 0,
                 "the call needs frame " + std::to_string(depth + 2) + " of " + std::to_string(limits->frames));
  Frame& f = frames[++depth];
  f.back = &at + 1;
  f.program = run->program;
  f.saved = {r[6], r[7], r[8], r[9]};
  f.may_goto_left = may_goto_budget;
  r[10] = stack->frame_top(depth);
  stack->used_to(depth);
  return true;
}

bool Machine::gives(const Step& at) {
  for (unsigned reg = 1; reg <= 5; ++reg)
    if ((at.dst >> reg & 1U) != 0 && r[reg] == 0)
      return fault(FaultKind::out_of_bounds, at, 0,
                   "null in r" + std::to_string(reg) + ", where the function that is called expects memory");
  return true;
}

const Step* Machine::return_from_frame() {
  const Frame& f = frames[depth--];
  run->program = f.program;
  std::copy(f.saved.begin(), f.saved.end(), r + 6);
  r[10] = stack->frame_top(depth);
  return f.back;
}

// Linux's order (bpf-helpers(7), bpf_tail_call): an index past the end, a limit that is used up and an empty slot
// all mean that the program goes on behind the call.
const Step* Machine::tail_call_target() {
  auto& array = *reinterpret_cast<maps::ProgArray*>(r[2]);
  auto index = static_cast<uint32_t>(r[3]);
  std::shared_ptr<void> target;
  if (index < array.definition().max_entries && run->tail_calls < limits->tail_calls) target = array.get(index);
  const auto* to = static_cast<const Lowered*>(target.get());
  if (to == nullptr || to->premise() != run->program->premise()) {
    r[0] = errno_result(ENOENT);
    return nullptr;
  }
  ++run->tail_calls;
  run->program = to;
  frame().may_goto_left = may_goto_budget;
  begin();
  return run->program->entry();
}

}  // namespace skep::vm
