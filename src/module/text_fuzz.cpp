// SPDX-License-Identifier: Apache-2.0
// Any line is read or refused, and what is read prints as text that reads back to the same text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "module/text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace skep::module;
  std::string_view line(reinterpret_cast<const char*>(data), size);
  if (auto d = parse_map_line(line)) {
    std::string text = print_map_line(*d);
    auto again = parse_map_line(text);
    if (!again || print_map_line(*again) != text) std::abort();
  }
  if (auto d = parse_prog_line(line)) {
    std::string text = print_prog_line(*d);
    auto again = parse_prog_line(text);
    if (!again || print_prog_line(*again) != text) std::abort();
  }
  return 0;
}
