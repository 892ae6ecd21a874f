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

namespace skep::facts {

struct Limits {
  unsigned tail_calls = 33;
  unsigned frames = 8;         // including the entry and callbacks
  unsigned stack_bytes = 512;  // of each frame
};

class Target {
 public:
  Target() = default;  // the newest kernel that skep has been judged against, all capabilities
  Target(unsigned patch, Caps caps) : patch_(patch), caps_(caps) {}

  std::string name() const;  // resolved: "linux-6.18.44", "linux-6.18.44+caps=bpf,net_admin"
  Version version() const { return "6.18"_v; }
  const Limits& limits() const { return limits_; }
  Caps caps() const { return caps_; }
  Support has(Feature f) const;
  // Privileged programs may read stack bytes that nobody wrote; without PERFMON that is refused.
  bool uninit_stack_readable() const { return caps_.has(Cap::perfmon) || caps_.has(Cap::sys_admin); }

  const Helper* helper(uint64_t id) const { return helper_by_id(id); }  // null: none
  // What a program of this type calls by this id; null: its type cannot use the helper.
  const Helper* prototype(uint64_t id, ProgType type) const { return facts::prototype(id, type); }

  static constexpr unsigned newest_patch = 44;

 private:
  unsigned patch_ = newest_patch;
  Caps caps_ = Caps::all();
  Limits limits_ = {};
};

// "all", "none" or names joined by "," or "+", with or without "cap_".
Result<Caps> caps_by_name(std::string_view text);

// "linux-6.18", "linux-6.18.15", "linux-6.18+caps=bpf,net_admin".
Result<Target> target_by_name(std::string_view name);

}  // namespace skep::facts
