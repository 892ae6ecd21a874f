// SPDX-License-Identifier: Apache-2.0
// Dispatch: how the interpreter goes from one arm to the next. The arms are in vm/arms.inc, once.
//
// GCC gets labels and computed goto: every arm ends in an indirect jump of its own, so the branch predictor sees
// which operation follows which. clang merges computed gotos into one jump, so it gets functions that end in
// guaranteed tail calls (GCC 12 has no such guarantee). A plain switch costs half as much again on branchy code.
//
// Counting costs one addition where a jump is taken: `fuel` is the address that ip would reach if what is granted were
// used up without another jump. A jump that moves ip by d slots moves fuel by d - 1, so what was executed is always
// ip - (fuel - granted), and one comparison finds a run that has used it up. Then it is over its limit, or is granted
// more unless somebody wants it to stop: that question costs the loop nothing.
#include "vm/interp.hpp"

#include <atomic>
#include <type_traits>

#include "context/context.hpp"
#include "vm/checker.hpp"
#include "vm/machine.hpp"
#include "vm/policies.hpp"

namespace skep::vm {
namespace {

#define TARGET reinterpret_cast<const Step*>(reinterpret_cast<const char*>(ip) + ip->off)
#define MOVE_TO(target)                                                                      \
  const Step* to_ = (target);                                                                \
  fuel += reinterpret_cast<uintptr_t>(to_) - reinterpret_cast<uintptr_t>(ip) - sizeof(Step); \
  ip = to_;
#define USE(name)                                            \
  if (!P::template use<isa::Op::name>(*m, *ip)) [[unlikely]] \
  STOPPED

#if defined(__clang__)

template <class P>
struct Arms {
  using Arm = void (*)(const Step*, Machine*, uintptr_t);
  static const Arm table[op_count];

#define DISPATCH [[clang::musttail]] return table[static_cast<unsigned>(ip->op)](ip, m, fuel)
#define NEXT  \
  {           \
    ++ip;     \
    DISPATCH; \
  }
#define STOPPED         \
  {                     \
    m->stopped_at = ip; \
    m->fuel = fuel;     \
    return;             \
  }
#define JUMP(target)                                           \
  {                                                            \
    MOVE_TO(target)                                            \
    if (reinterpret_cast<uintptr_t>(ip) > fuel) [[unlikely]] { \
      fuel = m->refuelled(ip, fuel);                           \
      if (reinterpret_cast<uintptr_t>(ip) > fuel) STOPPED      \
    }                                                          \
    DISPATCH;                                                  \
  }
#define ARM(name, ...) \
  static void name(const Step* ip, Machine* m, uintptr_t fuel) { __VA_ARGS__ }
#include "vm/arms.inc"
  static void never(const Step*, Machine*, uintptr_t) { __builtin_trap(); }
};
#define ARM_OF(name) &Arms<P>::name
#define FUSED_OF(alone, fused) (P::fuses ? &Arms<P>::fused : &Arms<P>::alone)
template <class P>
const typename Arms<P>::Arm Arms<P>::table[op_count] = {
#include "vm/arm_table.inc"
};

template <class P>
void execute(Machine* m, const Step* ip, uintptr_t fuel) {
  Arms<P>::table[static_cast<unsigned>(ip->op)](ip, m, fuel);
}

#else

template <class P>
void execute(Machine* m, const Step* ip, uintptr_t fuel) {
#define ARM_OF(name) &&name
#define FUSED_OF(alone, fused) (P::fuses ? &&fused : &&alone)
  static constexpr void* table[op_count] = {
#include "vm/arm_table.inc"
  };
#define DISPATCH goto* table[static_cast<unsigned>(ip->op)]
#define NEXT  \
  {           \
    ++ip;     \
    DISPATCH; \
  }
#define STOPPED goto stopped
#define JUMP(target)                                         \
  {                                                          \
    MOVE_TO(target)                                          \
    if (reinterpret_cast<uintptr_t>(ip) > fuel) [[unlikely]] \
      goto used_up;                                          \
    DISPATCH;                                                \
  }
#define ARM(name, ...) \
  name: { __VA_ARGS__ }
  DISPATCH;
#include "vm/arms.inc"
never:
  __builtin_trap();
used_up:
  fuel = m->refuelled(ip, fuel);
  if (reinterpret_cast<uintptr_t>(ip) <= fuel) DISPATCH;
stopped:
  m->stopped_at = ip;
  m->fuel = fuel;
}

#endif

template <class P>
Outcome run(Machine& m, const Lowered& program) {
  Run& run = *m.run;
  run.program = &program;
  auto start = reinterpret_cast<uintptr_t>(program.entry());
  execute<P>(&m, program.entry(), start + m.granted * sizeof(Step));
  // The step that stopped the run counts when it was executed: exit was, a fault was not.
  bool exited = m.stop.kind == FaultKind::none;
  auto executed = (reinterpret_cast<uintptr_t>(m.stopped_at) - (m.fuel - m.granted * sizeof(Step))) / sizeof(Step);
  Outcome out;
  out.insns = executed + (exited ? 1 : 0);
  if (exited && out.insns > m.limit) exited = m.fault(FaultKind::limit, *m.stopped_at, 0, {});
  out.r0 = exited ? m.r[0] : 0;
  out.fault = std::move(m.stop);
  return out;
}

}  // namespace

Stack::Stack(const Limits& limits)
    : stride_(uint64_t{2} * limits.stack_bytes),
      size_(stride_ * limits.frames + limits.stack_bytes),  // a gap above the first frame's top, too
      bytes_(std::make_unique<uint8_t[]>(2 * size_)) {}

void Stack::clear() {
  std::size_t used = (deepest_ + 1) * stride_;
  std::memset(bytes_.get(), 0, used);
  std::memset(written(), 0, used);
  deepest_ = 0;
}

Outcome run_fast(Run& run_, const Lowered& program, const Limits& limits, Stack& stack, Arguments arguments) {
  stack.clear();
  Machine m(run_, limits, stack, arguments);
  return run<Fast>(m, program);
}

Outcome run_checked(Run& run_, const LoweredUnchecked& program, const Limits& limits, Stack& stack, Memory memory,
                    Arguments arguments, UninitStack uninit) {
  stack.clear();
  Checker checker(run_, limits, stack, arguments, memory, uninit);
  Outcome out = run<Checked>(checker, program.code());
  out.repeatable = checker.repeatable;
  return out;
}

}  // namespace skep::vm
