// SPDX-License-Identifier: Apache-2.0
// Whatever open() accepts is a Module that keeps its promises (module/module.hpp). Relocations are against the object's
// own types, where all is found, and against types of the same names that are laid out otherwise.
#include <cstdlib>

#include "btf/writer.hpp"
#include "isa/op.hpp"
#include "object/open.hpp"

using namespace skep;

namespace {

btf::Shared other_types() {
  using enum btf::Kind;
  btf::Writer w;
  auto number = [&](const char* name, uint32_t bytes) {
    return w.integer(name, {.size_bytes = bytes,
                            .bits = static_cast<uint8_t>(8 * bytes),
                            .offset = 0,
                            .is_signed = false,
                            .is_char = false,
                            .is_bool = false});
  };
  const btf::TypeId narrow = number("short", 2), word = number("int", 4), wide = number("long", 8);
  const btf::Member in[] = {{"b", wide, 0, 0}, {"a", narrow, 64, 0}};
  const btf::TypeId inner = w.record(struct_, "in", 16, in);
  const btf::TypeId many = w.array({.element = inner, .index = word, .count = 3});
  const btf::Member t[] = {{"x", word, 0, 0},     {"y", inner, 64, 0}, {"z", wide, 192, 0}, {"w", narrow, 256, 0},
                           {"arr", many, 320, 0}, {"f", word, 704, 5}, {"g", word, 709, 4}};
  w.record(struct_, "t", 96, t);
  const btf::Enumerator e[] = {{"A", 7}, {"B", 300}};
  w.enumeration(enum_, "e", 4, btf::Writer::Sign::unsigned_, e);
  const btf::Param lock[] = {{"flags", wide}};
  w.function("bpf_rcu_read_lock", w.function_proto(word, lock), btf::Linkage::global);
  return btf::parse(w.bytes()).value();
}

object::Kconfig config() {
  return object::parse_kconfig(
      "fuzz",
      "# Linux/x86 6.18.15 Kernel "
      "Configuration\nCONFIG_HZ=250\nCONFIG_SMP=y\nCONFIG_IPV6=m\nCONFIG_M=77\nCONFIG_NAME=\"(none)\"\n");
}

void check(const module::ProgDef& p) {
  auto slots = static_cast<int64_t>(p.insns.size());
  if (p.insns.empty() || p.subprogs.empty() || p.subprogs[0].first_insn != 0) std::abort();
  for (std::size_t i = 1; i < p.subprogs.size(); ++i)
    if (p.subprogs[i - 1].first_insn >= p.subprogs[i].first_insn || p.subprogs[i].first_insn >= slots) std::abort();
  for (std::size_t i = 1; i < p.lines.size(); ++i)
    if (p.lines[i - 1].insn > p.lines[i].insn || p.lines[i].insn >= slots) std::abort();
  for (const auto& e : p.externs)
    if (e.insn >= slots) std::abort();
}

void check(const module::Module& m) {
  for (const auto& p : m.progs) check(p);
  for (const auto& d : m.maps) {
    for (const auto& s : d.slots)
      if (s.index >= (d.inner ? m.maps.size() : m.progs.size())) std::abort();
    for (const auto& e : d.initial)
      if (e.key.size() != d.key_size || e.value.size() != d.value_size) std::abort();
    for (const auto& v : d.variables)
      if (v.offset > d.value_size || d.value_size - v.offset < v.size) std::abort();
  }
}

// Values for the first small variables, sizes for the maps.
object::OpenOptions options_for(const module::Module& m, btf::Shared target) {
  object::OpenOptions options{
      .target = [target]() -> Result<btf::core::Target> { return btf::core::Target{.btf = target}; },
      .kconfig = []() -> Result<object::Kconfig> { return config(); }};
  for (const auto& d : m.maps) {
    for (const auto& v : d.variables)
      if (v.size <= 8 && d.data_section != module::DataSection::kconfig && options.set.size() < 8)
        options.set.push_back({v.name, {int64_t{1}}});
    if (d.data_section == module::DataSection::none) options.entries.push_back({d.name, 3});
  }
  return options;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  static const btf::Shared others = other_types();
  auto o = object::Object::parse("fuzz.o", Buffer(data, data + size));
  if (!o) return o.error().text().empty();
  (void)o->compiler();
  auto m = object::open(*o);
  if (!m) return m.error().text().empty();
  check(*m);
  for (const btf::Shared& target : {m->btf, others}) {
    auto again = object::open(*o, options_for(*m, target));
    if (again) check(*again);
    if (!again && again.error().text().empty()) std::abort();
  }
  return 0;
}
