// SPDX-License-Identifier: Apache-2.0
// A Target is what programs are verified and run for: a kernel's rows, limits and privileges.
//
// Immutable and cheap to copy. Code never compares versions; it asks has(Feature). Rows are asked for by id through
// the target, so that an embedder's rows will be rows like Linux's.
#pragma once

#include <string>

#include "facts/caps.hpp"
#include "facts/features.hpp"
#include "facts/helpers.hpp"
#include "facts/kfuncs.hpp"

namespace skep::facts {

enum class Jit : uint8_t { on, off };
enum class Mitigations : uint8_t { on, off };

// Linux's own numbers. Where two stand in a comment, the second is for loaders without CAP_BPF.
struct Limits {
  unsigned tail_calls = 33;
  unsigned frames = 8;                   // including the entry and callbacks
  unsigned stack_bytes = 512;            // of each frame, and of all frames of a call chain together
  unsigned stack_rounding = 16;          // of a frame in that sum; 32 without JIT
  unsigned stack_above_tail_call = 256;  // frames above a subprogram that makes tail calls stay below
  unsigned private_stack_bytes = 64;     // a frame of at least so many gets a stack of its own, where types may
  unsigned program_insns = 1'000'000;    // 4096
  unsigned processed_insns = 1'000'000;  // by the verifier
  unsigned jump_sequence = 8192;         // branches that wait to be followed
  unsigned states_per_insn = 0;          // 64: more states than these at one instruction end it; 0: any number
  unsigned subprograms = 256;            // the main program included
  unsigned maps = 64, btfs = 64;         // that a program names
  unsigned kfuncs = 256;                 // different ones
  unsigned loop_iterations = 1U << 23;   // of bpf_loop
  unsigned global_arguments = 5;         // registers of a call
  uint32_t variable_offset = 1U << 29;   // of a pointer, either way, and of a memory's size
  unsigned strict_packet_align = 2;      // for strict alignment: packets begin so many bytes behind a multiple of 4
  uint32_t packet_offset = 0xffff;       // known part of a packet pointer
};

// What a loader's capabilities open: the switches Linux's verifier asks, under its own names.
struct Privileges {
  bool bpf_capable;         // long programs, loops, subprograms, dead code removed, scalars not precise from the start
  bool allow_ptr_leaks;     // pointers may be compared, returned, stored, subtracted
  bool allow_uninit_stack;  // stack bytes that nobody wrote may be read
  bool bypass_spec_v1;      // no masks on pointer arithmetic, no speculative paths
  bool bypass_spec_v4;      // no barriers between stores and loads of the stack
};

class Target {
 public:
  Target() = default;  // the newest kernel that skep has been judged against, all capabilities
  Target(unsigned patch, Caps caps, Jit jit = Jit::on, Mitigations mitigations = Mitigations::on);

  // Resolved: "linux-6.18.44", "linux-6.18.44+caps=bpf,net_admin+nojit".
  std::string name() const;
  Version version() const { return {6, 18, static_cast<uint8_t>(patch_)}; }
  unsigned patch() const { return patch_; }
  Caps caps() const { return caps_; }
  Jit jit() const { return jit_; }
  Mitigations mitigations() const { return mitigations_; }
  const Limits& limits() const { return limits_; }
  Privileges privileges() const;
  Support has(Feature f) const;
  bool uninit_stack_readable() const { return privileges().allow_uninit_stack; }

  const Helper* helper(uint64_t id) const { return helper_by_id(id); }  // null: none
  // What a program of this type calls by this id; null: its type cannot use the helper.
  const Helper* prototype(uint64_t id, ProgType type) const { return facts::prototype(id, type); }
  const Kfunc* kfunc(std::string_view name) const { return kfunc_by_name(name); }  // null: none

  static constexpr unsigned newest_patch = facts::newest_patch;

 private:
  unsigned patch_ = newest_patch;
  Caps caps_ = Caps::all();
  Jit jit_ = Jit::on;
  Mitigations mitigations_ = Mitigations::on;
  Limits limits_ = {};
};

// "all", "none" or names joined by "," or "+", with or without "cap_".
Result<Caps> caps_by_name(std::string_view text);

// "linux-6.18", "linux-6.18.15", "linux-6.18+caps=bpf,net_admin+nojit+mitigations=off".
Result<Target> target_by_name(std::string_view name);

}  // namespace skep::facts
