// SPDX-License-Identifier: Apache-2.0
// For tests only: the running kernel as judge of programs in text.
#pragma once

#include <gtest/gtest.h>

#include <stdexcept>

#include "isa/assemble.hpp"
#include "sys/bpf.hpp"

namespace skep::sys::test {

inline isa::Program assembled(std::string_view text) {
  auto program = isa::assemble(text);
  if (!program) throw std::runtime_error(program.error().text() + "\n" + std::string(text));
  return *std::move(program);
}

class KernelProgram {
 public:
  // `type` is a facts::ProgType or its number.
  template <class Type>
  KernelProgram(Type type, std::string_view text)
      : loaded_(load_program({.type = static_cast<uint32_t>(type), .insns = assembled(text).insns})) {}

  int error() const { return loaded_.err; }
  TestRun run(Bytes packet, std::optional<Bytes> context = std::nullopt) const {
    return test_run(
        loaded_.fd.get(),
        {.packet = packet, .context = context, .context_out = context ? ContextOut::copied : ContextOut::none});
  }

 private:
  Loaded loaded_;
};

constexpr uint32_t xdp = 6;

// Skipped only where bpf(2) cannot load an empty XDP program.
class AsksKernel : public testing::Test {
 protected:
  void SetUp() override {
    if (const int err = KernelProgram(xdp, "r0 = 0; exit").error())
      GTEST_SKIP() << "bpf(2) cannot load an empty XDP program: " << errno_text(-err);
  }
};

}  // namespace skep::sys::test
