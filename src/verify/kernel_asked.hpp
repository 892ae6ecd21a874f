// SPDX-License-Identifier: Apache-2.0
// For tests only: what the running kernel's verifier says of a program, log and all.
#pragma once

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "facts/prog_types.hpp"
#include "isa/insn.hpp"
#include "sys/bpf.hpp"

namespace skep::verify::test {

struct Said {
  int err = 0;  // 0: accepted
  std::string_view log;
};

// log_level: 1 and 2 as Linux has them (2 has all of 1), 4 for statistics.
class Kernel {
 public:
  // Types and functions of the programs asked about from now on.
  struct Function {
    uint32_t insn, type;
  };
  bool know_types(Bytes btf, std::vector<Function> functions) {
    types_ = sys::load_btf(btf).fd;
    functions_ = std::move(functions);
    return bool(types_);
  }
  void forget_types() {
    types_ = Fd();
    functions_.clear();
  }

  Said ask(std::span<const isa::Insn> insns, facts::ProgType type, uint32_t log_level, uint32_t flags = 0) {
    const Bytes functions{reinterpret_cast<const uint8_t*>(functions_.data()), functions_.size() * sizeof(Function)};
    auto loaded = sys::load_program({.type = static_cast<uint32_t>(type),
                                     .flags = flags,
                                     .insns = insns,
                                     .log_level = log_level,
                                     .btf = types_.get(),
                                     .func_info = functions});
    log_ = std::move(loaded.log);
    return {-loaded.err, log_};
  }

  // The kernel these tests were written for.
  static bool is_6_18() { return sys::kernel_release().starts_with("6.18."); }

 private:
  Fd types_;
  std::vector<Function> functions_;
  std::string log_;
};

// The number behind a word of the last lines: "processed", "total_states".
inline uint64_t figure(std::string_view log, std::string_view word) {
  const std::size_t at = log.rfind(word);
  return at == log.npos ? 0 : std::strtoull(log.data() + at + word.size(), nullptr, 10);
}

}  // namespace skep::verify::test
