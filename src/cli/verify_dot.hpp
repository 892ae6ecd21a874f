// SPDX-License-Identifier: Apache-2.0
// The control flow of a program as a picture, in the language of Graphviz (`skep verify --dot`).
//
//     one digraph     a program; a cluster in it: a subprogram; a box: instructions that are walked one after the other
//     in a box        grey, at its head: what is known there of the registers that are read later; source lines; the
//                     instructions, and beside each, grey, what it changed of that
//     edges           `taken` and `not taken` where both are possible; blue: back, a loop; dashed: calls, callbacks
//     colours         red: refused here, and why; a grey box: never walked
//
// Programs that Linux would not even walk have a picture, too: jumps to where no instruction is lead to `nowhere`.
#pragma once

#include "api/verify.hpp"
#include "verify/known.hpp"

namespace skep::cli {

// `known` as known_states() has it; empty where nothing was walked.
std::string dot_text(const api::VerifyReport& report, const api::ProgramVerdict& program,
                     const std::vector<verify::Known>& known);

// Names and source lines are whatever an object says. The first is the text as part of an HTML-like label, the second
// as a quoted name.
std::string dot_label(std::string_view text);
std::string dot_name(std::string_view text);

}  // namespace skep::cli
