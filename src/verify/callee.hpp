// SPDX-License-Identifier: Apache-2.0
// What a call means for the flow of a program, whoever answers it: a helper by its row, a kernel function by whoever
// knows the target's. Subprograms are walked instead and have none.
#pragma once

#include <cstdint>
#include <optional>

#include "facts/kfuncs.hpp"
#include "facts/target.hpp"
#include "module/module.hpp"

namespace skep::verify {

// When the callee calls the function it was given.
enum class Callback : uint8_t {
  none,
  now,    // any number of times before it returns: bpf_loop
  later,  // after the program: timers, work queues
};

struct Callee {
  uint8_t args = 0;  // how many of r1 … it reads
  bool returns_nothing = false;
  bool fastcall = false;      // leaves r1 … r5 alone, so that spills around the call may go
  bool may_sleep = false;     // only where sleeping is allowed
  bool moves_packet = false;  // packet pointers from before the call are dead after it; of helpers: below
  bool iterates = false;      // the `next` of an open-coded iterator
  bool throws = false;        // bpf_throw
  Callback callback = Callback::none;
};

// Nothing: the target has no such helper for programs of this type.
std::optional<Callee> helper_callee(const facts::Target& target, const module::ProgDef& prog, int32_t id);

// By what the helper does, or the program that it calls, whether or not programs of this type may call it.
bool helper_moves_packet(const facts::Target& target, int32_t id);

// Of a kernel function: its row, and what its prototype says.
Callee kfunc_callee(const facts::Kfunc& kfunc, unsigned params, bool returns_nothing);

}  // namespace skep::verify
