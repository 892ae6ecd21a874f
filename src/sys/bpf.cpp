// SPDX-License-Identifier: Apache-2.0
#include "sys/bpf.hpp"

#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <memory>

namespace skep::sys {
namespace {

enum Command : int {
  map_create = 0,
  map_lookup = 1,
  map_update = 2,
  map_delete = 3,
  map_next_key = 4,
  prog_load = 5,
  prog_test_run = 10,
  info_by_fd = 15,
  btf_load = 18,
  map_lookup_and_delete = 21,
  map_freeze = 22,
  map_lookup_batch = 24,
  map_lookup_and_delete_batch = 25,
  map_update_batch = 26,
  map_delete_batch = 27,
};

// ---- bpf(2)'s attributes, as the kernel lays them out ---------------------------------------------------------------

struct MapCreate {
  uint32_t type, key_size, value_size, max_entries, flags, inner_fd, numa_node;
  char name[16];
  uint32_t ifindex, btf_fd, key_type, value_type, kernel_value_type;
  uint64_t extra;
};
static_assert(offsetof(MapCreate, btf_fd) == 48 && offsetof(MapCreate, extra) == 64);

struct Element {
  uint32_t map;
  uint64_t key, value, flags;  // value: of next_key, where the key goes
};
struct BatchAttr {
  uint64_t in, out, keys, values;
  uint32_t count, map;
  uint64_t element_flags, flags;
};
struct ProgLoad {
  uint32_t type, insn_count;
  uint64_t insns, license;
  uint32_t log_level, log_size;
  uint64_t log;
  uint32_t kernel_version, flags;
  char name[16];
  uint32_t ifindex, attach_type, btf_fd, func_info_size;
  uint64_t func_info;
  uint32_t func_info_count, line_info_size;
  uint64_t line_info;
  uint32_t line_info_count, attach_btf_id, attach_fd, core_count;
  uint64_t fd_array, core;
  uint32_t core_size, log_true_size;
};
static_assert(offsetof(ProgLoad, func_info) == 80 && offsetof(ProgLoad, fd_array) == 120 && sizeof(ProgLoad) == 144);

struct BtfLoad {
  uint64_t btf, log;
  uint32_t size, log_size, log_level, log_true_size;
};
struct TestRunAttr {
  uint32_t program, r0, size_in, size_out;
  uint64_t in, out;
  uint32_t repeat, duration, context_size_in, context_size_out;
  uint64_t context_in, context_out;
  uint32_t flags, cpu, batch_size;
};
static_assert(offsetof(TestRunAttr, context_in) == 48);

struct Info {
  uint32_t fd, size;
  uint64_t into;
};

// What the call returns, or a negative errno.
template <class Attr>
int bpf(Command command, Attr& attr) {
  const long r = ::syscall(SYS_bpf, command, &attr, sizeof attr);
  return r < 0 ? -errno : static_cast<int>(r);
}

template <class T>
uint64_t address(const T* p) {
  return reinterpret_cast<uint64_t>(p);
}
uint64_t address(Bytes b) { return b.empty() ? 0 : address(b.data()); }
uint32_t size_of(Bytes b) { return static_cast<uint32_t>(b.size()); }
uint32_t fd_or_zero(int fd) { return fd < 0 ? 0 : static_cast<uint32_t>(fd); }

void put_name(char (&to)[16], std::string_view name) {
  std::memset(to, 0, sizeof to);
  name.copy(to, sizeof to - 1);
}

Answer<uint32_t> id_of(int fd) {
  uint32_t words[2] = {};  // infos of programs, maps and BTF begin with a word and the id; BTF has no id here
  Info attr{static_cast<uint32_t>(fd), sizeof words, address(words)};
  if (const int err = bpf(info_by_fd, attr); err < 0) return std::unexpected(err);
  return words[1];
}

// Asks with a log that grows until it holds everything: too small a buffer would turn any answer into ENOSPC.
template <class Attr>
Loaded load_with_log(Command command, Attr attr) {
  constexpr uint32_t most = uint32_t{1} << 30;
  if (attr.log_level == 0) {
    const int fd = bpf(command, attr);
    return {.fd = Fd(std::max(fd, -1)), .err = std::min(fd, 0)};
  }
  constexpr uint32_t instructions = 3;  // levels that write them; figures and a reason are short
  for (uint32_t size = (attr.log_level & instructions) != 0 ? 1 << 16 : 1 << 12;;) {
    const auto log = std::make_unique_for_overwrite<char[]>(size);
    log[0] = '\0';
    attr.log = address(log.get());
    attr.log_size = size;
    attr.log_true_size = 0;
    const int fd = bpf(command, attr);
    const bool whole = attr.log_true_size != 0 ? attr.log_true_size <= size : ::strnlen(log.get(), size) + 1 < size / 2;
    if (fd != -ENOSPC || size == most || whole)
      return {.fd = Fd(std::max(fd, -1)), .err = std::min(fd, 0), .log = {log.get(), ::strnlen(log.get(), size)}};
    // Linux before 6.4 does not say how large the log would have been.
    size = std::min(most, attr.log_true_size > size ? attr.log_true_size + 4096 : size * 16);
  }
}

}  // namespace

unsigned possible_cpus() {  // "0-3", "0,2-3"
  static const unsigned count = [] {
    const auto file = read_file("/sys/devices/system/cpu/possible");
    if (!file) return static_cast<unsigned>(std::max(1L, ::sysconf(_SC_NPROCESSORS_CONF)));
    std::string_view text = as_text(*file);
    unsigned all = 0;
    while (!text.empty()) {
      const std::string_view range = text.substr(0, text.find(','));
      text.remove_prefix(std::min(text.size(), range.size() + 1));
      unsigned first = 0, last = 0;
      const char* end = range.data() + range.size();
      const char* at = std::from_chars(range.data(), end, first).ptr;
      last = first;
      if (at != end && *at == '-') std::from_chars(at + 1, end, last);
      all += last - first + 1;
    }
    return std::max(1u, all);
  }();
  return count;
}

std::string kernel_release() {
  utsname u{};
  ::uname(&u);
  return u.release;
}

// ---- maps ---------------------------------------------------------------------------------------------------------

Answer<Map> Map::create(const MapSpec& spec) {
  MapCreate attr{};
  attr.type = spec.type;
  attr.key_size = spec.key_size;
  attr.value_size = spec.value_size;
  attr.max_entries = spec.max_entries;
  attr.flags = spec.flags;
  attr.inner_fd = fd_or_zero(spec.inner);
  put_name(attr.name, spec.name);
  attr.btf_fd = fd_or_zero(spec.btf);
  attr.key_type = spec.key_type;
  attr.value_type = spec.value_type;
  attr.kernel_value_type = spec.kernel_value_type;
  attr.extra = spec.extra;
  const int fd = bpf(map_create, attr);
  if (fd < 0) return std::unexpected(fd);
  const std::size_t value_size =
      spec.values == Values::per_cpu ? possible_cpus() * round_up(spec.value_size, 8) : spec.value_size;
  return Map(Fd(fd), spec.key_size, value_size);
}

Answer<uint32_t> Map::id() const { return id_of(fd()); }

int Map::update(std::optional<Bytes> key, Bytes value, uint64_t flags) const {
  if ((key && key->size() != key_size_) || value.size() != value_size_) return -EINVAL;
  Element attr{static_cast<uint32_t>(fd()), key ? address(*key) : 0, address(value), flags};
  return bpf(map_update, attr);
}

Answer<Buffer> Map::look(int command, std::optional<Bytes> key, uint64_t flags) const {
  if (key && key->size() != key_size_) return std::unexpected(-EINVAL);
  Buffer value(value_size_);
  Element attr{static_cast<uint32_t>(fd()), key ? address(*key) : 0, address(value), flags};
  if (const int err = bpf(static_cast<Command>(command), attr); err < 0) return std::unexpected(err);
  return value;
}
Answer<Buffer> Map::lookup(std::optional<Bytes> key, uint64_t flags) const { return look(map_lookup, key, flags); }
Answer<Buffer> Map::lookup_remove(std::optional<Bytes> key, uint64_t flags) const {
  return look(map_lookup_and_delete, key, flags);
}

int Map::remove(Bytes key) const {
  if (key.size() != key_size_) return -EINVAL;
  Element attr{static_cast<uint32_t>(fd()), address(key), 0, 0};
  return bpf(map_delete, attr);
}

Answer<Buffer> Map::next_key(std::optional<Bytes> key) const {
  if (key && key->size() != key_size_) return std::unexpected(-EINVAL);
  Buffer next(key_size_);
  Element attr{static_cast<uint32_t>(fd()), key ? address(*key) : 0, address(next), 0};
  if (const int err = bpf(map_next_key, attr); err < 0) return std::unexpected(err);
  return next;
}

int Map::freeze() const {
  uint32_t attr[2] = {static_cast<uint32_t>(fd()), 0};
  return bpf(map_freeze, attr);
}

Batch Map::batch(int command, Bytes keys, Bytes values, uint32_t count, uint64_t flags) const {
  Batch b;
  b.next.resize(std::max<std::size_t>(key_size_, 8));  // hashes give back a number of their own, whatever the keys are
  BatchAttr attr{.in = 0,
                 .out = address(b.next.data()),
                 .keys = address(keys),
                 .values = address(values),
                 .count = count,
                 .map = static_cast<uint32_t>(fd()),
                 .element_flags = flags,
                 .flags = 0};
  b.err = bpf(static_cast<Command>(command), attr);
  b.count = attr.count;
  return b;
}

Batch Map::look_batch(int command, uint32_t count, uint64_t flags) const {
  Buffer keys(count * key_size_), values(count * value_size_);
  Batch b = batch(command, keys, values, count, flags);
  b.keys = std::move(keys);
  b.values = std::move(values);
  return b;
}
Batch Map::lookup_batch(uint32_t count, uint64_t flags) const { return look_batch(map_lookup_batch, count, flags); }
Batch Map::lookup_remove_batch(uint32_t count, uint64_t flags) const {
  return look_batch(map_lookup_and_delete_batch, count, flags);
}
Batch Map::update_batch(Bytes keys, Bytes values, uint32_t count, uint64_t flags) const {
  if (keys.size() != count * key_size_ || values.size() != count * value_size_) return {.err = -EINVAL};
  return batch(map_update_batch, keys, values, count, flags);
}
Batch Map::remove_batch(Bytes keys, uint32_t count, uint64_t flags) const {
  if (keys.size() != count * key_size_) return {.err = -EINVAL};
  return batch(map_delete_batch, keys, {}, count, flags);
}

// ---- types and programs -------------------------------------------------------------------------------------------

Loaded load_btf(Bytes btf, uint32_t log_level) {
  BtfLoad attr{};
  attr.btf = address(btf);
  attr.size = size_of(btf);
  attr.log_level = log_level;
  return load_with_log(btf_load, attr);
}

Loaded load_program(const ProgramSpec& spec) {
  ProgLoad attr{};
  attr.type = spec.type;
  attr.insns = address(spec.insns.data());
  attr.insn_count = static_cast<uint32_t>(spec.insns.size());
  attr.license = address(spec.license);
  attr.log_level = spec.log_level;
  attr.kernel_version = spec.kernel_version;
  attr.flags = spec.flags;
  put_name(attr.name, spec.name);
  attr.attach_type = spec.attach_type;
  attr.btf_fd = fd_or_zero(spec.btf);
  constexpr uint32_t func_record = 8, line_record = 16;
  if (!spec.func_info.empty()) {
    attr.func_info = address(spec.func_info);
    attr.func_info_size = func_record;
    attr.func_info_count = size_of(spec.func_info) / func_record;
  }
  if (!spec.line_info.empty()) {
    attr.line_info = address(spec.line_info);
    attr.line_info_size = line_record;
    attr.line_info_count = size_of(spec.line_info) / line_record;
  }
  attr.attach_btf_id = spec.attach_btf_id;
  attr.attach_fd = fd_or_zero(spec.attach_program);
  return load_with_log(prog_load, attr);
}

Answer<uint32_t> program_id(int program) { return id_of(program); }

// ---- runs ---------------------------------------------------------------------------------------------------------

TestRun test_run(int program, const TestInput& input) {
  constexpr std::size_t growth = 8192;       // of a packet during a run, and more
  constexpr std::size_t largest_ctx = 4096;  // of contexts that are copied out
  TestRun out;
  TestRunAttr attr{};
  attr.program = static_cast<uint32_t>(program);
  attr.repeat = input.repeat;
  attr.flags = input.flags;
  attr.cpu = input.cpu;
  if (input.packet) {
    out.packet.resize(input.packet->size() + growth);
    attr.in = address(*input.packet);
    attr.size_in = size_of(*input.packet);
    attr.out = address(out.packet.data());
    attr.size_out = size_of(out.packet);
  }
  if (input.context) {
    if (input.context_out == ContextOut::in_place) out.context.assign(input.context->begin(), input.context->end());
    attr.context_in = address(input.context_out == ContextOut::in_place ? Bytes(out.context) : *input.context);
    attr.context_size_in = size_of(*input.context);
  }
  if (input.context_out == ContextOut::copied) {
    out.context.resize(largest_ctx);
    attr.context_out = address(out.context.data());
    attr.context_size_out = size_of(out.context);
  }
  if (const int err = bpf(prog_test_run, attr); err < 0) return {.err = err};
  out.packet.resize(std::min<std::size_t>(out.packet.size(), attr.size_out));
  if (input.context_out == ContextOut::copied)
    out.context.resize(std::min<std::size_t>(largest_ctx, attr.context_size_out));
  out.r0 = attr.r0;
  out.duration_ns = attr.duration;
  return out;
}

}  // namespace skep::sys
