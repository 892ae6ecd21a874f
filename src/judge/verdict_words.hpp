// SPDX-License-Identifier: Apache-2.0
// A verdict of skep's verifier as batch and `skep verify --json` say it.
#pragma once

#include <string>

#include "module/module.hpp"
#include "verify/verify.hpp"

namespace skep::judge {

struct VerdictWords {
  std::string_view result;         // accepted, rejected, attr, unknown
  std::string_view code;           // the rest: only unless accepted
  std::string err, message, file;  // "EACCES"
  uint32_t insn = 0, line = 0;     // line 0: not known
};
VerdictWords words_of(const verify::Verdict& verdict, const module::ProgDef& prog);

}  // namespace skep::judge
