// SPDX-License-Identifier: Apache-2.0
// The first three steps of analyse() (flow.hpp): where subprograms are, that control stays in them, what types say.
#pragma once

#include "verify/flow.hpp"

namespace skep::verify {

// Step 1. Fills Flow::subprogs and Flow::kfuncs.
Judged<void> find_subprograms(const Inputs& in, Flow& flow);
// Step 2. Fills At::subprog.
Judged<void> check_jumps(const Inputs& in, Flow& flow);
// Step 3.
Judged<void> check_types(const Inputs& in, Flow& flow);
// Lines begin with instructions, not within them.
Judged<void> check_lines(const Inputs& in);

}  // namespace skep::verify
