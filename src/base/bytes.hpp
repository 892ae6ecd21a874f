// SPDX-License-Identifier: Apache-2.0
// Bytes in and out: spans, unaligned loads and stores, hex.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace skep {

using Bytes = std::span<const uint8_t>;
using MutableBytes = std::span<uint8_t>;
using Buffer = std::vector<uint8_t>;

// Reads a T in this machine's byte order from any alignment.
template <class T>
  requires std::is_trivially_copyable_v<T>
T load(const void* from) {
  T v;
  std::memcpy(&v, from, sizeof v);
  return v;
}
template <class T>
  requires std::is_trivially_copyable_v<T>
void store(void* to, const T& v) {
  std::memcpy(to, &v, sizeof v);
}

// The T at `offset`, or nothing where it would reach past the end. Never overflows.
template <class T>
std::optional<T> load_at(Bytes bytes, std::size_t offset) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) return std::nullopt;
  return load<T>(bytes.data() + offset);
}

// `length` bytes at `offset`, or nothing where they would reach past the end. Never overflows.
inline std::optional<Bytes> slice(Bytes bytes, std::size_t offset, std::size_t length) {
  if (offset > bytes.size() || bytes.size() - offset < length) return std::nullopt;
  return bytes.subspan(offset, length);
}

constexpr uint64_t round_up(uint64_t n, uint64_t to) { return (n + to - 1) / to * to; }

std::string to_hex(Bytes bytes);                        // lower case, two digits a byte
std::optional<Buffer> from_hex(std::string_view text);  // an even number of digits of either case, nothing else

inline Bytes as_bytes(std::string_view s) { return {reinterpret_cast<const uint8_t*>(s.data()), s.size()}; }
inline std::string_view as_text(Bytes b) { return {reinterpret_cast<const char*>(b.data()), b.size()}; }

}  // namespace skep
