// SPDX-License-Identifier: Apache-2.0
// Text to instructions. Three spellings are understood, line by line:
//
//     skep's       r0 = *(u32 *)(r1 + 4)      if r1 == 0 goto out        call map_lookup_elem     r1 = map[counts]
//     LLVM 19's    w0 = *(u32 *)(r1 + 0x4)    if r1 == 0x0 goto +0x3 <LBB0_2>    call 0x1         r1 = 0x5 ll
//     the kernel's r0 = *(u32 *)(r1 +4)       if r1 == 0x0 goto pc+3     call bpf_map_lookup_elem#1    r1 = map[id:5]
//
// with what their tools put in front: `12: (b7)`, and `  12:  b7 01 00 00 05 00 00 00`. Labels are NAME: and may stand
// before an instruction; `;` separates instructions, but a line that starts with it is an echoed source line; `#` after
// white space and `//` end a line. `.insn 0x` and 16 digits is one slot, byte by byte as in the file, whatever it is.
//
// `call NAME` is a helper, else a subprogram (a label, or one `names` has), else a kfunc; `bpf_` and `#id` may be left
// out, and a wrong id is an error. `call 5` is helper 5, as LLVM prints it. A 32-bit field takes -2^31 … 2^32-1.
// The result passes check(), .insn aside. Hostile text is fine: time is linear in its length.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "isa/insn.hpp"
#include "isa/names.hpp"

namespace skep::isa {

// A name that stands in the text; `at` is the slot that uses it. What `names` answered is already in the instruction.
struct Reference {
  Kind kind;
  std::string name;
  uint32_t at;
};
struct Label {
  std::string name;
  uint32_t at;  // the slot it stands before; insns.size() at the end
  uint32_t line;
};

struct Program {
  std::vector<Insn> insns;
  std::vector<uint32_t> lines;        // of each slot
  std::vector<Label> labels;          // as they come in the text
  std::vector<Reference> references;  // maps, kfuncs, variables, subprograms (labels or not); not helpers, not jumps
};

// Lines count from `first_line`. An error's place is "line N, column M".
Result<Program> assemble(std::string_view text, const Names& names = no_names, uint32_t first_line = 1);

}  // namespace skep::isa
