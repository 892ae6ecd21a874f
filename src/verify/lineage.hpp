// SPDX-License-Identifier: Apache-2.0
// Where a value came from: the steps of a path, newest first, that made or changed what a register holds. Copies,
// calls of subprograms and the way over the stack are followed; a value read from elsewhere, returned or made ends it.
#pragma once

#include <optional>
#include <vector>

#include "module/module.hpp"
#include "verify/path_log.hpp"

namespace skep::verify {

struct Ancestor {
  enum class How : uint8_t {
    narrowed,   // a branch taught its bounds, or that it is not null
    computed,   // arithmetic on a number
    moved,      // a pointer and a distance, which is register `amount` unless that is none
    set,        // a constant
    read,       // from memory
    returned,   // by a helper or kernel function
    given,      // the program began with it
    forgotten,  // a call leaves nothing in r1 to r5
    unwritten,
  };
  How how;
  std::size_t point;  // in the log: the instruction that did it
  unsigned reg;       // that holds the value behind it
  std::optional<unsigned> amount = {};
};

std::vector<Ancestor> lineage(const module::ProgDef& prog, const PathLog& log, std::size_t point, unsigned reg);

}  // namespace skep::verify
