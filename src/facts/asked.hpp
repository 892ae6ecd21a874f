// SPDX-License-Identifier: Apache-2.0
// The running kernel as a judge of calls: programs are written as text, maps and types are asked for by name, and the
// answer is the verifier's log. For tests.
//
//     Kernel k;
//     k.ask({.type = ProgType::xdp}, "r1 = map[array]; … call 1; call 9999; exit").log
//
// A call of helper 9999 is how a program says "so far, so good": the verifier stops there and says so (got_to_the_end).
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <string>

#include "base/file.hpp"
#include "btf/writer.hpp"
#include "facts/attach_types.hpp"
#include "facts/helpers.hpp"
#include "facts/map_types.hpp"
#include "facts/prog_types.hpp"
#include "facts/uapi.hpp"
#include "isa/assemble.hpp"

namespace skep::facts {

// A place where a program is loaded.
struct Where {
  ProgType type;
  AttachType attach = unsaid;
  std::string_view target = {};  // the kernel's function or type that it is attached to
  uint32_t flags = 0;
  std::string name() const { return fmt::format("{}{}{}", facts::name(type), target.empty() ? "" : ":", target); }
};

struct Answer {
  int error = 0;
  std::string log;

  bool has(std::string_view text) const { return log.find(text) != log.npos; }
  bool got_to_the_end() const { return has("invalid func unknown#9999"); }
  // The line before the statistics.
  std::string_view last() const {
    std::string_view all = log;
    if (auto end = all.rfind("processed "); end != all.npos) all = all.substr(0, end);
    while (!all.empty() && all.back() == '\n') all.remove_suffix(1);
    return all.substr(all.rfind('\n') + 1);
  }
};

class Kernel : public isa::Names {
 public:
  Kernel() : log_(1 << 20, '\0') {}

  // With `call NAME` of helpers and kfuncs, map[TYPE] or map[special|const_str|no_reads|no_writes], var[NAME].
  // The subprogram `callback`, if the text has one, is the program's last; what comes before is `main`.
  Answer ask(const Where& at, const std::string& text, std::string_view license = "GPL", unsigned level = 1) {
    auto program = isa::assemble(text, *this);
    if (!program) {
      ADD_FAILURE() << program.error().message() << "\n" << text;
      return {};
    }
    std::vector<isa::Insn>& code = program->insns;
    bpf_func_info functions[2] = {{0, main_}, {0, main_}};
    for (const isa::Label& l : program->labels)
      if (l.name == "callback") functions[1] = {l.at, callback_};
    bpf_attr a;
    std::memset(&a, 0, sizeof a);
    a.prog_type = static_cast<uint32_t>(at.type);
    a.expected_attach_type = static_cast<bpf_attach_type>(at.attach);
    a.prog_flags = at.flags;
    a.insns = reinterpret_cast<uint64_t>(code.data());
    a.insn_cnt = static_cast<uint32_t>(code.size());
    a.license = reinterpret_cast<uint64_t>(license.data());
    a.log_buf = reinterpret_cast<uint64_t>(log_.data());
    a.log_size = static_cast<uint32_t>(log_.size());
    a.log_level = level;
    if (!at.target.empty()) a.attach_btf_id = btf_id(at.target).value_or(0);
    if (functions[1].insn_off != 0 || text.find("call bpf_") != text.npos) {
      a.prog_btf_fd = static_cast<uint32_t>(types());
      functions[0].type_id = main_, functions[1].type_id = callback_;
      a.func_info = reinterpret_cast<uint64_t>(functions);
      a.func_info_cnt = functions[1].insn_off != 0 ? 2 : 1;
      a.func_info_rec_size = sizeof functions[0];
    }
    log_[0] = 0;
    Fd fd(bpf(BPF_PROG_LOAD, a));
    return {.error = bool(fd) ? 0 : errno, .log = log_.c_str()};
  }

  bool loads(const Where& at) { return ask(at, "r0 = 0; exit").error == 0 || ask(at, "r0 = 1; exit").error == 0; }

  std::optional<uint32_t> btf_id(std::string_view name) {
    if (!vmlinux_) vmlinux_ = btf::parse(read_file("/sys/kernel/btf/vmlinux").value()).value();
    return vmlinux_->find(name);
  }
  const btf::Btf& vmlinux() { return btf_id("int"), *vmlinux_; }

  // A descriptor, or the negative errno.
  int map(std::string_view name) {
    auto [at, fresh] = maps_.try_emplace(std::string(name));
    if (fresh) at->second = Fd(make_map(name));
    return at->second.get();
  }

  std::optional<isa::NameId> find(isa::Kind kind, std::string_view name) const override {
    auto* self = const_cast<Kernel*>(this);
    if (kind == isa::Kind::map) return isa::NameId{.id = self->map(name)};
    if (kind == isa::Kind::helper) {
      const Helper* h = helper_by_name(name);
      return h == nullptr ? std::nullopt : std::optional(isa::NameId{.id = h->id});
    }
    if (kind == isa::Kind::variable || kind == isa::Kind::kfunc)
      if (auto id = self->btf_id(name)) return isa::NameId{.id = static_cast<int32_t>(*id)};
    return std::nullopt;
  }

 private:
  static int bpf(int command, bpf_attr& a) { return static_cast<int>(syscall(SYS_bpf, command, &a, sizeof a)); }

  // struct special { struct bpf_spin_lock lock; struct bpf_timer timer; struct task_struct __kptr *task;
  //                  struct plain __percpu_kptr *percpu; };
  int types() {
    if (types_) return types_.get();
    btf::Writer w;
    using btf::Kind;
    auto number = [&](const char* name, uint32_t bytes) {
      return w.integer(name, {.size_bytes = bytes,
                              .bits = static_cast<uint8_t>(8 * bytes),
                              .offset = 0,
                              .is_signed = bytes == 4,
                              .is_char = false,
                              .is_bool = false});
    };
    number_ = number("int", 4);
    btf::TypeId u64 = number("unsigned long long", 8);
    auto field = [](std::string_view name, btf::TypeId type, uint32_t byte) {
      return btf::Member{.name = name, .type = type, .bit_offset = 8 * byte, .bitfield_bits = 0};
    };
    btf::Member lock[] = {field("val", number_, 0)};
    btf::TypeId spin_lock = w.record(Kind::struct_, "bpf_spin_lock", 4, lock);
    btf::TypeId two = w.array({.element = u64, .index = number_, .count = 2});
    btf::Member opaque[] = {field("__opaque", two, 0)};
    btf::TypeId timer = w.record(Kind::struct_, "bpf_timer", 16, opaque);
    btf::TypeId task = w.record(Kind::struct_, "task_struct", 0, {});
    btf::TypeId kptr = w.refer(Kind::ptr, "", w.refer(Kind::type_tag, "kptr", task));
    btf::Member plain[] = {field("number", number_, 0)};
    plain_ = w.record(Kind::struct_, "plain", 4, plain);
    btf::TypeId percpu = w.refer(Kind::ptr, "", w.refer(Kind::type_tag, "percpu_kptr", plain_));
    btf::Member special[] = {field("lock", spin_lock, 0), field("timer", timer, 8), field("task", kptr, 24),
                             field("percpu", percpu, 32)};
    special_ = w.record(Kind::struct_, "special", 40, special);
    btf::Param context[] = {{.name = "ctx", .type = u64}};
    main_ = w.function("main", w.function_proto(number_, context), btf::Linkage::static_);
    callback_ = w.function("callback", w.function_proto(number_, context), btf::Linkage::static_);
    Buffer bytes = w.bytes();
    bpf_attr a;
    std::memset(&a, 0, sizeof a);
    a.btf = reinterpret_cast<uint64_t>(bytes.data());
    a.btf_size = static_cast<uint32_t>(bytes.size());
    types_ = Fd(bpf(BPF_BTF_LOAD, a));
    EXPECT_TRUE(types_) << errno_text(errno);
    return types_.get();
  }

  int make_map(std::string_view name) {
    auto type = map_type_by_name(name);
    MapType t = type.value_or(MapType::array);
    const MapTypeRow& r = row(t);
    bpf_attr a;
    std::memset(&a, 0, sizeof a);
    a.map_type = static_cast<uint32_t>(t);
    a.key_size = r.key == KeySize::none ? 0 : 4;
    a.value_size = r.value == ValueSize::none ? 0 : r.value == ValueSize::any ? 32 : 4;
    a.max_entries = 1;
    using enum MapType;
    if (t == ringbuf || t == user_ringbuf || t == arena) a.max_entries = 4096;
    if (t == arena) a.max_entries = 1, a.map_flags = map_flag::mmapable, a.map_extra = uint64_t{1} << 44;
    if (t == lpm_trie) a.key_size = 8, a.map_flags = map_flag::no_prealloc;
    if (t == cgroup_storage || t == percpu_cgroup_storage) a.key_size = 8, a.max_entries = 0;
    if (t == stack_trace) a.value_size = 32;
    if (t == array_of_maps || t == hash_of_maps) a.inner_map_fd = static_cast<uint32_t>(map("array"));
    if (t == sk_storage || t == inode_storage || t == task_storage || t == cgrp_storage) {
      a.max_entries = 0, a.map_flags = map_flag::no_prealloc, a.value_size = 4;
      a.btf_fd = static_cast<uint32_t>(types()), a.btf_key_type_id = number_, a.btf_value_type_id = number_;
    }
    if (name == "special")
      a.value_size = 40, a.btf_fd = static_cast<uint32_t>(types()), a.btf_key_type_id = number_,
      a.btf_value_type_id = special_;
    if (name == "const_str" || name == "no_writes") a.map_flags = map_flag::rdonly_prog;
    if (name == "no_reads") a.map_flags = map_flag::wronly_prog;
    int fd = bpf(BPF_MAP_CREATE, a);
    if (fd < 0) return -errno;
    if (name == "const_str") {
      uint32_t key = 0;
      char value[32] = "hello";
      std::memset(&a, 0, sizeof a);
      a.map_fd = static_cast<uint32_t>(fd);
      a.key = reinterpret_cast<uint64_t>(&key);
      a.value = reinterpret_cast<uint64_t>(value);
      bpf(BPF_MAP_UPDATE_ELEM, a);
      std::memset(&a, 0, sizeof a);
      a.map_fd = static_cast<uint32_t>(fd);
      bpf(BPF_MAP_FREEZE, a);
    }
    return fd;
  }

  std::string log_;
  std::map<std::string, Fd, std::less<>> maps_;
  btf::Shared vmlinux_;
  Fd types_;
  btf::TypeId number_ = 0, special_ = 0, plain_ = 0, main_ = 0, callback_ = 0;
};

}  // namespace skep::facts
