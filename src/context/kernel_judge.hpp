// SPDX-License-Identifier: Apache-2.0
// For tests only: the running kernel as judge, through BPF_PROG_LOAD and BPF_PROG_TEST_RUN.
#pragma once

#include <gtest/gtest.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>
#include <optional>
#include <stdexcept>

#include "base/bytes.hpp"
#include "facts/prog_types.hpp"
#include "isa/assemble.hpp"

namespace skep::context::test {

class KernelProgram {
 public:
  KernelProgram(facts::ProgType type, std::string_view text) {
    auto program = isa::assemble(text);
    if (!program) throw std::runtime_error(program.error().text() + "\n" + std::string(text));
    bpf_attr attr = zeroed();
    attr.prog_type = static_cast<uint32_t>(type);
    attr.insns = reinterpret_cast<uint64_t>(program->insns.data());
    attr.insn_cnt = static_cast<uint32_t>(program->insns.size());
    attr.license = reinterpret_cast<uint64_t>("GPL");
    fd_ = bpf(BPF_PROG_LOAD, attr);
  }
  KernelProgram(const KernelProgram&) = delete;
  KernelProgram& operator=(const KernelProgram&) = delete;
  ~KernelProgram() {
    if (fd_ >= 0) close(fd_);
  }
  int error() const { return fd_ < 0 ? fd_ : 0; }

  struct Answer {
    int err;  // 0 or a negative errno
    uint32_t r0 = 0;
    Buffer packet = {}, structure = {};
  };
  Answer run(Bytes packet, std::optional<Bytes> structure = std::nullopt) const {
    Buffer out(packet.size() + 8192), structure_out(256);
    bpf_attr attr = zeroed();
    attr.test.prog_fd = static_cast<uint32_t>(fd_);
    attr.test.data_in = reinterpret_cast<uint64_t>(packet.data());
    attr.test.data_size_in = static_cast<uint32_t>(packet.size());
    attr.test.data_out = reinterpret_cast<uint64_t>(out.data());
    attr.test.data_size_out = static_cast<uint32_t>(out.size());
    if (structure) {
      attr.test.ctx_in = reinterpret_cast<uint64_t>(structure->data());
      attr.test.ctx_size_in = static_cast<uint32_t>(structure->size());
      attr.test.ctx_out = reinterpret_cast<uint64_t>(structure_out.data());
      attr.test.ctx_size_out = static_cast<uint32_t>(structure_out.size());
    }
    if (int err = bpf(BPF_PROG_TEST_RUN, attr); err < 0) return {.err = err};
    out.resize(attr.test.data_size_out);
    structure_out.resize(structure ? attr.test.ctx_size_out : 0);
    return {.err = 0, .r0 = attr.test.retval, .packet = std::move(out), .structure = std::move(structure_out)};
  }

 private:
  static bpf_attr zeroed() {
    bpf_attr attr;
    std::memset(&attr, 0, sizeof attr);
    return attr;
  }
  static int bpf(bpf_cmd command, bpf_attr& attr) {
    long r = syscall(SYS_bpf, command, &attr, sizeof attr);
    return r < 0 ? -errno : static_cast<int>(r);
  }
  int fd_ = -1;
};

// Skipped only where bpf(2) cannot load an empty XDP program.
class AsksKernel : public testing::Test {
 protected:
  void SetUp() override {
    KernelProgram empty(facts::ProgType::xdp, "r0 = 0; exit");
    if (empty.error() != 0)
      GTEST_SKIP() << "bpf(2) cannot load an empty XDP program: " << std::strerror(-empty.error());
  }
};

}  // namespace skep::context::test
