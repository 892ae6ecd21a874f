// SPDX-License-Identifier: Apache-2.0
// What Linux asks about the place where a program is to be attached, between its control flow and the walk.
#pragma once

#include "base/error.hpp"
#include "verify/flow.hpp"
#include "verify/verify.hpp"

namespace skep::verify {

Result<void> check_attachment(const Question& q, const Flow& flow);

}  // namespace skep::verify
