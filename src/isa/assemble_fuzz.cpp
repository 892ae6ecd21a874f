// SPDX-License-Identifier: Apache-2.0
// Any text: what is accepted prints as text that assembles to the same bytes, and only .insn makes what check()
// refuses. Where the whole is refused every line is tried alone, so one bad line does not hide the others.
#include <cstdlib>

#include "base/bytes.hpp"
#include "isa/assemble.hpp"
#include "isa/check.hpp"
#include "isa/made_names.hpp"
#include "isa/print.hpp"

namespace {

bool round_trips(std::string_view text) {
  using namespace skep::isa;
  static const MadeNames names;
  const auto program = assemble(text, names);
  if (!program) {
    if (program.error().text().empty() || program.error().place().empty()) std::abort();
    return false;
  }
  if (text.find(".insn") == text.npos && !check(program->insns)) std::abort();
  const auto again = assemble(print_program(program->insns, names), names);
  if (!again || again->insns != program->insns) std::abort();
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  std::string_view text = skep::as_text({data, size});
  if (round_trips(text)) return 0;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    round_trips(line);
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return 0;
}
