// SPDX-License-Identifier: Apache-2.0
// For tests only: what the running kernel's verifier says of a program, log and all.
#pragma once

#include <linux/bpf.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "facts/prog_types.hpp"
#include "isa/insn.hpp"

namespace skep::verify::test {

struct Said {
  int err = 0;  // 0: accepted
  std::string_view log;
};

// log_level: 1 and 2 as Linux has them (2 has all of 1), 4 for statistics.
class Kernel {
 public:
  Kernel() = default;
  Kernel(const Kernel&) = delete;
  ~Kernel() { forget_types(); }

  // Types and functions of the programs asked about from now on.
  struct Function {
    uint32_t insn, type;
  };
  bool know_types(Bytes btf, std::vector<Function> functions) {
    forget_types();
    bpf_attr attr;
    std::memset(&attr, 0, sizeof attr);
    attr.btf = reinterpret_cast<uint64_t>(btf.data());
    attr.btf_size = static_cast<uint32_t>(btf.size());
    types_ = static_cast<int>(syscall(SYS_bpf, BPF_BTF_LOAD, &attr, sizeof attr));
    functions_ = std::move(functions);
    return types_ >= 0;
  }
  void forget_types() {
    if (types_ >= 0) close(types_);
    types_ = -1;
    functions_.clear();
  }

  Said ask(std::span<const isa::Insn> insns, facts::ProgType type, uint32_t log_level, uint32_t flags = 0) {
    bpf_attr attr;
    std::memset(&attr, 0, sizeof attr);
    attr.prog_type = static_cast<uint32_t>(type);
    attr.insns = reinterpret_cast<uint64_t>(insns.data());
    attr.insn_cnt = static_cast<uint32_t>(insns.size());
    attr.license = reinterpret_cast<uint64_t>("GPL");
    attr.log_level = log_level;
    attr.log_buf = reinterpret_cast<uint64_t>(log_.data());
    attr.log_size = static_cast<uint32_t>(log_.size());
    attr.prog_flags = flags;
    if (types_ >= 0) {
      attr.prog_btf_fd = static_cast<uint32_t>(types_);
      attr.func_info_rec_size = sizeof(Function);
      attr.func_info = reinterpret_cast<uint64_t>(functions_.data());
      attr.func_info_cnt = static_cast<uint32_t>(functions_.size());
    }
    log_[0] = 0;
    const long fd = syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof attr);
    const int err = fd < 0 ? errno : 0;
    if (fd >= 0) close(static_cast<int>(fd));
    return {err, log_.c_str()};
  }

  // The kernel these tests were written for.
  static bool is_6_18() {
    utsname name;
    return uname(&name) == 0 && std::string_view(name.release).starts_with("6.18.");
  }

 private:
  int types_ = -1;
  std::vector<Function> functions_;
  std::string log_ = std::string(std::size_t{1} << 24, '\0');
};

// The number behind a word of the last lines: "processed", "total_states".
inline uint64_t figure(std::string_view log, std::string_view word) {
  const std::size_t at = log.rfind(word);
  return at == log.npos ? 0 : std::strtoull(log.data() + at + word.size(), nullptr, 10);
}

}  // namespace skep::verify::test
