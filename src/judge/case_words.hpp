// SPDX-License-Identifier: Apache-2.0
// The words of a `run:` line. Private to src/judge.
//
//     run: INPUT… gives EXPECTATION, EXPECTATION…
//
//     INPUT        mem BYTES | packet LAYERS | ctx FIELD=N… | raw_ctx BYTES | from link|network | cpu N | now_ns N |
//     seed N | max_insns N EXPECTATION  r0 = N | mem = BYTES | ctx = BYTES | packet = LAYERS | printk "TEXT" | limit
//                  fault KIND | fault KIND at N
//                  map NAME has KEY = VALUE | map NAME has KEY = VALUE on N | map NAME lacks KEY | map NAME is empty
//     BYTES        hex pairs | u8 N | u16 N | u32 N | u64 N | zeros N | ones N | "TEXT"    one after the other
//     KEY, VALUE   BYTES, or one number as wide as the map says
#pragma once

#include <string_view>

#include "base/error.hpp"
#include "judge/case.hpp"

namespace skep::judge {

// `line` is the whole line, "run:" and all; `prog` the program it belongs to.
Result<CaseRun> parse_run_line(std::string_view line, std::size_t prog, const module::Module& module);

}  // namespace skep::judge
