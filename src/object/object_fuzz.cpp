// SPDX-License-Identifier: Apache-2.0
// Whatever open() accepts is a Module that keeps its promises (module/module.hpp).
#include <cstdlib>

#include "isa/op.hpp"
#include "object/open.hpp"

using namespace skep;

static void check(const module::Module& m, const module::ProgDef& p) {
  auto slots = static_cast<int64_t>(p.insns.size());
  if (p.insns.empty() || p.subprogs.empty() || p.subprogs[0].first_insn != 0) std::abort();
  for (std::size_t i = 1; i < p.subprogs.size(); ++i)
    if (p.subprogs[i - 1].first_insn >= p.subprogs[i].first_insn || p.subprogs[i].first_insn >= slots) std::abort();
  for (std::size_t i = 1; i < p.lines.size(); ++i)
    if (p.lines[i - 1].insn > p.lines[i].insn || p.lines[i].insn >= slots) std::abort();
  for (const auto& e : p.externs)
    if (e.insn >= slots) std::abort();
  (void)m;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  auto o = object::Object::parse("fuzz.o", Buffer(data, data + size));
  if (!o) return o.error().text().empty();
  (void)o->compiler();
  auto m = object::open(*o);
  if (!m) return m.error().text().empty();
  for (const auto& p : m->progs) check(*m, p);
  object::OpenOptions options{
      .target = [&]() -> Result<btf::core::Target> { return btf::core::Target{.btf = m->btf}; }};
  for (const auto& d : m->maps) {
    for (const auto& s : d.slots)
      if (s.index >= (d.inner ? m->maps.size() : m->progs.size())) std::abort();
    for (const auto& e : d.initial)
      if (e.key.size() != d.key_size || e.value.size() != d.value_size) std::abort();
    for (const auto& v : d.variables) {
      if (v.offset > d.value_size || d.value_size - v.offset < v.size) std::abort();
      if (options.set.size() < 8) options.set.push_back({v.name, {int64_t{1}}});
    }
    if (d.data_section == module::DataSection::none) options.entries.push_back({d.name, 3});
  }
  auto again = object::open(*o, options);
  return !again && again.error().text().empty();
}
