// SPDX-License-Identifier: Apache-2.0
// Linux's capabilities of this thread, given away for a while: what would a loader without them be told?
//
// Only the effective set changes, so they come back with the end of the scope. Numbers are those of capabilities(7).
#pragma once

#include <array>
#include <cstdint>

namespace skep::sys {

namespace cap {
inline constexpr unsigned net_admin = 12, sys_admin = 21, sys_boot = 22, perfmon = 38, bpf = 39;
}

class WithoutCaps {
 public:
  explicit WithoutCaps(uint64_t set);  // bits by number; 0 leaves everything as it is
  WithoutCaps(const WithoutCaps&) = delete;
  WithoutCaps& operator=(const WithoutCaps&) = delete;
  ~WithoutCaps();

 private:
  struct Sets {
    uint32_t effective, permitted, inheritable;
  };
  std::array<Sets, 2> before_{};
  bool changed_ = false;
};

}  // namespace skep::sys
