// SPDX-License-Identifier: Apache-2.0
// For fuzzing and generated programs only: maps of every type and the types of their values and functions, so that a
// program alone (its instructions) can reach most of what the verifier knows.
//
// A program names a map by its index here. Its functions are given types by their place: world.function_of().
#pragma once

#include <array>
#include <set>
#include <string>
#include <vector>

#include "btf/writer.hpp"
#include "module/module.hpp"

namespace skep::verify::sample {

// What a function is: by the arguments it is given. Callbacks are static.
// clang-format off
#define SKEP_SAMPLE_FUNCTIONS(X) \
  X(entry,          global )     \
  X(number,         static_)     \
  X(pointer,        static_)     \
  X(context,        static_)     \
  X(loop,           static_)     \
  X(each_element,   static_)     \
  X(timer,          static_)     \
  X(find_vma,       static_)     \
  X(drain,          static_)     \
  X(global_number,  global )     \
  X(global_pointer, global )     \
  X(global_context, global )     \
  X(global_void,    global )
// clang-format on
enum class Function : uint8_t {
#define X(name, linkage) name,
  SKEP_SAMPLE_FUNCTIONS(X)
#undef X
};
#define X(name, linkage) +1
inline constexpr std::size_t function_count = 0 SKEP_SAMPLE_FUNCTIONS(X);
#undef X

struct World {
  Buffer written;     // the types as bytes
  btf::Shared types;  // and read
  std::vector<module::MapDef> maps;
  std::array<btf::TypeId, function_count> functions;

  btf::TypeId type_of(Function f) const { return functions[static_cast<std::size_t>(f)]; }
};

class WorldMaker {
 public:
  World make() {
    basics();
    World w;
    values(w);
    functions(w);
    w.written = out_.bytes();
    w.types = *btf::parse(w.written);
    return w;
  }

 private:
  using Kind = btf::Kind;
  using Id = btf::TypeId;

  Id record(std::string_view name, uint32_t bytes, std::vector<btf::Member> members) {
    return out_.record(Kind::struct_, name, bytes, members);
  }

  void basics() {
    int_ = out_.integer(
        "int", {.size_bytes = 4, .bits = 32, .offset = 0, .is_signed = true, .is_char = false, .is_bool = false});
    u32_ = out_.integer(
        "unsigned int",
        {.size_bytes = 4, .bits = 32, .offset = 0, .is_signed = false, .is_char = false, .is_bool = false});
    u64_ = out_.integer(
        "unsigned long",
        {.size_bytes = 8, .bits = 64, .offset = 0, .is_signed = false, .is_char = false, .is_bool = false});
    void_ptr_ = out_.refer(Kind::ptr, "", 0);
    plain_ = record("plain", 48,
                    {{"a", u64_, 0, 0},
                     {"b", u64_, 64, 0},
                     {"c", u64_, 128, 0},
                     {"d", u64_, 192, 0},
                     {"e", u64_, 256, 0},
                     {"f", u64_, 320, 0}});
  }

  void add(World& w, facts::MapType type, uint32_t key, uint32_t value, uint32_t entries, uint32_t flags = 0) {
    module::MapDef m;
    m.name = std::to_string(w.maps.size());
    m.type = type, m.key_size = key, m.value_size = value, m.max_entries = entries, m.flags = flags;
    w.maps.push_back(std::move(m));
  }
  void typed(World& w, facts::MapType type, Id value, uint32_t bytes, uint32_t entries, uint32_t flags = 0) {
    add(w, type, 4, bytes, entries, flags);
    w.maps.back().key_type = type == facts::MapType::array ? u32_ : int_;
    w.maps.back().value_type = value;
  }

  // Values with a field each that only helpers may touch.
  void values(World& w) {
    using enum facts::MapType;
    namespace flag = facts::map_flag;
    plain_maps(w);
    const Id lock = record("bpf_spin_lock", 4, {{"val", u32_, 0, 0}});
    const Id timer = record("bpf_timer", 16, {{"a", u64_, 0, 0}, {"b", u64_, 64, 0}});
    const Id work = record("bpf_wq", 16, {{"a", u64_, 0, 0}, {"b", u64_, 64, 0}});
    const Id task = record("task_struct", 4, {{"x", int_, 0, 0}});
    const Id tagged = out_.refer(Kind::ptr, "", out_.refer(Kind::type_tag, "kptr", task));
    const Id untrusted = out_.refer(Kind::ptr, "", out_.refer(Kind::type_tag, "kptr_untrusted", task));
    const Id locked =
        record("locked", 24, {{"lock", lock, 0, 0}, {"n", u32_, 32, 0}, {"a", u64_, 64, 0}, {"b", u64_, 128, 0}});
    const Id timed = record("timed", 24, {{"a", u64_, 0, 0}, {"t", timer, 64, 0}});
    const Id queued = record("queued", 24, {{"a", u64_, 0, 0}, {"q", work, 64, 0}});
    const Id kept = record("kept", 24, {{"a", u64_, 0, 0}, {"p", tagged, 64, 0}, {"u", untrusted, 128, 0}});
    typed(w, array, locked, 24, 4);
    typed(w, hash, locked, 24, 4);
    typed(w, array, timed, 24, 1);
    typed(w, hash, timed, 24, 4);
    typed(w, array, queued, 24, 1);
    typed(w, array, kept, 24, 1);
    for (facts::MapType local : {sk_storage, task_storage, inode_storage, cgrp_storage})
      typed(w, local, plain_, 48, 0, flag::no_prealloc);
  }

  void plain_maps(World& w) {
    using enum facts::MapType;
    namespace flag = facts::map_flag;
    add(w, array, 4, 48, 4);
    add(w, hash, 4, 64, 8);
    add(w, array, 4, 48, 1);
    add(w, array, 4, 64, 1, flag::rdonly_prog);
    w.maps.back().frozen = module::Frozen::yes;
    Buffer content(64);
    for (std::size_t i = 0; i < 40; ++i) content[i] = static_cast<uint8_t>(i % 7 == 6 ? 0 : 'a' + i);
    w.maps.back().initial.push_back({.key = Buffer(4), .value = content});
    add(w, array, 4, 16, 2, flag::rdonly_prog);
    add(w, array, 4, 16, 2, flag::wronly_prog);
    add(w, percpu_array, 4, 16, 2);
    add(w, percpu_hash, 8, 16, 4);
    add(w, lru_hash, 8, 24, 4);
    add(w, lru_percpu_hash, 4, 8, 4);
    add(w, lpm_trie, 8, 8, 4, flag::no_prealloc);
    add(w, prog_array, 4, 4, 4);
    add(w, perf_event_array, 4, 4, 2);
    add(w, cgroup_array, 4, 4, 2);
    add(w, stack_trace, 4, 80, 4);
    add(w, ringbuf, 0, 0, 4096);
    add(w, user_ringbuf, 0, 0, 4096);
    add(w, queue, 0, 16, 4);
    add(w, stack, 0, 8, 4);
    add(w, bloom_filter, 0, 8, 4);
    const auto inner = std::make_shared<const module::MapDef>(w.maps[0]);
    for (facts::MapType outer : {array_of_maps, hash_of_maps}) {
      add(w, outer, 4, 4, 2);
      w.maps.back().inner = inner;
    }
    add(w, devmap, 4, 4, 4);
    add(w, devmap_hash, 4, 8, 4);
    add(w, cpumap, 4, 4, 4);
    add(w, xskmap, 4, 4, 4);
    add(w, sockmap, 4, 4, 4);
    add(w, sockhash, 4, 8, 4);
    add(w, reuseport_sockarray, 4, 8, 4);
    add(w, cgroup_storage, 16, 16, 0);
    add(w, percpu_cgroup_storage, 16, 16, 0);
    add(w, arena, 0, 0, 4, flag::mmapable);
  }

  void functions(World& w) {
    const Id element = out_.refer(Kind::ptr, "", plain_),
             context = out_.refer(Kind::ptr, "", record("__sk_buff", 4, {{"len", u32_, 0, 0}}));
    auto params = [](std::initializer_list<Id> types) {
      std::vector<btf::Param> all;
      for (Id t : types) all.push_back({"p", t});
      return all;
    };
    const std::array<std::vector<btf::Param>, function_count> given = {
        params({void_ptr_}),
        params({u64_, u64_}),
        params({void_ptr_, u64_}),
        params({void_ptr_, u64_}),
        params({u32_, void_ptr_}),
        params({void_ptr_, void_ptr_, void_ptr_, void_ptr_}),
        params({void_ptr_, void_ptr_, void_ptr_}),
        params({void_ptr_, void_ptr_, void_ptr_}),
        params({void_ptr_, void_ptr_}),
        params({int_, u64_}),
        params({element, u32_}),
        params({context}),
        params({u64_})};
    static constexpr std::array<std::pair<std::string_view, btf::Linkage>, function_count> named = {{
#define X(name, linkage) {#name, btf::Linkage::linkage},
        SKEP_SAMPLE_FUNCTIONS(X)
#undef X
    }};
    for (std::size_t f = 0; f < function_count; ++f) {
      const bool nothing = static_cast<Function>(f) == Function::global_void;
      const Id proto = out_.function_proto(nothing ? 0 : int_, given[f]);
      w.functions[f] = out_.function(named[f].first, proto, named[f].second);
    }
  }

  btf::Writer out_;
  Id int_ = 0, u32_ = 0, u64_ = 0, void_ptr_ = 0, plain_ = 0;
};

inline const World& world() {
  static const World w = WorldMaker().make();
  return w;
}

// Where functions begin, by who calls them or takes their address; the program itself at 0.
inline std::set<uint32_t> functions_of(const std::vector<isa::Insn>& insns) {
  std::set<uint32_t> begins = {0};
  for (std::size_t i = 0; i < insns.size(); ++i) {
    const isa::Insn& in = insns[i];
    const bool call = in.code == 0x85 && in.src() == 1, address = in.code == 0x18 && in.src() == 4;
    const int64_t to = static_cast<int64_t>(i) + 1 + in.imm;
    if ((call || address) && to > 0 && to < static_cast<int64_t>(insns.size()))
      begins.insert(static_cast<uint32_t>(to));
    if (in.code == 0x18) ++i;
  }
  return begins;
}

}  // namespace skep::verify::sample
