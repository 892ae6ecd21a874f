// SPDX-License-Identifier: Apache-2.0
// Linux versions as words: "5.10"_v can never become 5.1, and "5.1O"_v does not compile.
//
// Versions appear in tables only; code asks target.has(Feature).
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>

namespace skep::facts {

struct Version {
  uint8_t major, minor;
  constexpr auto operator<=>(const Version&) const = default;
};

consteval Version operator""_v(const char* s, std::size_t n) {
  Version v{};
  bool dot = false;
  for (std::size_t i = 0; i < n; ++i) {
    if (s[i] == '.' && !dot) {
      dot = true;
      continue;
    }
    if (s[i] < '0' || s[i] > '9') throw "a version is MAJOR.MINOR";
    uint8_t& part = dot ? v.minor : v.major;
    part = static_cast<uint8_t>(part * 10 + (s[i] - '0'));
  }
  if (!dot) throw "a version is MAJOR.MINOR";
  return v;
}
static_assert("5.9"_v < "5.10"_v && "5.19"_v < "6.0"_v);

inline std::string text(Version v) { return std::to_string(v.major) + "." + std::to_string(v.minor); }

// The newest patch of 6.18 that skep has been judged against.
inline constexpr unsigned newest_patch = 44;

// Missing knowledge is a value.
enum class Support : uint8_t { yes, no, unknown };

}  // namespace skep::facts
