// SPDX-License-Identifier: Apache-2.0
// The least BTF of a target that still answers what given CO-RE relocations ask: for a kernel that has none of its own,
// a few kilobytes beside a program instead of megabytes.
//
//     struct task_struct { int pid; struct mm_struct *mm; … 240 more }    asked: task_struct.mm, its offset
//     ->  struct task_struct (its size) { struct mm_struct *mm; at its offset }    mm points to void
//
// A field keeps its record's size and itself, not its neighbours; what a pointer points to is not needed for the way
// to the pointer. Who asks for a type as a whole gets its name and size, and for type_matches its members too. Ids are
// others than the target's, so type_id_target is answered by another number.
#pragma once

#include <set>

#include "btf/core.hpp"

namespace skep::btf {

class Minimal {
 public:
  explicit Minimal(Shared target);

  // Keeps whatever a relocation may find. One that is broken finds nothing: its error remains.
  Result<void> keep(const Btf& local, const CoreRelo& relo);
  Buffer bytes() const;

 private:
  enum class Depth : uint8_t { by_value, behind_pointers, members };
  void keep_path(const core::Spec& found);
  bool keep_member(TypeId record, const core::Step& step, std::set<TypeId>& without);
  void keep_type(TypeId id, Depth depth);

  Shared target_;
  std::vector<uint8_t> kept_;                // by type: 1 + the depth to which it is
  std::vector<std::set<uint32_t>> members_;  // of each record, those that are kept
};

}  // namespace skep::btf
