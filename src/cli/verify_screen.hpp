// SPDX-License-Identifier: Apache-2.0
// What `skep verify` shows: a table of programs, one screen for a refused one.
#pragma once

#include "api/verify.hpp"
#include "cli/text.hpp"
#include "verify/known.hpp"
#include "verify/profile.hpp"

namespace skep::cli {

std::string_view said(verify::Answer answer);  // "accepted", "refused"

// One line a program, and one of sums.
std::string verdict_table(const api::VerifyReport& report, const Paint& paint);

// drop.bpf.c:15  refused: hits may be null here … the lines on the way, what was held, what would be right.
std::string explained(const api::VerifyReport& report, const api::ProgramVerdict& program, const Paint& paint);

std::string line_text(const module::LineInfo& line);  // "drop.bpf.c:15  *hits += 1;"

// How often each source line was walked, most first.
std::string profile_text(const api::VerifyReport& report, const api::ProgramVerdict& program,
                         const verify::Profile& profile, const Paint& paint);

// Every instruction, with what is known before it over all paths.
std::string states_text(const api::VerifyReport& report, const api::ProgramVerdict& program,
                        const std::vector<verify::Known>& known, const Paint& paint);

// "3 programs, 2 accepted, 1 refused"
std::string sums(const api::VerifyReport& report);

}  // namespace skep::cli
