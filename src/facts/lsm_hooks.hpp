// SPDX-License-Identifier: Apache-2.0
// What is known of the hooks of Linux's security modules besides their prototypes. A hook's name is its function's in
// BTF without "bpf_lsm_". All 271 of 6.18.15 were asked, in a guest.
#pragma once

#include <string_view>

#include "facts/returns.hpp"

namespace skep::facts {

struct LsmHook {
  bool disabled = false;   // no program may be attached
  bool sleepable = false;  // programs there may sleep
  bool yes_or_no = false;  // answers 0 or 1, not 0 or an errno
  bool plain = false;      // its pointers are not trusted: the object is being made, or gone
};
LsmHook lsm_hook(std::string_view name);

enum class LsmReturns : uint8_t { number, nothing };  // the hook's function, in BTF
// What a program at this hook may return (attach: lsm_mac or lsm_cgroup).
ReturnRule lsm_return_rule(AttachType attach, std::string_view hook, LsmReturns returns);

}  // namespace skep::facts
