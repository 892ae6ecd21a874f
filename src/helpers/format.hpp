// SPDX-License-Identifier: Apache-2.0
// The format language of trace_printk, as Linux reads it.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>

#include "base/bytes.hpp"

namespace skep::helpers {

struct Formatted {
  std::string text;  // at most 1023 characters
  uint32_t length;   // what it would be without that limit
};

// `format` ends at its first NUL, which must be there. A negative errno where Linux refuses it.
std::expected<Formatted, int> format(Bytes format, std::span<const uint64_t> arguments);

}  // namespace skep::helpers
