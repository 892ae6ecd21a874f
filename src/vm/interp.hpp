// SPDX-License-Identifier: Apache-2.0
// The interpreter: the reference for every other executor, in two policies of one source (vm/arms.inc).
//
//   fast     rests on a proof that the program is safe: it asks nothing. About 0.5 ns an ALU instruction.
//   checked  rests on nothing: compares every access with the regions the program may touch, tracks which bytes and
//            registers were written, and names instruction, address and region in a fault. It is the second judge of
//            the verifier, so it must never use what the verifier found out.
//
// Both count executed slots, and a run that passes max_insns ends in the fault `limit`. The count is looked at where a
// jump is taken and at the exit, so what is executed beyond it is at most the length of the program.
#pragma once

#include <cstdint>
#include <memory>

#include "base/bytes.hpp"
#include "vm/lowered.hpp"
#include "vm/run.hpp"

namespace skep::vm {

// Frames of BPF stack, reused from run to run; one thread at a time. Between two frames lies a gap of a frame's
// size that belongs to nobody, so checked sees an access that misses its frame.
class Stack {
 public:
  explicit Stack(const Limits& limits);

  uint64_t frame_top(unsigned depth) const { return base() + (depth + 1) * stride_; }  // what r10 holds
  uint64_t base() const { return reinterpret_cast<uint64_t>(bytes_.get()); }
  uint64_t size() const { return size_; }
  uint64_t stride() const { return stride_; }
  uint64_t frame_bytes() const { return stride_ / 2; }
  uint8_t* written() { return bytes_.get() + size_; }  // checked: one byte of 0 or 1 for each byte of stack

  // Zeroes what the last run may have used, so that no run sees another's bytes.
  void clear();
  void used_to(unsigned depth) { deepest_ = depth > deepest_ ? depth : deepest_; }

 private:
  uint64_t stride_, size_;
  std::unique_ptr<uint8_t[]> bytes_;
  unsigned deepest_ = 0;
};

struct Arguments {
  uint64_t r1 = 0, r2 = 0;
};

// What a raw program may touch beside its stack and its maps' values.
struct Memory {
  MutableBytes bytes;
};

// Runs to exit, fault or limit. `run` gives lane, host and max_insns; the stack must have been made for the same
// limits and is cleared first.
Outcome run_fast(Run& run, const Lowered& program, const Limits& limits, Stack& stack, Arguments arguments);
// The same, watched. `uninit_stack_readable` is the target's: reading what was never written is no fault then, but
// taints the value, and a tainted value that is used as an address is one.
enum class UninitStack : uint8_t { readable, fault };
Outcome run_checked(Run& run, const LoweredUnchecked& program, const Limits& limits, Stack& stack, Memory memory,
                    Arguments arguments, UninitStack uninit);

}  // namespace skep::vm
