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
#include "sys/bpf.hpp"

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
  // With `call NAME` of helpers and kfuncs, map[TYPE] or map[special|const_str|no_reads|no_writes], var[NAME].
  // The subprogram `callback`, if the text has one, is the program's last; what comes before is `main`.
  Answer ask(const Where& at, const std::string& text, std::string_view license = "GPL", unsigned level = 1) {
    auto program = isa::assemble(text, *this);
    if (!program) {
      ADD_FAILURE() << program.error().message() << "\n" << text;
      return {};
    }
    std::vector<isa::Insn>& code = program->insns;
    uint32_t functions[4] = {0, 0, 0, 0};  // two records: instruction and type
    for (const isa::Label& l : program->labels)
      if (l.name == "callback") functions[2] = l.at;
    sys::ProgramSpec spec{.type = static_cast<uint32_t>(at.type),
                          .attach_type = static_cast<uint32_t>(at.attach),
                          .flags = at.flags,
                          .insns = code,
                          .license = license.data(),
                          .log_level = level};
    if (!at.target.empty()) spec.attach_btf_id = btf_id(at.target).value_or(0);
    if (functions[2] != 0 || text.find("call bpf_") != text.npos) {
      spec.btf = types();
      functions[1] = main_, functions[3] = callback_;
      spec.func_info = Bytes(reinterpret_cast<const uint8_t*>(functions), functions[2] != 0 ? 16 : 8);
    }
    auto loaded = sys::load_program(spec);
    return {.error = -loaded.err, .log = std::move(loaded.log)};
  }

  bool loads(const Where& at) { return ask(at, "r0 = 0; exit").error == 0 || ask(at, "r0 = 1; exit").error == 0; }

  std::optional<uint32_t> btf_id(std::string_view name) {
    if (!vmlinux_) vmlinux_ = btf::parse(read_file("/sys/kernel/btf/vmlinux").value()).value();
    return vmlinux_->find(name);
  }
  const btf::Btf& vmlinux() { return btf_id("int"), *vmlinux_; }

  // A descriptor, or the negative errno.
  int map(std::string_view name) {
    auto at = maps_.find(name);
    if (at == maps_.end()) at = maps_.try_emplace(std::string(name), make_map(name)).first;
    return at->second ? at->second->fd() : at->second.error();
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
    auto loaded = sys::load_btf(w.bytes());
    types_ = std::move(loaded.fd);
    EXPECT_TRUE(types_) << errno_text(-loaded.err);
    return types_.get();
  }

  sys::Answer<sys::Map> make_map(std::string_view name) {
    auto type = map_type_by_name(name);
    MapType t = type.value_or(MapType::array);
    const MapTypeRow& r = row(t);
    sys::MapSpec a;
    a.type = static_cast<uint32_t>(t);
    a.key_size = r.key == KeySize::none ? 0 : 4;
    a.value_size = r.value == ValueSize::none ? 0 : r.value == ValueSize::any ? 32 : 4;
    a.max_entries = 1;
    using enum MapType;
    if (t == ringbuf || t == user_ringbuf || t == arena) a.max_entries = 4096;
    if (t == arena) a.max_entries = 1, a.flags = map_flag::mmapable, a.extra = uint64_t{1} << 44;
    if (t == lpm_trie) a.key_size = 8, a.flags = map_flag::no_prealloc;
    if (t == cgroup_storage || t == percpu_cgroup_storage) a.key_size = 8, a.max_entries = 0;
    if (t == stack_trace) a.value_size = 32;
    if (t == array_of_maps || t == hash_of_maps) a.inner = map("array");
    if (t == sk_storage || t == inode_storage || t == task_storage || t == cgrp_storage) {
      a.max_entries = 0, a.flags = map_flag::no_prealloc, a.value_size = 4;
      a.btf = types(), a.key_type = number_, a.value_type = number_;
    }
    if (name == "special") a.value_size = 40, a.btf = types(), a.key_type = number_, a.value_type = special_;
    if (name == "const_str" || name == "no_writes") a.flags = map_flag::rdonly_prog;
    if (name == "no_reads") a.flags = map_flag::wronly_prog;
    auto made = sys::Map::create(a);
    if (made && name == "const_str") {
      Buffer value(32);
      std::memcpy(value.data(), "hello", 5);
      made->update(Buffer(4), value);
      made->freeze();
    }
    return made;
  }

  std::map<std::string, sys::Answer<sys::Map>, std::less<>> maps_;
  btf::Shared vmlinux_;
  Fd types_;
  btf::TypeId number_ = 0, special_ = 0, plain_ = 0, main_ = 0, callback_ = 0;
};

}  // namespace skep::facts
