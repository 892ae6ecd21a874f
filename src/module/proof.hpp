// SPDX-License-Identifier: Apache-2.0
// A Proof is what the verifier learnt of a program it accepted, instruction by instruction, true on every path: plain
// data, filled only by verify (verify/proof_notes.cpp), used by lower and what stands behind it.
//
// What it holds is what pruning compares, so that a path which was cut short because an older one had been at the same
// place is covered, too: pointers with their offsets, keys that were asked for, edges nobody took. The range of a
// number that nothing depends on is not among them: Linux's pruning takes any number for it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace skep::module {

// What the pointer of a load, store or atomic operation points into.
enum class Region : uint8_t {
  none,  // no memory is touched, or no path comes here
  context,
  stack,
  map_value,
  map_key,
  packet,
  packet_meta,
  memory,  // that a helper or the caller gave, of known size
  buffer,  // of a size that only its owner knows
  flow_keys,
  socket,         // any of Linux's four structures
  kernel_object,  // typed by BTF
  map,            // the map itself, as a kernel object
  arena,
  several,    // of stack, values, keys, packet and memory: it depends on the path
  untrusted,  // wherever an object of the kernel or a number says, on some path: Linux reads that with care
};

// Of one slot of 8 bytes.
struct Learnt {
  Region region = Region::none;
  bool reached = false;
  bool falls = false, jumps = false;  // of a conditional jump: the edges that some path takes
  uint32_t object = 0;                // map_value, map_key: the map; stack: frames above its own; memory: its size
  // Where an access begins, counted from the region's begin: from the packet's first byte, from r10, …
  int32_t least = 0, most = 0;
};

// Acquired and not yet given back when a run stands at a call or at a jump back, on some path. A run that is stopped
// there can release it.
enum class HeldKind : uint8_t { reference, irq_state, spin_lock, res_lock, res_lock_irq, rcu, preemption_off };
struct Held {
  uint32_t insn = 0;
  HeldKind kind = HeldKind::reference;
  uint32_t acquired = 0;  // the instruction that acquired it; of rcu and preemption_off: 0
  bool operator==(const Held&) const = default;
};

// A call whose key argument is this number on every path.
struct ConstantKey {
  uint32_t insn = 0;
  uint64_t key = 0;
};

// A call that gives a global function a constant 0, on some path, for memory whose function was verified as given that
// memory: Linux accepts it, and its body then goes through null.
struct NullGiven {
  uint32_t insn = 0;
  uint8_t registers = 0;  // a set of bits
};

struct Proof {
  std::vector<Learnt> at;         // by slot
  std::vector<ConstantKey> keys;  // ascending
  std::vector<Held> held;         // ascending
  std::vector<NullGiven> nulls;   // ascending
  uint32_t context_bytes = 0;     // how much of the context is touched, from its begin

  std::optional<uint64_t> key_at(uint32_t insn) const {
    const auto found = std::ranges::lower_bound(keys, insn, {}, &ConstantKey::insn);
    return found != keys.end() && found->insn == insn ? std::optional(found->key) : std::nullopt;
  }
  uint8_t nulls_at(uint32_t insn) const {
    const auto found = std::ranges::lower_bound(nulls, insn, {}, &NullGiven::insn);
    return found != nulls.end() && found->insn == insn ? found->registers : uint8_t{0};
  }
};

}  // namespace skep::module
