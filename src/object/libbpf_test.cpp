// SPDX-License-Identifier: Apache-2.0
// libbpf is the judge of what is given to the kernel. It loads an object while its bpf(2) calls end here: maps and
// programs get descriptors that mean nothing, and what it asked for is compared with the Module. No kernel is needed.
#include <bpf/libbpf.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/bpf.h>
#include <sys/syscall.h>

#include <cstdarg>
#include <map>

#include "object/made.hpp"

namespace {

struct LoadedMap {
  int fd;
  bpf_attr attr;
};
struct LoadedProgram {
  uint32_t type, attach_type, flags;
  std::vector<skep::isa::Insn> insns;
  std::vector<std::pair<uint32_t, uint32_t>> funcs;  // insn, type
  std::vector<std::pair<uint32_t, uint32_t>> lines;  // insn, line
};
struct Recorded {
  std::vector<LoadedMap> maps;
  std::map<std::string, LoadedProgram> programs;  // by the name the kernel sees
};
Recorded* recording = nullptr;

std::vector<std::pair<uint32_t, uint32_t>> pairs(uint64_t address, uint32_t count, uint32_t size, uint32_t second) {
  std::vector<std::pair<uint32_t, uint32_t>> out;
  for (uint32_t i = 0; i < count; ++i) {
    auto at = reinterpret_cast<const uint8_t*>(address) + std::size_t{i} * size;
    out.emplace_back(skep::load<uint32_t>(at), skep::load<uint32_t>(at + second));
  }
  return out;
}

// A caller fills in as much of the union as it knows of; what is behind its `size` is not its own.
long record(long command, const void* given, std::size_t size) {
  bpf_attr whole{};
  std::memcpy(&whole, given, std::min(size, sizeof whole));
  const bpf_attr* attr = &whole;
  int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (command == BPF_MAP_CREATE) recording->maps.push_back({.fd = fd, .attr = *attr});
  if (command == BPF_PROG_LOAD) {
    LoadedProgram p{.type = attr->prog_type,
                    .attach_type = attr->expected_attach_type,
                    .flags = attr->prog_flags,
                    .insns = {},
                    .funcs = pairs(attr->func_info, attr->func_info_cnt, attr->func_info_rec_size, 4),
                    .lines = pairs(attr->line_info, attr->line_info_cnt, attr->line_info_rec_size, 12)};
    p.insns.resize(attr->insn_cnt);
    std::memcpy(p.insns.data(), reinterpret_cast<const void*>(attr->insns), p.insns.size() * 8);
    recording->programs.insert_or_assign(attr->prog_name, std::move(p));
  }
  if (command == BPF_MAP_CREATE || command == BPF_PROG_LOAD || command == BPF_BTF_LOAD) return fd;
  ::close(fd);
  return 0;
}

}  // namespace

extern "C" long syscall(long number, ...) noexcept {
  va_list list;
  va_start(list, number);
  long a[6];
  for (long& v : a) v = va_arg(list, long);
  va_end(list);
  if (number == SYS_bpf && recording != nullptr)
    return record(a[0], reinterpret_cast<const void*>(a[1]), static_cast<std::size_t>(a[2]));
  using Syscall = long (*)(long, ...);
  static auto real = reinterpret_cast<Syscall>(::dlsym(RTLD_NEXT, "syscall"));
  return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

namespace skep::object {
namespace {

Recorded loaded_by_libbpf(const Buffer& bytes) {
  Recorded out;
  ::libbpf_set_print([](libbpf_print_level, const char*, va_list) { return 0; });
  bpf_object_open_opts options{};
  options.sz = sizeof options;
  options.object_name = "o";
  bpf_object* o = ::bpf_object__open_mem(bytes.data(), bytes.size(), &options);
  EXPECT_NE(o, nullptr);
  if (o == nullptr) return out;
  bpf_map* m;
  bpf_object__for_each_map(m, o)::bpf_map__set_pin_path(m, nullptr);
  bpf_program* p;
  bpf_object__for_each_program(p, o)::bpf_program__set_autoload(p, true);
  recording = &out;
  EXPECT_EQ(::bpf_object__load(o), 0);
  recording = nullptr;
  ::bpf_object__close(o);
  return out;
}

std::string kernel_name(std::string name) { return name.substr(0, facts::object_name_length); }
// libbpf puts the object's name ("o") before .data, .rodata and .bss, not before .data.others.
std::string kernel_name(const module::MapDef& d) {
  bool plain = d.data_section != module::DataSection::none && d.name.rfind('.') == 0;
  return kernel_name(plain ? "o" + d.name : d.name);
}

// The same instructions, but for what names a map: descriptors there, indices here.
void expect_same_insns(const module::Module& m, const module::ProgDef& ours, LoadedProgram theirs,
                       const Recorded& all) {
  std::vector<int> fds(m.maps.size(), -1);
  for (const LoadedMap& l : all.maps)
    for (std::size_t i = 0; i < m.maps.size(); ++i)
      if (l.attr.map_name == kernel_name(m.maps[i])) fds[i] = l.fd;
  ASSERT_EQ(ours.insns.size(), theirs.insns.size());
  for (std::size_t i = 0; i < ours.insns.size(); ++i) {
    isa::Insn mine = ours.insns[i];
    if (mine.code == 0x18 && (mine.src() == 1 || mine.src() == 2)) mine.imm = fds[static_cast<std::size_t>(mine.imm)];
    EXPECT_EQ(to_hex(as_bytes({reinterpret_cast<const char*>(&mine), 8})),
              to_hex(as_bytes({reinterpret_cast<const char*>(&theirs.insns[i]), 8})))
        << "insn " << i;
    if (mine.code == 0x18) ++i;
  }
}

void expect_same_program(const module::Module& m, const module::ProgDef& p, const Recorded& all) {
  SCOPED_TRACE("program " + p.name);
  auto found = all.programs.find(kernel_name(p.name));
  ASSERT_NE(found, all.programs.end());
  const LoadedProgram& theirs = found->second;
  EXPECT_EQ(static_cast<uint32_t>(p.type), theirs.type);
  EXPECT_EQ(static_cast<uint32_t>(p.attach_type), theirs.attach_type);
  EXPECT_EQ(p.flags, theirs.flags);
  expect_same_insns(m, p, theirs, all);
  std::vector<std::pair<uint32_t, uint32_t>> funcs, lines;
  for (const auto& s : p.subprogs) funcs.emplace_back(s.first_insn, s.type);
  for (const auto& l : p.lines) lines.emplace_back(l.insn, l.line << 10 | l.column);
  EXPECT_EQ(funcs, theirs.funcs);
  EXPECT_EQ(lines, theirs.lines);
}

void expect_same_map(const module::MapDef& d, const Recorded& all) {
  SCOPED_TRACE("map " + d.name);
  auto found = std::ranges::find_if(all.maps, [&](const LoadedMap& l) { return l.attr.map_name == kernel_name(d); });
  ASSERT_NE(found, all.maps.end());
  const bpf_attr& a = found->attr;
  EXPECT_EQ(static_cast<uint32_t>(d.type), a.map_type);
  EXPECT_EQ(d.key_size, a.key_size);
  EXPECT_EQ(d.value_size, a.value_size);
  EXPECT_EQ(d.max_entries, a.max_entries);
  EXPECT_EQ(d.flags, a.map_flags);
  EXPECT_EQ(d.extra, a.map_extra);
  bool typed = a.btf_key_type_id != 0 || a.btf_value_type_id != 0;  // the kernel wants no types for maps of maps
  if (!typed) return;
  EXPECT_EQ(d.key_type, a.btf_key_type_id);
  EXPECT_EQ(d.value_type, a.btf_value_type_id);
}

void expect_same_as_libbpf(Buffer bytes) {
  Recorded all = loaded_by_libbpf(bytes);
  auto object = Object::parse("o.o", std::move(bytes));
  ASSERT_TRUE(object) << object.error().text();
  auto m = open(*object);
  ASSERT_TRUE(m) << m.error().text();
  for (const auto& p : m->progs) expect_same_program(*m, p, all);
  for (const auto& d : m->maps) expect_same_map(d, all);
}

TEST(Libbpf, LoadsTheSameOfLibxdp) {
  std::size_t objects = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/x86_64-linux-gnu/bpf")) {
    SCOPED_TRACE(entry.path());
    // Its programs attach to functions of a program that runs: libbpf cannot load them without.
    if (entry.path().filename() == "xdpdump_bpf.o") continue;
    expect_same_as_libbpf(*read_file(entry.path().string()));
    ++objects;
  }
  EXPECT_EQ(objects, 14u);
}

TEST(Libbpf, LinksTheSameForEveryClang) {
  for (const char* compiler : made::clangs) {
    SCOPED_TRACE(compiler);
    expect_same_as_libbpf(made::compiled(compiler, made::linking));
  }
}

TEST(Libbpf, DeclaresTheSameMapsForEveryClang) {
  for (const char* compiler : made::clangs) {
    SCOPED_TRACE(compiler);
    expect_same_as_libbpf(made::compiled(compiler, made::maps));
  }
}

TEST(Libbpf, PassesTheSameCallbacks) {
  expect_same_as_libbpf(made::compiled("clang-19", std::string(made::prelude) + R"(
static int helper(int n) { return n * 7; }
static long cb(unsigned i, int *n) { return helper(*n) > i; }
static long cb2(unsigned i, int *n) { return bpf_loop(3, cb, n, 0); }
SEC("xdp") int p(struct xdp_md *c) { int n = c->rx_queue_index; return bpf_loop(10, cb2, &n, 0) + bpf_loop(4, cb, &n, 0); }
SEC("xdp.frags") int q(struct xdp_md *c) { return bpf_loop(10, cb, c, 0); }
SEC("cgroup/connect4") int r(void *c) { return 1; }
)"));
}

}  // namespace
}  // namespace skep::object
