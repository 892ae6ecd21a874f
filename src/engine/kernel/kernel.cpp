// SPDX-License-Identifier: Apache-2.0
#include "engine/kernel/kernel.hpp"

#include <algorithm>

#include "btf/writer.hpp"
#include "engine/kernel/vmlinux.hpp"
#include "isa/op.hpp"
#include "sys/caps.hpp"

namespace skep::kernel {
namespace {

using facts::ProgType;
using isa::Insn;

constexpr uint32_t log_insns = 1, log_stats = 4;

constexpr uint8_t call = 0x85;
constexpr uint8_t from_map = 1, from_map_value = 2, from_ksym = 3, from_map_index = 5, from_value_index = 6;
constexpr uint8_t calls_kfunc = 2;

template <class T>
void append(Buffer& to, const T& v) {
  const auto at = to.size();
  to.resize(at + sizeof v);
  store(&to[at], v);
}

// What is the kernel's own and only declared here: Linux takes no such functions and variables, nor sections of them.
bool is_declared(const btf::Btf& types, btf::TypeId id) {
  const btf::Type t = types.type(id);
  if (t.kind == btf::Kind::func || t.kind == btf::Kind::var) return types.linkage_of(t) == btf::Linkage::extern_;
  return t.kind == btf::Kind::datasec && std::ranges::any_of(types.section_vars(t), [&](const btf::SectionVar& v) {
           return is_declared(types, v.type);
         });
}

uint64_t bits_missing(facts::Caps caps) {
  using enum facts::Cap;
  constexpr std::pair<facts::Cap, unsigned> all[] = {{bpf, sys::cap::bpf},
                                                     {net_admin, sys::cap::net_admin},
                                                     {perfmon, sys::cap::perfmon},
                                                     {sys_admin, sys::cap::sys_admin},
                                                     {sys_admin, sys::cap::sys_boot}};  // stands for all others
  uint64_t bits = 0;
  for (const auto& [cap, number] : all)
    if (!caps.has(cap)) bits |= uint64_t{1} << number;
  return bits;
}

// Letters that Linux takes in the names of maps and programs.
bool may_be_a_name(std::string_view name) {
  return std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
  });
}

class Loading {
 public:
  Loading(const module::Module& module, const Options& options) : module_(module), options_(options) {}

  Loaded all() && {
    load_types();
    for (const module::MapDef& def : module_.maps) out_.maps.push_back(filled(def));
    for (const module::ProgDef& def : module_.progs) out_.programs.push_back(program(def));
    fill_slots();
    return std::move(out_);
  }

 private:
  const module::Module& module_;
  const Options& options_;
  WrittenTypes own_;
  const WrittenTypes* types_ = &own_;
  Fd btf_;
  Loaded out_;

  void load_types() {
    if (options_.written != nullptr && !options_.written->btf.empty())
      types_ = options_.written;
    else
      own_ = write_types(module_);
    if (types_->btf.empty()) return;
    auto loaded = sys::load_btf(types_->btf);
    if (loaded.err != 0) loaded = sys::load_btf(types_->btf, log_insns);
    out_.types = verdict_of(loaded.err, std::move(loaded.log));
    btf_ = std::move(loaded.fd);
  }

  // Per-CPU values are given once for all CPUs, or all of them.
  sys::Answer<sys::Map> filled(const module::MapDef& def) const {
    auto map = create(def, btf_.get());
    if (!map) return map;
    for (const auto& [key, value] : def.initial) {
      Buffer all = value;
      while (all.size() < map->value_size() && value.size() == def.value_size) {
        all.resize(round_up(all.size(), 8));
        all.insert(all.end(), value.begin(), value.end());
      }
      all.resize(map->value_size());
      const bool keyless = def.key_size == 0;
      if (const int err = map->update(keyless ? std::nullopt : std::optional(Bytes(key)), all); err != 0)
        return std::unexpected(err);
    }
    if (def.frozen == module::Frozen::yes) map->freeze();
    return map;
  }

  void fill_slots() {
    for (std::size_t i = 0; i < module_.maps.size(); ++i)
      for (const auto& [slot, index] : module_.maps[i].slots) {
        const bool programs = facts::row(module_.maps[i].type).holds == facts::Holds::programs;
        const int fd = !programs ? (out_.maps[index] ? out_.maps[index]->fd() : -1) : out_.programs[index].fd.get();
        if (out_.maps[i] && fd >= 0) {
          Buffer key(4), value(4);
          store(key.data(), slot);
          store(value.data(), fd);
          out_.maps[i]->update(key, value);
        }
      }
  }

  int map_fd(int32_t index) const {
    const auto i = static_cast<std::size_t>(index);
    return i < out_.maps.size() && out_.maps[i] ? out_.maps[i]->fd() : -1;
  }

  // Maps by descriptor, and what is the kernel's by type id. Nothing where the kernel has no such name.
  struct Named {
    std::vector<Insn> insns;
    std::string missing;
  };
  Named named(const module::ProgDef& def) const {
    Named n{.insns = def.insns, .missing = {}};
    for (std::size_t i = 0; i < n.insns.size(); ++i) {
      Insn& insn = n.insns[i];
      if (!isa::is_ld_imm64(insn)) continue;
      if (insn.src() == from_map || insn.src() == from_map_index)
        insn = isa::make_insn(insn.code, insn.dst(), from_map, insn.off, map_fd(insn.imm));
      else if (insn.src() == from_map_value || insn.src() == from_value_index)
        insn = isa::make_insn(insn.code, insn.dst(), from_map_value, insn.off, map_fd(insn.imm));
      ++i;  // the second half
    }
    for (const module::Extern& e : def.externs) {
      if (e.insn >= n.insns.size() || e.resolved == module::Resolved::absent) continue;
      Insn& insn = n.insns[e.insn];
      const bool function = insn.code == call;
      if (!function && insn.src() != from_ksym && e.resolved == module::Resolved::yes) continue;  // holds an address
      auto find = [&](btf::Kind kind) { return vmlinux() ? (*vmlinux())->find(e.name, kind) : std::nullopt; };
      auto id = find(function ? btf::Kind::func : btf::Kind::var);
      if (!id && !function) id = find(btf::Kind::func);  // its address tells whether it is there
      if (!id) {
        n.missing = std::string(function ? "kernel function '" : "kernel variable '") + e.name + "'";
        return n;
      }
      insn = isa::make_insn(insn.code, insn.dst(), function ? calls_kfunc : from_ksym, insn.off,
                            static_cast<int32_t>(*id));
    }
    return n;
  }

  // Whether what the program attaches to is there.
  bool attach(const module::ProgDef& def, sys::ProgramSpec& spec) const {
    const std::string_view name = def.attach_to;
    if (const auto to = module::attached_program(module_, def)) {
      const bool there = to->prog < out_.programs.size() && out_.programs[to->prog].fd;
      if (there) spec.attach_program = out_.programs[to->prog].fd.get();
      spec.attach_btf_id = to->function;
      return there && to->function != 0;
    }
    if (name.starts_with(module::to_program)) return false;
    const bool when_loaded =
        def.type == ProgType::tracing || def.type == ProgType::lsm || def.type == ProgType::struct_ops;
    if (!when_loaded || name.empty()) return true;  // the others say it when they are attached
    const auto id = attach_target(def.type, def.attach_type, name);
    spec.attach_btf_id = id.value_or(0);
    if (!id || def.type != ProgType::struct_ops) return id.has_value();
    const auto member = struct_ops_member(name);
    spec.attach_type = member.value_or(0);
    return member.has_value();
  }

  Program program(const module::ProgDef& def) const {
    auto unknown = [](std::string message) {
      return Program{.fd = {}, .verdict = {.outcome = Outcome::unknown, .err = -ENOENT, .message = std::move(message)}};
    };
    const Named n = named(def);
    if (!n.missing.empty()) return unknown("this kernel has no " + n.missing);
    sys::ProgramSpec spec{.type = static_cast<uint32_t>(def.type),
                          .attach_type = static_cast<uint32_t>(def.attach_type),
                          .flags = def.flags,
                          .insns = n.insns,
                          .license = module_.license.c_str(),
                          .btf = btf_.get()};
    if (!attach(def, spec)) return unknown("nothing here to attach to is named '" + def.attach_to + "'");
    if (const auto i = static_cast<std::size_t>(&def - module_.progs.data()); btf_ && i < types_->programs.size()) {
      spec.func_info = types_->programs[i].func_info;
      spec.line_info = types_->programs[i].line_info;
    }
    return ask(spec);
  }

  // Figures cost little; the walk that tells which instruction is wrong is written only where one is. A path of a
  // million instructions is too much to write, and where it ends says nothing.
  Program ask(sys::ProgramSpec& spec) const {
    const sys::WithoutCaps fewer(options_.caps == facts::Caps::all() ? 0 : bits_missing(options_.caps));
    spec.log_level = options_.log | log_stats | (options_.foreseen == Foreseen::refused ? log_insns : 0);
    auto loaded = sys::load_program(spec);
    if (loaded.err != 0 && !loaded.log.empty() && (spec.log_level & 3) == 0 &&
        loaded.log.find("BPF program is too large") == std::string::npos) {
      spec.log_level |= log_insns;
      loaded = sys::load_program(spec);
    }
    return {.fd = std::move(loaded.fd), .verdict = verdict_of(loaded.err, std::move(loaded.log))};
  }
};

}  // namespace

WrittenTypes write_types(const module::Module& module) {
  WrittenTypes out;
  if (module.btf == nullptr) return out;
  btf::Writer w;
  for (btf::TypeId id = 1; id < module.btf->count(); ++id) {
    if (is_declared(*module.btf, id))
      w.refer(btf::Kind::typedef_, "declared", 0);  // keeps the place of its id
    else
      w.copy(*module.btf, id, [](btf::TypeId to) { return to; });
  }
  for (const module::ProgDef& def : module.progs) {
    auto& of = out.programs.emplace_back();
    for (const module::Subprog& s : def.subprogs) append(of.func_info, s.first_insn), append(of.func_info, s.type);
    for (const module::LineInfo& l : def.lines) {
      append(of.line_info, l.insn);
      append(of.line_info, w.string(l.file));
      append(of.line_info, w.string(l.text));
      append(of.line_info, l.line << 10 | l.column);
    }
  }
  out.btf = w.bytes();
  return out;
}

Loaded load(const module::Module& module, const Options& options) { return Loading(module, options).all(); }

sys::Answer<sys::Map> create(const module::MapDef& def, int btf) {
  const facts::MapTypeRow& row = facts::row(def.type);
  sys::MapSpec spec{.type = static_cast<uint32_t>(def.type),
                    .key_size = def.key_size,
                    .value_size = def.value_size,
                    .max_entries = def.max_entries,
                    .flags = def.flags,
                    .extra = def.extra,
                    .name = may_be_a_name(def.name) ? std::string_view(def.name) : "",
                    .values = row.copies == facts::Copies::per_cpu ? sys::Values::per_cpu : sys::Values::one};
  // As libbpf: maps of maps are made without types.
  if (btf >= 0 && def.inner == nullptr && (def.key_type != 0 || def.value_type != 0)) {
    spec.btf = btf;
    spec.key_type = def.key_type;
    spec.value_type = def.value_type;
  }
  // As libbpf: one entry a CPU where none are named, and without types where the kernel does not take them.
  if (def.type == facts::MapType::perf_event_array && def.max_entries == 0) spec.max_entries = sys::possible_cpus();
  if (def.inner == nullptr) {
    auto made = sys::Map::create(spec);
    if (made || spec.btf < 0) return made;
    spec.btf = -1;
    spec.key_type = spec.value_type = 0;
    return sys::Map::create(spec);
  }
  const auto inner = create(*def.inner, btf);  // only to be looked at
  if (!inner) return std::unexpected(inner.error());
  spec.inner = inner->fd();
  return sys::Map::create(spec);
}

int availability() {
  constexpr Insn empty[] = {isa::make_insn(0xb7, 0, 0, 0, 0), isa::make_insn(0x95, 0, 0, 0, 0)};
  return sys::load_program({.type = static_cast<uint32_t>(ProgType::xdp), .insns = empty}).err;
}

std::string running_target() {
  const std::string release = sys::kernel_release();
  return "linux-" + release.substr(0, release.find_first_not_of("0123456789."));
}

}  // namespace skep::kernel
