// SPDX-License-Identifier: Apache-2.0
// Linux versions as words: "5.10"_v can never become 5.1, and "5.1O"_v does not compile. "6.18.44"_v names a patch.
//
// Versions appear in tables only; code asks target.has(Feature).
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>

namespace skep::facts {

struct Version {
  uint8_t major, minor, patch = 0;
  constexpr auto operator<=>(const Version&) const = default;
};

consteval Version operator""_v(const char* s, std::size_t n) {
  uint8_t parts[3] = {};
  std::size_t part = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (s[i] == '.' && part < 2) {
      ++part;
      continue;
    }
    if (s[i] < '0' || s[i] > '9') throw "a version is MAJOR.MINOR or MAJOR.MINOR.PATCH";
    parts[part] = static_cast<uint8_t>(parts[part] * 10 + (s[i] - '0'));
  }
  if (part == 0) throw "a version is MAJOR.MINOR or MAJOR.MINOR.PATCH";
  return {parts[0], parts[1], parts[2]};
}
static_assert("5.9"_v < "5.10"_v && "5.19"_v < "6.0"_v && "6.18"_v < "6.18.15"_v && "6.18.44"_v < "6.19"_v);

inline std::string text(Version v) {
  const std::string patch = v.patch == 0 ? "" : "." + std::to_string(v.patch);
  return std::to_string(v.major) + "." + std::to_string(v.minor) + patch;
}

// The newest patch of 6.18 that skep has been judged against.
inline constexpr unsigned newest_patch = 44;

// Missing knowledge is a value.
enum class Support : uint8_t { yes, no, unknown };

}  // namespace skep::facts
