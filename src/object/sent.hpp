// SPDX-License-Identifier: Apache-2.0
// What libbpf gives to a kernel, without one: its bpf(2) calls end here. Maps and programs get descriptors that mean
// nothing, and whatever was asked is noted. Every feature that it probes for is there, so it rewrites nothing for the
// sake of an old kernel. A program to attach to is there as well, whatever function of it is wanted.
//
// It defines syscall() over the C library's, so only tests include it.
#pragma once

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "isa/insn.hpp"

namespace skep::object::sent {

struct Map {
  int fd;
  bpf_attr attr;
  std::vector<uint8_t> first = {};  // the last value that was written to key 0 of an array
};
struct Program {
  bpf_attr attr;
  std::vector<isa::Insn> insns;
  std::vector<std::pair<uint32_t, uint32_t>> funcs;  // insn, type
  std::vector<std::pair<uint32_t, uint32_t>> lines;  // insn, line << 10 | column
};
struct Record {
  std::vector<Map> maps;
  std::vector<Program> programs;
  Buffer types = {};  // the largest: the others are probes
};
// While it is set, bpf(2) ends here.
inline Record* recording = nullptr;
// The types of the program that others attach to: a func for each name that may be asked for.
inline ::btf* attached_to = nullptr;

inline std::vector<std::pair<uint32_t, uint32_t>> pairs(uint64_t address, uint32_t count, uint32_t size,
                                                        uint32_t second) {
  std::vector<std::pair<uint32_t, uint32_t>> out;
  for (uint32_t i = 0; i < count; ++i) {
    auto at = reinterpret_cast<const uint8_t*>(address) + std::size_t{i} * size;
    out.emplace_back(load<uint32_t>(at), load<uint32_t>(at + second));
  }
  return out;
}

inline Program program_of(const bpf_attr& attr) {
  Program p{.attr = attr,
            .insns = std::vector<isa::Insn>(attr.insn_cnt),
            .funcs = pairs(attr.func_info, attr.func_info_cnt, attr.func_info_rec_size, 4),
            .lines = pairs(attr.line_info, attr.line_info_cnt, attr.line_info_rec_size, 12)};
  std::memcpy(p.insns.data(), reinterpret_cast<const void*>(attr.insns), p.insns.size() * 8);
  return p;
}

// Programs and types alike: the members that libbpf reads of either lie in different places.
inline void tell_about(const bpf_attr& attr) {
  auto* info = reinterpret_cast<void*>(attr.info.info);
  if (attr.info.info_len >= sizeof(bpf_prog_info)) {
    static_cast<bpf_prog_info*>(info)->btf_id = 1;
    return;
  }
  auto* types = static_cast<bpf_btf_info*>(info);
  if (attached_to == nullptr || types->btf == 0) return;
  uint32_t size = 0;
  const void* raw = ::btf__raw_data(attached_to, &size);
  std::memcpy(reinterpret_cast<void*>(types->btf), raw, std::min(size, types->btf_size));
  types->btf_size = size;
}

inline void write(const bpf_attr& update) {
  auto map =
      std::ranges::find(recording->maps.rbegin(), recording->maps.rend(), static_cast<int>(update.map_fd), &Map::fd);
  if (map == recording->maps.rend() || map->attr.map_type != BPF_MAP_TYPE_ARRAY) return;
  if (load<uint32_t>(reinterpret_cast<const uint8_t*>(update.key)) != 0) return;
  auto value = reinterpret_cast<const uint8_t*>(update.value);
  map->first.assign(value, value + map->attr.value_size);
}

// A caller fills in as much of the union as it knows of; what is behind its `size` is not its own.
inline long answer(long command, void* given, std::size_t size) {
  bpf_attr attr{};
  std::memcpy(&attr, given, std::min(size, sizeof attr));
  auto descriptor = [] { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); };
  switch (command) {
    case BPF_MAP_CREATE:
      recording->maps.push_back({.fd = descriptor(), .attr = attr});
      return recording->maps.back().fd;
    case BPF_PROG_LOAD: recording->programs.push_back(program_of(attr)); return descriptor();
    case BPF_MAP_UPDATE_ELEM: write(attr); return 0;
    case BPF_BTF_LOAD:
      if (auto types = reinterpret_cast<const uint8_t*>(attr.btf); attr.btf_size > recording->types.size())
        recording->types.assign(types, types + attr.btf_size);
      return descriptor();
    case BPF_BTF_GET_FD_BY_ID: return descriptor();
    case BPF_OBJ_GET_INFO_BY_FD: tell_about(attr); return 0;
    case BPF_OBJ_GET:
    case BPF_BTF_GET_NEXT_ID: errno = ENOENT; return -1;  // nothing is pinned, no module has types
  }
  return 0;
}

}  // namespace skep::object::sent

extern "C" [[gnu::used]] inline long syscall(long number, ...) noexcept {
  va_list list;
  va_start(list, number);
  long a[6];
  for (long& v : a) v = va_arg(list, long);
  va_end(list);
  if (number == SYS_bpf && skep::object::sent::recording != nullptr)
    return skep::object::sent::answer(a[0], reinterpret_cast<void*>(a[1]), static_cast<std::size_t>(a[2]));
  using Syscall = long (*)(long, ...);
  static auto real = reinterpret_cast<Syscall>(::dlsym(RTLD_NEXT, "syscall"));
  return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

namespace skep::object::sent {

// What one object's maps and programs were sent as, by their place in it: what libbpf itself made on the way (probes,
// inner maps) is left out.
struct Loaded {
  std::string refusal;             // where libbpf gave up: why, the last line that it said
  std::vector<std::string> names;  // of maps: whole, of global data the section's
  std::vector<Map> maps;
  std::vector<std::string> program_names;
  std::vector<bpf_prog_type> types;  // as its sections say; one that says nothing is loaded as anything
  std::vector<Program> programs;
  Buffer btf = {};  // the types of all of it
};

inline std::string& last_words() {
  static std::string words;
  return words;
}

inline int listen(libbpf_print_level level, const char* format, va_list list) {
  char line[512];
  if (level != LIBBPF_WARN) return 0;
  std::vsnprintf(line, sizeof line, format, list);
  std::string words = line;
  while (words.ends_with('\n')) words.pop_back();
  if (!words.starts_with("libbpf: failed to load object")) last_words() = words;
  return 0;
}

// libbpf looks for the function that a program attaches to in the kernel's types. Where there is none (the kernel is
// another, or it is a function of a program), it is one of the program that is there for this.
inline void find_targets(bpf_object* object) {
  static ::btf* kernel = ::btf__load_vmlinux_btf();
  attached_to = ::btf__new_empty();
  int32_t proto = ::btf__add_func_proto(attached_to, 0);
  bpf_program* p;
  bpf_object__for_each_program(p, object) {
    auto type = ::bpf_program__type(p);
    auto attach = ::bpf_program__expected_attach_type(p);
    if (type != BPF_PROG_TYPE_TRACING && type != BPF_PROG_TYPE_EXT && type != BPF_PROG_TYPE_LSM) continue;
    std::string section = ::bpf_program__section_name(p);
    auto slash = section.find('/');
    std::string name = slash == section.npos ? ::bpf_program__name(p) : section.substr(slash + 1);
    std::string wanted = type == BPF_PROG_TYPE_LSM    ? "bpf_lsm_" + name
                         : attach == BPF_TRACE_RAW_TP ? "btf_trace_" + name
                         : attach == BPF_TRACE_ITER   ? "bpf_iter_" + name
                                                      : name;
    uint32_t kind = attach == BPF_TRACE_RAW_TP ? BTF_KIND_TYPEDEF : BTF_KIND_FUNC;
    bool known = type != BPF_PROG_TYPE_EXT && slash != section.npos &&
                 ::btf__find_by_name_kind(kernel, wanted.c_str(), kind) > 0;
    if (known) continue;
    ::btf__add_func(attached_to, name.c_str(), BTF_FUNC_GLOBAL, proto);
    ::bpf_program__set_attach_target(p, 1, name.c_str());
  }
}

// `target`: the file of types that CO-RE relocations are resolved against; null: the running kernel's.
inline Loaded by_libbpf(Bytes bytes, const char* target = nullptr) {
  Loaded out;
  ::libbpf_set_print(listen);
  bpf_object_open_opts options{};
  options.sz = sizeof options;
  options.object_name = "o";
  options.btf_custom_path = target;
  auto refused = [&](std::string at) {
    out.refusal = at + (last_words().empty() ? std::strerror(errno) : last_words());
    return out;
  };
  bpf_object* o = ::bpf_object__open_mem(bytes.data(), bytes.size(), &options);
  if (o == nullptr) return refused("open: ");
  Record record;
  recording = &record;
  find_targets(o);
  bpf_map* m;
  bpf_object__for_each_map(m, o)::bpf_map__set_pin_path(m, nullptr);
  // The kernel would write to a program's buffer; here its address tells which program it is.
  constexpr std::size_t buffer_size = 128;
  std::vector<bpf_program*> programs;
  bpf_program* p;
  bpf_object__for_each_program(p, o) programs.push_back(p);
  std::vector<char> buffers(programs.size() * buffer_size);
  for (std::size_t i = 0; i < programs.size(); ++i) {
    out.types.push_back(::bpf_program__type(programs[i]));
    if (out.types.back() == BPF_PROG_TYPE_UNSPEC) ::bpf_program__set_type(programs[i], BPF_PROG_TYPE_SOCKET_FILTER);
    ::bpf_program__set_autoload(programs[i], true);
    ::bpf_program__set_log_buf(programs[i], buffers.data() + i * buffer_size, buffer_size);
    ::bpf_program__set_log_level(programs[i], 1);
  }
  int failed = ::bpf_object__load(o);
  recording = nullptr;
  ::btf__free(std::exchange(attached_to, nullptr));
  if (failed != 0) return ::bpf_object__close(o), refused("load: ");

  bpf_object__for_each_map(m, o) {
    auto at = std::ranges::find(record.maps.rbegin(), record.maps.rend(), ::bpf_map__fd(m), &Map::fd);
    if (at == record.maps.rend()) continue;
    std::string name = ::bpf_map__name(m);
    if (::bpf_map__is_internal(m) && name.starts_with("o.")) name.erase(0, 1);
    out.names.push_back(name), out.maps.push_back(*at);
  }
  for (std::size_t i = 0; i < programs.size(); ++i) {
    auto at = std::ranges::find(record.programs, reinterpret_cast<uint64_t>(buffers.data() + i * buffer_size),
                                [](const Program& sent) { return uint64_t{sent.attr.log_buf}; });
    if (at == record.programs.end()) continue;
    out.program_names.push_back(::bpf_program__name(programs[i])), out.programs.push_back(*at);
  }
  ::bpf_object__close(o);
  out.btf = std::move(record.types);
  return out;
}

}  // namespace skep::object::sent
