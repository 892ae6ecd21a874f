// SPDX-License-Identifier: Apache-2.0
// A concrete input that breaks the rule for which a program is refused: "when i = 300, this reads bytes 1,200 to 1,203
// of `table`, which has 1,024".
//
// The refused path says what to try (verify/path_formula.hpp); the checked interpreter, which knows nothing of the
// verifier, says whether it does violate: only a run that faults at the refused instruction is a witness, or one that
// answers what may not be answered. Asked are rejections about values (verify/rejections.hpp); others no input shows.
// Where a pointer is moved too far, the fault may come behind that, where it is used. None found does not mean that
// there is none. Searching ends after 50 ms.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "judge/trial.hpp"
#include "verify/verify.hpp"

namespace skep::judge {

struct Witness {
  std::shared_ptr<const module::Module> module;  // the refused program, and the maps it names with what they hold
  std::string target;
  RunInput run;
  vm::Fault fault;  // kind none: it answers r0
  uint64_t r0 = 0;
  std::string when, then;  // "i = 300", "this reads …"
};

// `module` is the question's.
std::optional<Witness> find_witness(std::shared_ptr<const module::Module> module, const verify::Question& question,
                                    const verify::Rejection& rejection);

std::string text(const Witness& witness);  // "when i = 300, this reads …"
// {"text":…,"question":{…},"fault":{"kind":…,"insn":…}}, or "r0" instead of the fault: a line for `skep batch` that
// makes the run, and what comes of it.
std::string json(const Witness& witness);

}  // namespace skep::judge
