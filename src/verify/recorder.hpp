// SPDX-License-Identifier: Apache-2.0
// Who wants to know how a verdict came to be listens to a second walk: walking is deterministic, so the first one need
// not remember anything.
//
//     struct Counter : Recorder { void step(uint32_t insn, const State&) override { ++visits[insn]; } … };
//     verify(question, counter);
//
// A walk is one or several paths from a beginning: aside() marks the place where another path leaves the current one;
// resumed() goes back to the newest such place that is left, and takes that path up.
#pragma once

#include "verify/state.hpp"
#include "verify/verify.hpp"

namespace skep::verify {

class Recorder {
 public:
  virtual ~Recorder() = default;
  virtual void begun() {}                       // the program, or a global function, with nothing walked yet
  virtual void step(uint32_t, const State&) {}  // what is known before an instruction is walked
  virtual void seen(uint32_t) {}                // counts, too, but is not walked: as much was known here before
  virtual void aside() {}
  virtual void resumed() {}
};

Verdict verify(const Question& question, Recorder& recorder);

}  // namespace skep::verify
