// SPDX-License-Identifier: Apache-2.0
// How deep the stack can become: asked when every path has been walked and the size of each frame is known.
//
// The frames of a chain of calls share 512 bytes, each rounded up; a function reference counts as a call, because who
// is given the function may call it. What runs on its own (asynchronous callbacks, the exception callback) is a chain
// of its own. Programs of some types have a private stack beside: there a frame of 64 bytes or more counts alone,
// unless the subprogram also runs under an asynchronous callback. No private stacks where any subprogram makes tail
// calls.
//
// Surprises: calls are followed wherever they stand, dead or not, so recursion is found here too, as too many frames.
// Linux follows every chain; the answer of a subprogram at a depth is remembered here, which finds the same first
// fault.
#pragma once

#include <cstdint>
#include <vector>

#include "verify/flow.hpp"

namespace skep::verify {

// What the walk finds out about frames.
class FrameUse {
 public:
  explicit FrameUse(const Flow& flow);

  void grow(uint32_t subprog, uint32_t bytes) {
    uint32_t& b = frames_[subprog].bytes;
    if (b < bytes) b = bytes;
  }
  // An access to the stack of this subprogram's frame, `off` from its r10. Spills around fastcalls have their slots for
  // themselves; anything else there ends that for the subprogram.
  void touch(uint32_t subprog, uint32_t insn, int64_t off) {
    int& bound = frames_[subprog].fastcall_offset;
    if (off < bound && !flow_->at[insn].is(Mark::fastcall)) bound = none_apart;
  }
  void runs_as_callback(uint32_t subprog, Callback when) {
    frames_[subprog].callback = true;
    if (when == Callback::later) frames_[subprog].alone = true;
  }

  // After the walk: the spills that go are gone.
  void drop_fastcalls();
  uint32_t bytes(uint32_t subprog) const { return frames_[subprog].bytes; }
  uint32_t total() const;
  bool is_callback(uint32_t subprog) const { return frames_[subprog].callback; }
  bool runs_alone(uint32_t subprog) const { return frames_[subprog].alone; }

 private:
  static constexpr int none_apart = INT16_MIN;
  struct Frame {
    uint32_t bytes = 0;
    int fastcall_offset = 0;
    bool callback = false, alone = false;
  };
  const Flow* flow_;
  std::vector<Frame> frames_;
};

Judged<void> check_stack_depth(const Inputs& in, const Flow& flow, const FrameUse& use);

}  // namespace skep::verify
