// SPDX-License-Identifier: Apache-2.0
// Programs that take the place of a global function of another program (freplace): what Linux asks of the two before
// the walk. The walk then judges them as the program they become part of.
#pragma once

#include "base/error.hpp"
#include "verify/flow.hpp"
#include "verify/verify.hpp"

namespace skep::verify {

Result<void> check_replacement(const Question& q, const Flow& flow);

}  // namespace skep::verify
