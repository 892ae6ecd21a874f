// SPDX-License-Identifier: Apache-2.0
// trace_printk: one line to whoever listens at the host.
#include <array>

#include "helpers/arguments.hpp"
#include "helpers/format.hpp"
#include "helpers/table.hpp"

namespace skep::helpers {
namespace {

uint64_t trace_printk(vm::Run& run, uint64_t text, uint64_t size, uint64_t a, uint64_t b, uint64_t c) {
  auto line = format(memory(text, size), std::array{a, b, c});
  if (!line) return answer(line.error());
  if (line->text.ends_with('\n')) line->text.pop_back();
  if (run.host->printk) run.host->printk(line->text);
  return line->length;
}

constexpr Row rows[] = {{6, trace_printk}};

}  // namespace

std::span<const Row> printk() { return rows; }

}  // namespace skep::helpers
