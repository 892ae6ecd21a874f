// SPDX-License-Identifier: Apache-2.0
// What a program may return: the values of r0 that Linux accepts at the exit of the main program, by program type and
// by the attach type it was loaded with. Linux 6.18 compares all 64 bits: 0x100000001 is not 1.
//
// Where a range is asked, r0 must be a number; where none is, any initialised register will do (a pointer only for
// loaders that may leak pointers). Three types ask BTF: what their hook's function returns (Answer).
#pragma once

#include <cstdint>
#include <string_view>

#include "facts/prog_types.hpp"

namespace skep::facts {

enum class Answer : uint8_t {
  any,        // whatever is initialised
  range,      // a number in [min, max]
  low_range,  // a number whose low 32 bits, signed, are in [min, max]
  hook,       // lsm: lsm_return_rule()
  operation,  // struct_ops: what the operation returns: nothing asked of void, a trusted pointer or 0 of a pointer
  replaced,   // ext: what the replaced function must
};

struct ReturnRule {
  ProgType type;
  AttachTypes at;  // loaded with one of these; empty: any
  Answer answer;
  int64_t min = 0, max = 0;
};

// The rule of a program; every program has one.
const ReturnRule& return_rule(ProgType type, AttachType attach);

// The rule of a program at a hook of security modules, named as its function in BTF ("bpf_lsm_file_open"). Hooks
// themselves have rules in functions.hpp.
enum class HookReturns : uint8_t { number, nothing };  // in BTF
ReturnRule lsm_return_rule(AttachType attach, std::string_view hook, HookReturns returns);

// An asynchronous callback (a timer's, a work queue's, a task_work's) returns 0 and an exception callback what its
// program does; see Answer for how a range is asked.
inline constexpr ReturnRule async_callback_returns{ProgType::unspec, {}, Answer::range, 0, 0};

}  // namespace skep::facts
