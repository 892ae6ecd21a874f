// SPDX-License-Identifier: Apache-2.0
// The running kernel's bpf(2), one function a command: the only place that makes the call.
//
//     auto map = sys::Map::create({.type = 2, .key_size = 4, .value_size = 8, .max_entries = 1});
//     auto loaded = sys::load_program({.type = 6, .insns = insns, .log_level = 1});
//     auto run = sys::test_run(loaded.program.get(), {.packet = frame});
//
// Numbers go in as they are, so that a judge can ask what no table of ours knows. Answers are values: what was asked
// for, or the negative errno of the kernel. Layouts of the attributes are ours, because the header a machine has is
// older or newer than its kernel; what a kernel does not know is zero and thus taken. No state, any thread.
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/file.hpp"
#include "isa/insn.hpp"

namespace skep::sys {

template <class T>
using Answer = std::expected<T, int>;  // the error is a negative errno

// How many values a per-CPU element has: what the kernel counts as possible CPUs.
unsigned possible_cpus();
std::string kernel_release();  // "6.18.15+deb13-cloud-amd64"

// ---- maps ---------------------------------------------------------------------------------------------------------

enum class Values : uint8_t { one, per_cpu };

struct MapSpec {
  uint32_t type = 0, key_size = 0, value_size = 0, max_entries = 0, flags = 0;
  uint64_t extra = 0;
  std::string_view name = {};  // the kernel keeps its first 15 characters
  int inner = -1;              // a map like those inside
  int btf = -1;                // holds the types below
  uint32_t key_type = 0, value_type = 0, kernel_value_type = 0;
  Values values = Values::one;  // how lookup and update count; the kernel knows by the type
};

// What a batch command did: `count` of the elements, and what a lookup found.
struct Batch {
  int err = 0;
  uint32_t count = 0;
  Buffer keys = {}, values = {}, next = {};  // next: where a lookup goes on
};

// A map of the kernel's. Keys and values of another size than the map's are -EINVAL and never reach the kernel, which
// would read past them. An operation without a key (queues, stacks, bloom filters) says std::nullopt.
class Map {
 public:
  static Answer<Map> create(const MapSpec& spec);
  Fd take() && { return std::move(fd_); }

  int fd() const { return fd_.get(); }
  std::size_t key_size() const { return key_size_; }
  std::size_t value_size() const { return value_size_; }  // as user space sees it: of all CPUs
  Answer<uint32_t> id() const;

  int update(std::optional<Bytes> key, Bytes value, uint64_t flags = 0) const;
  Answer<Buffer> lookup(std::optional<Bytes> key, uint64_t flags = 0) const;
  Answer<Buffer> lookup_remove(std::optional<Bytes> key, uint64_t flags = 0) const;
  int remove(Bytes key) const;
  Answer<Buffer> next_key(std::optional<Bytes> key) const;
  int freeze() const;

  Batch lookup_batch(uint32_t count, uint64_t flags = 0) const;
  Batch lookup_remove_batch(uint32_t count, uint64_t flags = 0) const;
  Batch update_batch(Bytes keys, Bytes values, uint32_t count, uint64_t flags = 0) const;
  Batch remove_batch(Bytes keys, uint32_t count, uint64_t flags = 0) const;

 private:
  Map(Fd fd, std::size_t key_size, std::size_t value_size)
      : fd_(std::move(fd)), key_size_(key_size), value_size_(value_size) {}
  Answer<Buffer> look(int command, std::optional<Bytes> key, uint64_t flags) const;
  Batch batch(int command, Bytes keys, Bytes values, uint32_t count, uint64_t flags) const;
  Batch look_batch(int command, uint32_t count, uint64_t flags) const;

  Fd fd_;
  std::size_t key_size_, value_size_;
};

// ---- types and programs -------------------------------------------------------------------------------------------

struct Loaded {
  Fd fd;
  int err = 0;           // 0 or a negative errno
  std::string log = {};  // what the kernel wrote; whole
};

Loaded load_btf(Bytes btf, uint32_t log_level = 0);

struct ProgramSpec {
  uint32_t type = 0, attach_type = 0, flags = 0;
  std::span<const isa::Insn> insns = {};
  const char* license = "GPL";
  std::string_view name = {};
  uint32_t log_level = 0;
  int btf = -1;
  Bytes func_info = {}, line_info = {};  // records of 8 and of 16 bytes
  uint32_t attach_btf_id = 0;
  int attach_program = -1;      // of whose types attach_btf_id is one; else of the kernel's
  uint32_t kernel_version = 0;  // LINUX_VERSION_CODE, which kprobes had to state before 5.0
};
Loaded load_program(const ProgramSpec& spec);
Answer<uint32_t> program_id(int program);

// ---- runs ---------------------------------------------------------------------------------------------------------

// Where the context comes back: most types copy it out, a syscall program's is changed where it lies.
enum class ContextOut : uint8_t { none, copied, in_place };

struct TestInput {
  std::optional<Bytes> packet = {}, context = {};
  ContextOut context_out = ContextOut::none;
  uint32_t repeat = 0, flags = 0, cpu = 0;
};
struct TestRun {
  int err = 0;  // 0 or a negative errno; then nothing below is said
  uint32_t r0 = 0;
  uint32_t duration_ns = 0;
  Buffer packet = {}, context = {};  // as the run left them
};
TestRun test_run(int program, const TestInput& input);

}  // namespace skep::sys
