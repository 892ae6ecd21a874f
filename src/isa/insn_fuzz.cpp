// SPDX-License-Identifier: Apache-2.0
// Any bytes: they decode, and print as text that assembles to the same bytes, named or not. What check() accepts is
// printed as an instruction.
#include <cstdlib>
#include <vector>

#include "base/bytes.hpp"
#include "isa/assemble.hpp"
#include "isa/check.hpp"
#include "isa/made_names.hpp"
#include "isa/op.hpp"
#include "isa/print.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace skep::isa;
  std::vector<Insn> program(size / sizeof(Insn));
  if (!program.empty()) std::memcpy(program.data(), data, program.size() * sizeof(Insn));
  static const MadeNames made;
  for (const Names* names : {&no_names, static_cast<const Names*>(&made)}) {
    const std::string text = print_program(program, *names);
    if (check(program) && text.find(".insn") != text.npos) std::abort();
    const auto again = assemble(text, *names);
    if (!again || again->insns != program) std::abort();
  }
  for (const Insn& i : program) {
    const Op op = decode(i);
    if ((op == Op::unknown || op == Op::reserved) && check(i)) std::abort();
  }
  return 0;
}
