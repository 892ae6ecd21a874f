// SPDX-License-Identifier: Apache-2.0
// Which field of its context an instruction touches, where that is certain without verifying: a register holds the
// context on every path if it holds r1 of the program's begin, unchanged. Copies from register to register are
// followed, the stack is not.
#pragma once

#include <string>
#include <vector>

#include "module/module.hpp"

namespace skep::api {

// By slot: "ctx->data_end", "ctx->cb[2]", or empty.
std::vector<std::string> context_fields(const module::ProgDef& program);

}  // namespace skep::api
