// SPDX-License-Identifier: Apache-2.0
// One run of one program: what it may touch while it runs, and what comes out.
//
// A Run lives on the stack of the thread that runs, owns one lane from enter to leave, and is what a helper sees.
// Nothing in it is shared with other threads but the maps.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "facts/helpers.hpp"
#include "maps/map.hpp"

namespace skep::context {
class Context;
}

namespace skep::vm {

class Lowered;

// What the world outside answers. Tests and batch replace it; the default is this machine.
struct Host {
  std::function<uint64_t()> now_ns;              // CLOCK_MONOTONIC
  std::function<uint32_t()> random;              // get_prandom_u32
  std::function<void(std::string_view)> printk;  // one formatted line of trace_printk, without the newline
  std::function<bool()> asked_to_stop = {};      // asked every few milliseconds of a long run; none: it never is
};
Host this_machine();  // printk goes nowhere

// Why a run stopped before its exit. The first four are in docs/reference/batch.md.
enum class FaultKind : uint8_t { none, out_of_bounds, uninitialised, too_deep, not_executable, limit, interrupted };
std::string_view name(FaultKind kind);  // "out-of-bounds"

struct Fault {
  FaultKind kind = FaultKind::none;
  const Lowered* program = nullptr;  // a tail call may have left the one that was started
  uint32_t insn = 0;                 // 8-byte slot in that program
  uint64_t address = 0;              // of the access; 0 where none was made
  std::string region;                // what the address is near to, or what is wrong: "stack of frame 0", "register r3"
};

struct Outcome {
  uint64_t r0 = 0;
  uint64_t insns = 0;      // executed 8-byte slots
  Fault fault;             // kind none: it reached exit
  bool repeatable = true;  // checked: nothing that was never written decided or left it
};

struct Run {
  const Host* host = nullptr;
  unsigned lane = 0;                    // "this CPU"
  context::Context* context = nullptr;  // none for raw memory
  const Lowered* program = nullptr;     // the one executing now: changes with a tail call
  uint64_t max_insns = 0;
  unsigned tail_calls = 0;
};

// What a helper does: r1 … r5 in, r0 out. Its memory arguments were checked against its row in checked; fast has a
// proof. It never throws and never blocks.
using HelperFn = uint64_t (*)(Run&, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t);
constexpr uint64_t errno_result(int err) { return static_cast<uint64_t>(-int64_t{err}); }

}  // namespace skep::vm
