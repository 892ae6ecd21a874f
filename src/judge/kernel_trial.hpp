// SPDX-License-Identifier: Apache-2.0
// A trial in the running kernel: the module of a line loaded anew, its runs one after the other, operations on its
// maps.
//
// The kernel has a clock, chance and printk of its own, so `now_ns`, `seed` and `max_insns` of a run mean nothing here.
// Numbers that name live things differ from load to load; as in the other executors, the value of a prog_array or of a
// map of maps is the number of the program or map in the line, from 1.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "engine/kernel/kernel.hpp"
#include "judge/map_ops.hpp"
#include "judge/question.hpp"

namespace skep::judge {

struct KernelRun {
  int err = 0;  // 0 or a negative errno
  uint32_t r0 = 0, ns = 0;
  std::optional<Buffer> packet = {}, ctx = {};  // as the run left them
};

class KernelTrial {
 public:
  explicit KernelTrial(const Question& q);  // `q` outlives it

  const kernel::Loaded& loaded() const { return loaded_; }

  // The verdict on all programs: that of the first which is not accepted, else the sums.
  struct Verdict {
    std::size_t prog;
    kernel::Verdict verdict;
  };
  std::optional<Verdict> verdict() const;  // nothing where there are no programs

  // An error means that there was no run.
  Result<KernelRun> run(const RunInput& input) const;
  Result<OpResult> apply(const Op& op) const;  // of a map that could be made
  Result<Content> content(std::size_t map) const;

 private:
  Result<sys::TestInput> prepare(const module::ProgDef& def, const RunInput& input, Buffer& ctx) const;
  Result<OpResult> apply_batch(const sys::Map& map, const Op& op) const;
  Walk walk(std::size_t map) const;
  // Values as they are told, and as the kernel takes them.
  sys::Answer<Buffer> told(std::size_t map, sys::Answer<Buffer> value) const;
  sys::Answer<Buffer> taken(std::size_t map, const Buffer& value) const;

  const Question& q_;
  kernel::Loaded loaded_;
  bool per_cpu_ = false;
  std::vector<std::pair<uint32_t, uint32_t>> program_ids_, map_ids_;  // the kernel's id, and the number told
};

}  // namespace skep::judge
