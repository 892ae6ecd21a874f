// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"

#include <array>

namespace skep {

std::string to_hex(Bytes bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string out(bytes.size() * 2, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    out[2 * i] = digits[bytes[i] >> 4];
    out[2 * i + 1] = digits[bytes[i] & 15];
  }
  return out;
}

static constexpr std::array<int8_t, 256> digit_values = [] {
  std::array<int8_t, 256> t{};
  t.fill(-1);
  for (int i = 0; i < 10; ++i) t[static_cast<std::size_t>('0' + i)] = static_cast<int8_t>(i);
  for (int i = 0; i < 6; ++i)
    t[static_cast<std::size_t>('a' + i)] = t[static_cast<std::size_t>('A' + i)] = static_cast<int8_t>(10 + i);
  return t;
}();

std::optional<Buffer> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Buffer out(text.size() / 2);
  for (std::size_t i = 0; i < out.size(); ++i) {
    int hi = digit_values[static_cast<uint8_t>(text[2 * i])], lo = digit_values[static_cast<uint8_t>(text[2 * i + 1])];
    if (hi < 0 || lo < 0) return std::nullopt;
    out[i] = static_cast<uint8_t>(hi << 4 | lo);
  }
  return out;
}

}  // namespace skep
