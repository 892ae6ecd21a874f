// SPDX-License-Identifier: Apache-2.0
// A witness in words and as JSON. Private to src/judge.
#pragma once

#include <span>

#include "judge/witness.hpp"
#include "verify/path_formula.hpp"

namespace skep::judge {

std::string context_field_name(facts::ProgType type, uint32_t at);  // "cb[2]"

// Fills in `when` and `then`; the run is known.
void say(const verify::Question& q, const verify::Rejection& rejection, const verify::PathFormula& path,
         const verify::Inputs64& inputs, std::span<const verify::Condition> goal, Witness& w);

}  // namespace skep::judge
