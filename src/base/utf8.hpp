// SPDX-License-Identifier: Apache-2.0
// UTF-8, as files have it that may be hostile.
#pragma once

#include <cstdint>
#include <string_view>

namespace skep {

// Bytes of the UTF-8 character that starts s; 0 where there is none. Unicode 15, table 3-7.
inline std::size_t utf8_length(std::string_view s) {
  auto at = [&](std::size_t i) { return i < s.size() ? static_cast<uint8_t>(s[i]) : uint8_t{0}; };
  auto tail = [&](std::size_t i) { return (at(i) & 0xc0) == 0x80; };
  const uint8_t b = at(0);
  if (b < 0x80) return 1;
  if (b >= 0xc2 && b <= 0xdf) return tail(1) ? 2 : 0;
  if (b >= 0xe0 && b <= 0xef) {
    const bool overlong = b == 0xe0 && at(1) < 0xa0, surrogate = b == 0xed && at(1) > 0x9f;
    return tail(1) && tail(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (b >= 0xf0 && b <= 0xf4) {
    const bool overlong = b == 0xf0 && at(1) < 0x90, beyond = b == 0xf4 && at(1) > 0x8f;
    return tail(1) && tail(2) && tail(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

// Bytes of the control character that starts s: C0, DEL, or C1 (U+0080 … U+009F, two bytes); 0 where there is none.
inline std::size_t control_length(std::string_view s) {
  if (s.empty()) return 0;
  const auto b = static_cast<uint8_t>(s[0]);
  if (b < 0x20 || b == 0x7f) return 1;
  return b == 0xc2 && utf8_length(s) == 2 && static_cast<uint8_t>(s[1]) < 0xa0 ? 2 : 0;
}

}  // namespace skep
