// SPDX-License-Identifier: Apache-2.0
// Registers as what they stand for. A helper takes the low half of a register where Linux's has a 32-bit parameter.
#pragma once

#include "base/bytes.hpp"
#include "vm/run.hpp"

namespace skep::helpers {

template <class T>
T* pointer(uint64_t reg) {
  return reinterpret_cast<T*>(reg);
}
inline uint32_t low(uint64_t reg) { return static_cast<uint32_t>(reg); }

// None behind null: where a helper takes null or memory, Linux also accepts a pointer that may be null beside a size
// that is not 0 (tests/verify/random/found.jsonl), and follows it when it runs. The checked interpreter calls that a
// fault.
inline std::size_t size_behind(uint64_t address, uint64_t size) { return address == 0 ? 0 : low(size); }
inline Bytes memory(uint64_t address, uint64_t size) {
  return {pointer<const uint8_t>(address), size_behind(address, size)};
}
inline MutableBytes writable_memory(uint64_t address, uint64_t size) {
  return {pointer<uint8_t>(address), size_behind(address, size)};
}

// An errno, 0 or a negative number, as r0.
inline uint64_t answer(int err) { return static_cast<uint64_t>(int64_t{err}); }

}  // namespace skep::helpers
